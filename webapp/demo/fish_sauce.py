"""Chapter A: a cooperative's fish sauce and braised anchovy; one load refused, one returned."""

from datetime import datetime, timedelta

from attest.payload import Json

from . import events
from .events import Amount, document, made, measured, observed, reports, said
from .names import (
    ANCHOVY,
    BOAT,
    COOP,
    COOP_PLACE,
    GROCER,
    LAB,
    SALT,
    SAUCE,
    SHOP,
    bulk,
    lot,
    step,
    zone,
)
from .voices import Cast

BARREL = bulk(COOP_PLACE, "T07")
SECOND = bulk(COOP_PLACE, "T07-2")
BLEND = bulk(COOP_PLACE, "blend-11")
SAUCE_LOT = lot(SAUCE, "L26-11")
ANCHOVY_LOT = lot(ANCHOVY, "R26-10")
BOTTLES = 4320
JARS = 120
HERE: Json = {"id": COOP_PLACE}


def tell(cast: Cast, now: datetime) -> None:
    """Tell chapter A up to the factory tests; stamps come after."""
    receive(cast, now)
    ferment(cast, now)
    bottle(cast, now)
    braise(cast, now)
    cast.send()


def receive(cast: Cast, now: datetime) -> None:
    """Fish at 3.4 °C is taken, a load at 11 °C is refused, peanuts go back."""
    at = now - timedelta(days=24)
    raw = zone(COOP_PLACE, "raw")
    fresh = observed(
        at,
        "receiving",
        raw,
        [Amount(bulk(COOP_PLACE, "anchovy-1"), 6000, "KGM")],
        disposition="in_progress",
        bizLocation=HERE,
        sourceList=[{"type": "possessing_party", "source": BOAT}],
        sensorElementList=reports(
            measured("Temperature", 3.4, "CEL", at_most=4),
            measured("nguon:histamine", 38, "NA", at_most=100, basis="example"),
        ),
    )
    salt = observed(
        at + timedelta(hours=1),
        "receiving",
        raw,
        [Amount(bulk(COOP_PLACE, "salt-1"), 2000, "KGM")],
        disposition="in_progress",
        bizLocation=HERE,
        sourceList=[{"type": "possessing_party", "source": SALT}],
        nguon__note="muối lưu kho trên 6 tháng",
    )
    cast.say("coop", "acceptance", bulk(COOP_PLACE, "anchovy-1"), document(fresh))
    cast.say("coop", "acceptance", bulk(COOP_PLACE, "salt-1"), document(salt))
    warm = observed(
        at + timedelta(days=1),
        "receiving",
        raw,
        [Amount(bulk(COOP_PLACE, "anchovy-2"), 850, "KGM")],
        disposition="non_conformant",
        bizLocation=HERE,
        sourceList=[{"type": "possessing_party", "source": BOAT}],
        sensorElementList=reports(measured("Temperature", 11, "CEL", at_most=4)),
        nguon__reason="cá tới ở 11 °C, không nhận",
    )
    peanuts = observed(
        at + timedelta(days=2),
        "receiving",
        raw,
        [Amount(bulk(COOP_PLACE, "peanuts-1"), 40, "KGM")],
        disposition="returned",
        bizLocation=HERE,
        sourceList=[{"type": "possessing_party", "source": GROCER}],
        sensorElementList=reports(
            measured("nguon:aflatoxin-b1", 12, "NA", at_most=5, basis="own standard, example")
        ),
        nguon__reason="aflatoxin B1 12 µg/kg, trả lại",
    )
    cast.say("coop", "acceptance", bulk(COOP_PLACE, "anchovy-2"), document(warm))
    cast.say("coop", "acceptance", bulk(COOP_PLACE, "peanuts-1"), document(peanuts))


def ferment(cast: Cast, now: datetime) -> None:
    """The barrel was filled before the cooperative joined: opening stock, the maker's word."""
    begun = now - timedelta(days=20)
    barrel = events.event(
        "ObjectEvent",
        begun,
        "stock_taking",
        zone(COOP_PLACE, "ferment"),
        action="ADD",
        bizLocation=HERE,
        quantityList=[Amount(BARREL, 5400, "LTR").record()],
        nguon__note="chượp từ 14 tháng trước, trước khi có camera",
    )
    cast.say("coop", "opening", BARREL, document(barrel))
    look = observed(
        now - timedelta(days=14),
        step("nuoc-mam", "ferment"),
        zone(COOP_PLACE, "ferment"),
        [],
        bizLocation=HERE,
        quantityList=[{"epcClass": BARREL}],
        sensorElementList=reports(
            measured("Temperature", 31.5, "CEL", at_least=28, at_most=38, basis="example")
        ),
    )
    cast.say("coop", "diary", BARREL, document(look))


