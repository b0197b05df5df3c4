"""Starts all of Nguon on one machine, tells the story once, and ends all of it in order.

    nguon work (with the embedded chain) → nguon serve → the story → stand-in cameras → the box

Ends in the opposite order. Nothing of ours is left, not even when this process is killed.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from attest.client import files
from ledger import settings
from ledger.anchor import program
from ledger.settings import Settings

from . import address, cameras, children, links, names, story, told, views
from .address import Address
from .children import Child
from .errors import ChildError, DemoError
from .province import Shown
from .screen import Screen
from .story import Story

FOLDER = "demo"  # under the data folder: what is the demo's own
ANCHOR_EVERY_S = 15
WELL_S = 120.0
LOOK_S = 0.25
RECORDING_S = 60.0  # until the first segment of a camera is there
BEFORE_DARK_S = 15  # the gap is planted so long after recording began
AFTER_DARK_S = 5
PRESERVED = {"NGUON_ANVIL"}
END_S = 9.5  # for all together
GRACE_S = {"camera": 3.5, "scenes": 0.2, "serve": 1.5, "work": 3.0}  # kept for each


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the demo listens, where it keeps its state, whether it has cameras."""

    address: Address
    data: Path
    cameras: bool
    held: int  # descriptor that holds the folder

    @property
    def folder(self) -> Path:
        """What is the demo's own."""
        return self.data / FOLDER

    def environ(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of our processes: nobody's other settings reach them."""
        kept = {n: v for n, v in given.items() if not n.startswith("NGUON_") or n in PRESERVED}
        own = {
            "NGUON_DATA": str(self.data),
            "NGUON_ORIGIN": names.ORIGIN,
            "NGUON_PUBLIC_URL": self.address.public,
            "NGUON_HOST": self.address.host,
            "NGUON_PORT": str(self.address.port),
            "NGUON_CHAIN": "embedded",
            "NGUON_ANCHOR_EVERY_S": str(ANCHOR_EVERY_S),
            "NGUON_DEMO": "true",
            "NGUON_PLACE_HEADER": views.PLACE_HEADER,
            "PYTHONUTF8": "1",  # the story is Vietnamese whatever the locale says
        }
        return own | kept


@dataclass(slots=True)
class Box:
    """One demo, from its first process to its last."""

    plan: Plan
    screen: Screen
    _children: list[Child] = field(default_factory=list)
    _ports: dict[str, int] = field(default_factory=dict)
    _dark: tuple[datetime, datetime] | None = None

    def run(self) -> None:
        """Start, tell, show, watch; returns after Ctrl-C or SIGTERM, when all has ended.

        Raises `DemoError` when it cannot go on; all has ended then, too.
        """
        with _told_to_stop():
            try:
                self._start()
                told.ready(self.screen, self.plan.address, self._story_told(), self._dark)
                while True:
                    self._tend()
                    time.sleep(LOOK_S)
            except KeyboardInterrupt:
                with contextlib.suppress(OSError):  # nobody may be listening any more
                    self.screen.say("stopping")
            finally:
                _deaf()
                children.stop_all(self._children, END_S)

    def _start(self) -> None:
        files.make_folder(self.plan.folder)
        if not self._settings().trust.exists():
            with told.step(self.screen, "a log, its keys, entry 0"):
                self._init()
        if not os.access(program.anvil(self._settings().anvil), os.X_OK):
            self.screen.say("!! no chain: anvil is missing, so nothing can be anchored")
        with told.step(self.screen, "writer, chain and web server"):
            self._launch("work", _nguon("work"), returns=False)
            self._launch("serve", _nguon("serve"))
            self._wait_until_well()

    def _story_told(self) -> list[Shown]:
        """Return the stamps to show, of the story that was told or is told now."""
        found = links.load(self.plan.folder)
        if found is not None:
            self._record()
            return found
        url = self.plan.address.inside
        tale = Story.of(self.plan.folder, self._settings(), url, self._tend)
        self._tell(tale)
        shown = tale.shown()
        with told.step(self.screen, "57 people look at one stamp"):
            for item in shown:
                if item.state == "suspicious":
                    views.look(links.page(url, item))
        links.save(self.plan.folder, shown)
        return shown

    def _tell(self, tale: Story) -> None:
        chapters = told.Chapters(self.screen)

        def begin(name: str) -> None:
            if chapters.count == 1:  # cameras and their key are in the log now
                self._record()
            chapters.begin(name)

        tale.tell(begin)
        chapters.end()
        if self._ports:
            self.screen.say("           filming a lot for 40 s; one camera goes dark")
        with told.step(self.screen, "the lot that is made now"):
            tale.tell_live(*self._working_time())

    def _working_time(self) -> tuple[datetime, datetime]:
        """Return from when until when the live lot is made: under cameras, one of them dark."""
        now = story.now()
        if self._ports and (begun := self._recording_since()):
            self._wait(begun + timedelta(seconds=BEFORE_DARK_S))
            self._go_dark()
            self._wait(story.now() + timedelta(seconds=cameras.DARK_S + AFTER_DARK_S))
            return begun, story.now()
        return now - timedelta(minutes=1), now

    def _recording_since(self) -> datetime | None:
        deadline = time.monotonic() + RECORDING_S
        while time.monotonic() < deadline:
            if begun := cameras.recording_since(self.plan.address.inside, cameras.DARK):
                return begun
            self._tend()
            time.sleep(1)
        self.screen.say("!! cameras: nothing is recorded yet, see camera.log")
        return None

    def _go_dark(self) -> None:
        try:
            cameras.go_dark(cameras.url(cameras.DARK, self._ports), cameras.DARK_S)
        except OSError as e:
            self.screen.say(f"!! cameras: {e}: the gap could not be planted")
            return
        begun = story.now()
        self._dark = begun, begun + timedelta(seconds=cameras.DARK_S)

    def _wait(self, until: datetime) -> None:
        while story.now() < until:
            self._tend()
            time.sleep(LOOK_S)

    def _record(self) -> None:
        """Start the stand-in cameras and the box, unless they are not wanted or cannot run."""
        if not self.plan.cameras:
            return
        if lacking := cameras.missing():
            self.screen.say(f"!! no cameras: {', '.join(lacking)} missing (nguon[camera])")
            return
        for facility in cameras.workshops():
            port = self._ports[facility] = address.free_port()
            seed = str(7 + len(self._ports))
            command = [sys.executable, "-m", "camera_node.scenes", "--port", str(port)]
            self._launch(f"scenes-{len(self._ports)}", [*command, "--seed", seed])
        key = f"{FOLDER}/{story.key_folder(Path()).name}/{story.NODE}.pem"
        box = cameras.Box(self.plan.address.inside, key)
        config = cameras.write(self.plan.data, box, self._ports)
        self._launch("camera", [*_nguon("camera"), "run", "--config", str(config)])

    def _launch(self, name: str, command: list[str], returns: bool = True) -> None:
        log = self.plan.folder / f"{name}.log"
        log.unlink(missing_ok=True)
        grace_s = GRACE_S[name.partition("-")[0]]
        env = self.plan.environ(os.environ)
        child = Child(name, command, log, env, grace_s, returns, self.plan.held)
        self._children.append(child)
        child.start()

    def _tend(self) -> None:
        """Start again what ended; raises `ChildError` when the writer will not go on."""
        for child in self._children:
            if child.refused:
                raise _ended(child)
            if (status := child.revive()) is not None:
                self.screen.say(f"!! {child.name} ended ({status}); started again")

    def _wait_until_well(self) -> None:
        deadline = time.monotonic() + WELL_S
        while not _is_well(self.plan.address.inside):
            for child in self._children:
                if child.poll() is not None:
                    raise _ended(child)
            if time.monotonic() > deadline:
                raise DemoError(f"not well after {WELL_S:.0f} s: see {self.plan.folder}/*.log")
            time.sleep(LOOK_S)

    def _init(self) -> None:
        office = ["--name", story.REGISTRAR_NAME, "--holder", story.REGISTRAR]
        place = ["--origin", names.ORIGIN, "--place", names.PROVINCE]
        done = subprocess.run(
            [*_nguon("init"), *office, *place],
            env=self.plan.environ(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode:
            raise ChildError(f"nguon init: {done.stdout.decode('utf-8', 'replace').strip()}")

    def _settings(self) -> Settings:
        return settings.load(self.plan.environ(os.environ))


def _nguon(word: str) -> list[str]:
    """Return how the command beside this Python is called, whatever its first line says."""
    return [sys.executable, str(Path(sys.executable).with_name("nguon")), word]


def _is_well(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=2).is_success
    except httpx.HTTPError:
        return False


def _ended(child: Child) -> ChildError:
    return ChildError(
        f"nguon {child.name} ended by itself ({child.poll()}):\n{child.last_words()}"
    )


@contextlib.contextmanager
def _told_to_stop() -> Iterator[None]:
    """Take SIGTERM and a closed terminal like Ctrl-C."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    yield


def _deaf() -> None:
    """Hear nothing more: what is being ended is ended to the end."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
