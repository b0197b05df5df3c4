"""Chapter C: a workshop's rice wine, a peer laboratory, a closed decision, a lapsed licence."""

from datetime import datetime, timedelta

from attest.payload import Json

from .events import Amount, document, event, made, measured, observed, reports
from .names import HOST, MILL, PEER_LAB, SPIRIT, WINE_PLACE, bulk, lot, step, zone
from .voices import Cast

WINE_LOT = lot(SPIRIT, "W26-07")
BOTTLES = 810
HERE: Json = {"id": WINE_PLACE}
RICE = bulk(WINE_PLACE, "rice-9")
MASH = bulk(WINE_PLACE, "mash-9")
RAW_SPIRIT = bulk(WINE_PLACE, "spirit-9")


def tell(cast: Cast, now: datetime) -> None:
    """Tell how 500 kg of rice became 810 bottles, and what the inspectors thought of it."""
    cook(cast, now)
    bottle(cast, now)
    inspect(cast, now)
    cast.send()


def cook(cast: Cast, now: datetime) -> None:
    """Soak, steam, ferment."""
    at = now - timedelta(days=22)
    came = observed(
        at,
        "receiving",
        zone(WINE_PLACE, "raw"),
        [Amount(RICE, 500, "KGM")],
        disposition="in_progress",
        bizLocation=HERE,
        sourceList=[{"type": "possessing_party", "source": MILL}],
    )
    steamed = made(
        at + timedelta(days=1),
        step("ruou-nep", "steam"),
        zone(WINE_PLACE, "process"),
        [Amount(RICE, 500, "KGM")],
        [Amount(MASH, 1300, "LTR")],
        bizLocation=HERE,
        nguon__note="đồ 75 phút, men lá 2,2 %",
    )
    warm = observed(
        at + timedelta(days=4),
        step("ruou-nep", "ferment"),
        zone(WINE_PLACE, "ferment"),
        [],
        bizLocation=HERE,
        quantityList=[{"epcClass": MASH}],
        sensorElementList=reports(
            measured("Temperature", 30.5, "CEL", at_least=28, at_most=32, basis="example")
        ),
    )
    cast.say("wine", "acceptance", RICE, document(came))
    cast.say("wine", "processing", MASH, document(steamed))
    cast.say("wine", "diary", MASH, document(warm))


def bottle(cast: Cast, now: datetime) -> None:
    """Distil, destroy the heads, reduce to 39 % vol, have the neighbour test it, fill."""
    at = now - timedelta(days=7)
    distilled = made(
        at,
        step("ruou-nep", "distil"),
        zone(WINE_PLACE, "process"),
        [Amount(MASH, 1300, "LTR")],
        [Amount(RAW_SPIRIT, 410, "LTR")],
        bizLocation=HERE,
        nguon__note="400 L 40 % vol, pha còn 39 % vol",
    )
    heads = event(
        "ObjectEvent",
        at + timedelta(hours=1),
        "destroying",
        zone(WINE_PLACE, "process"),
        action="DELETE",
        disposition="destroyed",
        quantityList=[Amount(MASH, 6, "LTR").record()],
        nguon__reason="rượu đầu",
    )
    filled = made(
        at + timedelta(days=1),
        "packing",
        zone(WINE_PLACE, "pack"),
        [Amount(RAW_SPIRIT, 406, "LTR")],
        [Amount(WINE_LOT, BOTTLES)],
        bizLocation=HERE,
        ilmd={
            "cbvmda:lotNumber": "W26-07",
            "cbvmda:bestBeforeDate": str((now + timedelta(days=1800)).date()),
        },
    )
    tested = observed(
        at + timedelta(days=2),
        "inspecting",
        PEER_LAB,
        [Amount(WINE_LOT, 2)],
        disposition="conformant",
        sensorElementList=reports(
            measured("nguon:alcohol", 39.1, "P1", at_least=38, at_most=40, basis="label"),
            measured("nguon:methanol-at-100", 0.21, "GL", at_most=0.6, basis="GB 2757-2012"),
        ),
        nguon__report="P-019",
    )
    cast.say("wine", "processing", RAW_SPIRIT, document(distilled))
    cast.say("wine", "disposal", MASH, document(heads))
    cast.say("wine", "packaging", WINE_LOT, document(filled))
    cast.say("peer", "labtest", WINE_LOT, document(tested))


def inspect(cast: Cast, now: datetime) -> None:
    """An inspection fails, the workshop answers, a decision lists it, an appeal is open."""
    inspection, decision = f"{HOST}/inspection/31", f"{HOST}/decision/12"
    cast.plain(
        "inspector",
        "inspection",
        inspection,
        facility=WINE_PLACE,
        at=_text(now - timedelta(days=6)),
        mode="site",
        checklist={"id": f"{HOST}/checklist/spirits", "version": "2"},
        scores=[
            {"item": "giấy phép", "points": 0, "max": 20},
            {"item": "vệ sinh", "points": 15, "max": 20},
        ],
        verdict="conditional",
        deadline=str((now + timedelta(days=24)).date()),
        note="giấy phép hết hạn tháng trước",
    )
    cast.plain(
        "wine",
        "response",
        f"{HOST}/response/44",
        on=inspection,
        at=_text(now - timedelta(days=5)),
        text="đã nộp hồ sơ cấp lại, đã dọn khu ủ",
    )
    cast.plain(
        "office",
        "decision",
        decision,
        on=inspection,
        at=_text(now - timedelta(days=4)),
        ruling="listed",
        list="rectify",
        facility=WINE_PLACE,
        reason="giấy phép hết hạn",
        basis="example",
        appealUntil=str((now + timedelta(days=26)).date()),
    )
    cast.plain(
        "wine",
        "appeal",
        f"{HOST}/appeal/5",
        on=decision,
        at=_text(now - timedelta(days=3)),
        text="hồ sơ nộp trước ngày hết hạn",
    )


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
