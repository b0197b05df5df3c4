"""What the demo says on the terminal: steps with their seconds, then the stamps to look at."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from . import links
from .address import Address
from .province import Shown
from .screen import Screen

PLANTED = "with a gap"  # in what is said of the stamp of the lot that is made now
CHAIN = "The chain runs on this machine: it is not independent evidence."
INVENTED = "All names and figures are invented."
NO_HTTPS = (
    "A phone that opens these links over http has no secure context: its browser gives pages",
    "no cryptography. It cannot check signatures itself; the server's verdict stands, and the",
    "page says so. A browser of this machine checks everything itself at {local}",
)


@contextmanager
def step(screen: Screen, name: str) -> Iterator[None]:
    """Say what was done and how long it took, once it is done."""
    begun = time.monotonic()
    yield
    screen.say(f"{time.monotonic() - begun:7.1f} s  {name}")


class Chapters:
    """Steps of which each ends where the next begins."""

    def __init__(self, screen: Screen) -> None:
        self.count = 0
        self._screen = screen
        self._name = ""
        self._begun = 0.0

    def begin(self, name: str) -> None:
        """End the last chapter and begin one."""
        self.end()
        self.count, self._name, self._begun = self.count + 1, name, time.monotonic()

    def end(self) -> None:
        """Say how long the last chapter took."""
        if self._name:
            self._screen.say(f"{time.monotonic() - self._begun:7.1f} s  {self._name}")
        self._name = ""


def ready(
    screen: Screen,
    address: Address,
    shown: list[Shown],
    dark: tuple[datetime, datetime] | None,
) -> None:
    """Say where to look: the address, each stamp with its link and its QR code."""
    screen.say(f"ready: {address.local}")
    screen.say(f"{CHAIN} {INVENTED} Ctrl-C stops everything.")
    if address.for_all:
        _say_who_can_come(screen, address)
    for item in shown:
        screen.say()
        screen.say(f"{item.what}{_planted(item, dark)}")
        screen.say(f"    {links.page(address.public, item)}")
        screen.draw(links.printed(address.public, item))


def _say_who_can_come(screen: Screen, address: Address) -> None:
    if address.public == address.local:
        screen.say("!! this machine has no address in a network: only it can open the links")
        return
    screen.say(f"on this network: {address.public}")
    for line in NO_HTTPS:
        screen.say(line.format(local=address.local))


def _planted(item: Shown, dark: tuple[datetime, datetime] | None) -> str:
    if dark is None or PLANTED not in item.what:
        return ""
    first, last = (moment.strftime("%H:%M:%S") for moment in dark)
    return f" (a camera was silent {first}-{last}; its minute is signed within two minutes)"
