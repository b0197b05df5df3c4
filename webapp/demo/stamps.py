"""Rolls for the makers, bound to lots; one mistake corrected, one gift box, one live lot."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from attest.payload import Json

from . import events, fish_sauce, shrimp, wine
from .events import Amount, document, made, observed
from .names import (
    ANCHOVY,
    COOP,
    COOP_PLACE,
    GIFT,
    HOUSE,
    HOUSE_PLACE,
    PRINTER,
    SAUCE,
    SHRIMP,
    SPIRIT,
    WINE,
    lot,
    zone,
)
from .voices import Cast, Roll

GIFT_LOT = lot(GIFT, "G26-01")
GIFTS = 20
Stamps = tuple[int, int]  # first and last, inclusive


@dataclass(frozen=True, slots=True)
class Wish:
    """A roll to print: how many stamps, for whom, for which product."""

    name: str
    count: int
    maker: str
    producer: str
    product: str


WISHES = (
    Wish("sauce", 5000, "coop", COOP, SAUCE),
    Wish("anchovy", 200, "coop", COOP, ANCHOVY),
    Wish("shrimp", 1200, "house", HOUSE, SHRIMP),
    Wish("wine", 1000, "wine", WINE, SPIRIT),
    Wish("gift", 50, "coop", COOP, GIFT),
)


def bind(cast: Cast, rolls: dict[str, Roll], now: datetime) -> None:
    """Activate what was packed, void what was torn, correct one wrong tap."""
    sauce = rolls["sauce"]
    activate(cast, sauce, fish_sauce.SAUCE_LOT, (0, fish_sauce.BOTTLES - 1), now)
    void(cast, sauce, (fish_sauce.BOTTLES, fish_sauce.BOTTLES + 11), now)
    activate(cast, rolls["anchovy"], fish_sauce.ANCHOVY_LOT, (0, 99), now)
    activate(cast, rolls["wine"], wine.WINE_LOT, (0, wine.BOTTLES - 1), now)
    dried = rolls["shrimp"]
    activate(cast, dried, shrimp.GOOD_LOT, (0, 299), now)
    activate(cast, dried, shrimp.BAD_LOT, (400, 699), now)
    activate(cast, dried, shrimp.WAITING_LOT, (700, 829), now)
    cast.send()
    correct(cast, dried, now)
    gift(cast, rolls["gift"], now)
    cast.send()


def activate(cast: Cast, roll: Roll, lot_uri: str, stamps: Stamps, at: datetime) -> None:
    """Let the roll's maker bind stamps, first to last inclusive, to a lot."""
    event = _activation(roll, lot_uri, stamps, at)
    cast.say(roll.maker, "activation", roll.uri, document(event))


def void(cast: Cast, roll: Roll, stamps: Stamps, at: datetime) -> None:
    """Say that stamps were torn and will never be good."""
    event = events.event(
        "ObjectEvent",
        at,
        "decommissioning",
        zone(COOP_PLACE, "pack"),
        action="DELETE",
        disposition="inactive",
        epcList=[roll.uri],
        nguon__roll=roll.number,
        nguon__first=stamps[0],
        nguon__last=stamps[1],
        nguon__reason="tem rách khi dán",
    )
    cast.say(roll.maker, "void", roll.uri, document(event))


def correct(cast: Cast, roll: Roll, at: datetime) -> None:
    """One tap bound 20 stamps to the wrong lot; the correction leaves both to be seen."""
    wrong = _activation(roll, shrimp.WAITING_LOT, (300, 319), at)
    right = _activation(roll, shrimp.GOOD_LOT, (300, 319), at)
    cast.say("house", "activation", roll.uri, document(wrong))
    error: dict[str, Json] = {
        "declarationTime": at.isoformat(timespec="seconds"),
        "reason": "incorrect_data",
        "correctiveEventIDs": [right["eventID"]],
    }
    cast.say(
        "house", "correction", roll.uri, document(wrong | {"errorDeclaration": error}, right)
    )


def gift(cast: Cast, roll: Roll, at: datetime) -> None:
    """Twenty boxes with a bottle of sauce and a pack of shrimp that the household sent over."""
    parties: dict[str, Json] = {
        "sourceList": [{"type": "possessing_party", "source": HOUSE}],
        "destinationList": [{"type": "possessing_party", "destination": COOP}],
    }
    shrimps = [Amount(shrimp.GOOD_LOT, GIFTS)]
    sent = observed(at, "shipping", HOUSE_PLACE, shrimps, disposition="in_transit", **parties)
    came = observed(at, "arriving", COOP_PLACE, shrimps, disposition="in_progress", **parties)
    cast.say("house", "shipment", shrimp.GOOD_LOT, document(sent))
    cast.say("coop", "arrival", shrimp.GOOD_LOT, document(came))
    packed = made(
        at,
        "packing",
        zone(COOP_PLACE, "pack"),
        [Amount(fish_sauce.SAUCE_LOT, GIFTS), *shrimps],
        [Amount(GIFT_LOT, GIFTS)],
        bizLocation={"id": COOP_PLACE},
        ilmd={
            "cbvmda:lotNumber": "G26-01",
            "cbvmda:bestBeforeDate": str((at + timedelta(days=170)).date()),
        },
    )
    cast.say("coop", "packaging", GIFT_LOT, document(packed))
    activate(cast, roll, GIFT_LOT, (0, GIFTS - 1), at)


def _activation(roll: Roll, lot_uri: str, stamps: Stamps, at: datetime) -> events.Event:
    return events.event(
        "ObjectEvent",
        at,
        "commissioning",
        PRINTER,
        action="ADD",
        disposition="active",
        quantityList=[Amount(lot_uri, stamps[1] - stamps[0] + 1).record()],
        nguon__roll=roll.number,
        nguon__first=stamps[0],
        nguon__last=stamps[1],
    )