def bottle(cast: Cast, now: datetime) -> None:
    """Draw, blend to 30.95 g N/L, test, fill 4,320 bottles of half a litre."""
    drawn = now - timedelta(days=9)
    rooms = zone(COOP_PLACE, "process"), zone(COOP_PLACE, "pack")
    draw = made(
        drawn,
        step("nuoc-mam", "draw"),
        rooms[0],
        [Amount(BARREL, 2200, "LTR")],
        [Amount(SECOND, 2200, "LTR")],
        bizLocation=HERE,
        nguon__note="1.900 L 33 g N/L, 300 L 18 g N/L",
    )
    blended = drawn + timedelta(days=1)
    blend = made(
        blended,
        step("nuoc-mam", "blend"),
        rooms[0],
        [Amount(SECOND, 2200, "LTR")],
        [Amount(BLEND, 2200, "LTR")],
        bizLocation=HERE,
    )
    cast.say("coop", "processing", SECOND, document(draw))
    cast.say("coop", "processing", BLEND, document(blend))
    cast.say("lab", "labtest", BLEND, document(_sauce_test(blended + timedelta(days=2))))
    filled = now - timedelta(days=5)
    fill = made(
        filled,
        "packing",
        rooms[1],
        [Amount(BLEND, 2167, "LTR")],
        [Amount(SAUCE_LOT, BOTTLES)],
        bizLocation=HERE,
        ilmd=_dates(SAUCE_LOT, filled, 730, made_on=now - timedelta(days=430)),
        nguon__loss=[{"quantity": 4, "uom": "LTR"}],
    )
    cast.say("coop", "packaging", SAUCE_LOT, document(fill))
    sampled = events.event(
        "ObjectEvent",
        filled + timedelta(hours=1),
        "sampling",
        rooms[1],
        action="DELETE",
        quantityList=[Amount(BLEND, 3, "LTR").record()],
        nguon__custody=[COOP, LAB],
    )
    cast.say("lab", "sampling", BLEND, document(sampled))


def braise(cast: Cast, now: datetime) -> None:
    """Chilled anchovy with peanuts that keeps for thirty days; yesterday was the last."""
    cooked = now - timedelta(days=31)
    packed = made(
        cooked,
        "packing",
        zone(COOP_PLACE, "pack"),
        [Amount(bulk(COOP_PLACE, "anchovy-0"), 30, "KGM")],
        [Amount(ANCHOVY_LOT, JARS)],
        bizLocation=HERE,
        ilmd=_dates(ANCHOVY_LOT, cooked, 30),
    )
    stock = events.event(
        "ObjectEvent",
        cooked - timedelta(days=1),
        "stock_taking",
        zone(COOP_PLACE, "raw"),
        action="ADD",
        bizLocation=HERE,
        quantityList=[Amount(bulk(COOP_PLACE, "anchovy-0"), 30, "KGM").record()],
    )
    tested = observed(
        cooked + timedelta(days=1),
        "inspecting",
        LAB,
        [Amount(ANCHOVY_LOT, 2)],
        disposition="conformant",
        sensorElementList=reports(said("nguon:salmonella", "không có trong 25 g")),
        nguon__report="R-096",
    )
    cast.say("coop", "opening", bulk(COOP_PLACE, "anchovy-0"), document(stock))
    cast.say("coop", "packaging", ANCHOVY_LOT, document(packed))
    cast.say("lab", "labtest", ANCHOVY_LOT, document(tested))


def ship(cast: Cast, now: datetime) -> None:
    """Twenty cartons of sauce go to a shop."""
    at = now - timedelta(days=3)
    sent = observed(
        at,
        "shipping",
        COOP_PLACE,
        [Amount(SAUCE_LOT, 480)],
        disposition="in_transit",
        sourceList=[{"type": "possessing_party", "source": COOP}],
        destinationList=[{"type": "possessing_party", "destination": SHOP}],
        bizTransactionList=[{"type": "desadv", "bizTransaction": f"{COOP}/note/331"}],
    )
    cast.say("coop", "shipment", SAUCE_LOT, document(sent))


def _sauce_test(at: datetime) -> events.Event:
    gram_per_litre = "GL"
    return observed(
        at,
        "inspecting",
        LAB,
        [Amount(BLEND, 3, "LTR")],
        disposition="conformant",
        sensorElementList=reports(
            measured("nguon:total-nitrogen", 30.9, gram_per_litre, at_least=30, basis="label"),
            measured("nguon:amino-nitrogen-share", 52, "P1", at_least=35, basis="example"),
            measured("nguon:ammonia-nitrogen-share", 18, "P1", at_most=30, basis="example"),
            measured("nguon:salt", 262, gram_per_litre, at_least=245, basis="example"),
            measured("nguon:ph", 5.6, "Q30", at_least=5, at_most=6.5, basis="example"),
            measured("nguon:histamine", 210, "NA", at_most=400, basis="EU 2073/2005"),
        ),
        nguon__report="R-118",
    )


def _dates(
    lot_uri: str, packed: datetime, days: int, made_on: datetime | None = None
) -> events.Event:
    dates: events.Event = {
        "cbvmda:lotNumber": lot_uri.rsplit("/", 1)[1],
        "cbvmda:bestBeforeDate": str((packed + timedelta(days=days)).date()),
    }
    return dates | ({"nguon:made": str(made_on.date())} if made_on else {})
