"""The invented province, told in order: every record signed by its own key and sent over HTTP.

States of stamps are reached by what people of the story say, never set. Dates are relative to
the day of the first start.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from attest import stamp

from . import fish_sauce, founding, shrimp, stamps, wine
from .stamps import Wish
from .voices import Cast, Roll

Printer = Callable[[Cast, Wish], Roll]
OFTEN = 77  # the stamp of sauce that everybody looks at
LIVE_STAMPS = (850, 909)


@dataclass(frozen=True, slots=True)
class Shown:
    """A stamp worth a look: what it shows, in English and as a state, its code and GTIN."""

    what: str
    state: str
    code: str
    gtin: str | None


def tell(cast: Cast, printer: Printer, now: datetime) -> Iterator[str]:
    """Tell the story chapter by chapter, yielding the name of each as it begins.

    The rolls are kept in `cast.rolls`, for `shown` and `tell_live`.
    """
    yield "offices, makers, rooms, papers, cameras"
    founding.found(cast, now)
    yield "chapter A: fish sauce"
    fish_sauce.tell(cast, now)
    yield "chapter B: dried shrimp"
    shrimp.tell(cast, now)
    yield "chapter C: rice wine"
    wine.tell(cast, now)
    yield "rolls of stamps, printed and bound"
    cast.rolls.update({wish.name: printer(cast, wish) for wish in stamps.WISHES})
    stamps.bind(cast, cast.rolls, now)
    yield "shipments, a hold, a recall"
    fish_sauce.ship(cast, now)
    shrimp.hold(cast, now)
    shrimp.recall(cast, now)
    cast.send()


def tell_live(cast: Cast, begun: datetime, until: datetime) -> None:
    """Tell of the lot that is made while the cameras look on."""
    shrimp.live(cast, begun, until)
    stamps.activate(cast, cast.rolls["shrimp"], shrimp.LIVE_LOT, LIVE_STAMPS, until)
    cast.send()


def shown(rolls: dict[str, Roll]) -> list[Shown]:
    """Return the stamps to look at, one for each thing that a page may have to say."""
    rows = (
        ("active: fish sauce", "active", "sauce", 10),
        (
            "active, with a gap in its footage: dried shrimp",
            "active",
            "shrimp",
            850,
        ),
        ("active, but the maker's licence ran out: rice wine", "active", "wine", 5),
        ("not activated", "inactive", "shrimp", 1000),
        ("checked unusually often", "suspicious", "sauce", OFTEN),
        ("on hold", "hold", "shrimp", 700),
        ("recalled", "recalled", "shrimp", 400),
        ("cancelled", "void", "sauce", fish_sauce.BOTTLES),
        ("past its date: braised anchovy", "expired", "anchovy", 3),
        ("active after a corrected activation", "active", "shrimp", 300),
        ("active: gift box of two makers", "active", "gift", 0),
    )
    gtins = {wish.name: wish.product.rsplit("/", 1)[1] for wish in stamps.WISHES}
    found = [Shown(what, state, rolls[r].codes[n], gtins[r]) for what, state, r, n in rows]
    return [*found, Shown("never issued", "unknown", never_issued(rolls["sauce"]), None)]


def never_issued(roll: Roll) -> str:
    """Return a code that looks like one of the roll's and is none."""
    known = stamp.parse(roll.codes[0])
    return stamp.Code(known.roll, known.index, known.mac ^ 1).text
