"""The first start: the province is told once, and a stop in its middle only interrupts it.

What is said is written down before it is sent. Told again, the story says the same statements,
which have the indexes that they had; whatever was not said yet follows.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from attest import cbor
from attest.client import files
from attest.client.server import AwayError, Server, ServerError
from ledger import printing
from ledger.settings import Settings
from ledger.vault import Vault

from . import names, province, stamps
from .errors import DemoError
from .stamps import Wish
from .voices import Cast, Roll, Voice

ZONE = timezone(timedelta(hours=7))
REGISTRAR = f"{names.HOST}/party/registrar"
REGISTRAR_NAME = "Noi cap khoa Mau (hu cau)"  # ASCII: an argument under any locale
FIRST_ROLL = 952_001
NODE = "node"  # the camera box, among the voices
PATIENCE_S = 90.0
PAUSE_S = 0.5


class Teller(Server):
    """A server to whom the story is told: each batch is kept first, and said again as kept."""

    def __init__(self, url: str, folder: Path, between: Callable[[], None]) -> None:
        """`between` is called before each try; it raises when there is no sense in trying."""
        super().__init__(url)
        files.make_folder(folder)
        self._folder = folder
        self._between = between
        self._told = 0

    def log(self, statements: Sequence[bytes], seconds: float = 60) -> list[int]:
        """Hand in the next batch; a server that is away for a while is waited for."""
        path = self._folder / f"{self._told:03}.cborseq"
        if not path.exists():
            files.write_durably(path, b"".join(statements))
        said = cbor.split(path.read_bytes())
        self._told += 1
        deadline = time.monotonic() + PATIENCE_S
        while True:
            self._between()
            try:
                return super().log(said, seconds)
            except AwayError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE_S)


@dataclass(frozen=True, slots=True)
class Story:
    """The province of one demo folder; `folder` is where the demo keeps what is its own."""

    folder: Path
    settings: Settings
    cast: Cast

    @classmethod
    def of(
        cls, folder: Path, settings: Settings, url: str, tend: Callable[[], None]
    ) -> "Story":
        """Return the story as it will be told to the server at `url`."""
        registrar = Voice(REGISTRAR, Vault(settings.keys).root())
        cast = Cast(
            folder=key_folder(folder),
            server=Teller(url, folder / "told", tend),
            origin=names.ORIGIN,
            registrar=registrar,
            place=names.PROVINCE,
        )
        return cls(folder, settings, cast)

    def tell(self, chapter: Callable[[str], None]) -> None:
        """Tell all but the live lot; calls `chapter` with the name of each as it begins."""
        try:
            for name in province.tell(self.cast, self.print_roll, self.begun()):
                chapter(name)
        except (ServerError, AwayError) as e:
            raise _cannot_go_on(e) from e

    def tell_live(self, begun: datetime, until: datetime) -> None:
        """Tell of the lot that was made from `begun` to `until`."""
        try:
            province.tell_live(self.cast, begun.astimezone(ZONE), until.astimezone(ZONE))
        except (ServerError, AwayError) as e:
            raise _cannot_go_on(e) from e

    def shown(self) -> list[province.Shown]:
        """Return the stamps to look at, once all is told."""
        return province.shown(self.cast.rolls)

    def begun(self) -> datetime:
        """Return when the first start was; dates of the story are relative to it."""
        path = self.folder / "begun"
        if not path.exists():
            files.write_durably(path, now().isoformat().encode())
        return datetime.fromisoformat(path.read_text("ascii"))

    def print_roll(self, cast: Cast, wish: Wish) -> Roll:
        """Make a roll as `nguon stamps issue` does; the printer announces it over HTTP."""
        number = FIRST_ROLL + stamps.WISHES.index(wish)
        order = printing.Wish(number, wish.count, wish.producer, wish.product)
        secret = Vault(self.settings.keys).stamp_secret()
        tree = printing.make(secret, order)
        root = tree.root(printing.key_of(secret, order))
        printing.keep(self.settings.rolls, tree)
        printer = cast.voices["printer"]
        said = printing.announce(printer.key, printer.holder, names.HOST, order, root)
        cast.server.log([said.data])
        codes = tuple(row[1] for row in printing.rows(secret, order, names.HOST))
        return Roll(number, f"{names.HOST}/roll/{number}", wish.maker, codes)


def key_folder(folder: Path) -> Path:
    """Return where the keys of the invented people lie."""
    return folder / "keys"


def now() -> datetime:
    """Return this second, in the province's zone."""
    return datetime.now(UTC).replace(microsecond=0).astimezone(ZONE)


def _cannot_go_on(e: Exception) -> DemoError:
    return DemoError(f"the story cannot go on: {e}; make demo-reset begins anew")
