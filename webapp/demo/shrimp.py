"""Chapter B: a household's dried shrimp; one lot recalled, one made under cameras now."""

from datetime import datetime, timedelta

from attest.payload import Json

from . import events
from .events import Amount, Event, document, made, measured, observed, reports, said
from .names import FARMS, HOST, HOUSE_PLACE, LAB, PROVINCE, SHRIMP, bulk, lot, step, zone
from .voices import Cast

GOOD_LOT = lot(SHRIMP, "S26-41")
BAD_LOT = lot(SHRIMP, "S26-42")
LIVE_LOT = lot(SHRIMP, "S26-43")
WAITING_LOT = lot(SHRIMP, "S26-40")
PACKS = 396
BAD_PACKS = 300
LIVE_PACKS = 60
WAITING_PACKS = 150
HERE: Json = {"id": HOUSE_PLACE}
PROCESS = zone(HOUSE_PLACE, "process")
PACK = zone(HOUSE_PLACE, "pack")
AUTHORITY = "Tỉnh Mẫu (hư cấu)"


def tell(cast: Cast, now: datetime) -> None:
    """Tell the finished lots: a good one, one that will be recalled, one that will wait."""
    receive(cast, now)
    for lot_uri, packs, days, fresh in (
        (GOOD_LOT, PACKS, 8, 600),
        (BAD_LOT, BAD_PACKS, 7, 455),
        (WAITING_LOT, WAITING_PACKS, 10, 230),
    ):
        make(cast, lot_uri, packs, now - timedelta(days=days), fresh)
    late_diary(cast, now)
    false_alarm(cast, now)
    cast.send()


def receive(cast: Cast, now: datetime) -> None:
    """Fresh shrimp from three farm households."""
    at = now - timedelta(days=12)
    amounts = (520, 480, 335)
    for number, (farm, kilograms) in enumerate(zip(FARMS, amounts, strict=True), 1):
        load = bulk(HOUSE_PLACE, f"shrimp-{number}")
        came = observed(
            at + timedelta(hours=number),
            "receiving",
            zone(HOUSE_PLACE, "raw"),
            [Amount(load, kilograms, "KGM")],
            disposition="in_progress",
            bizLocation=HERE,
            sourceList=[{"type": "possessing_party", "source": farm}],
            sensorElementList=reports(measured("Temperature", 2.8, "CEL", at_most=4)),
        )
        cast.say("house", "acceptance", load, document(came))


def make(cast: Cast, lot_uri: str, packs: int, packed: datetime, fresh: float) -> None:
    """Boil, dry, peel, pack, test: 7.5 kilograms of fresh shrimp become one."""
    number = lot_uri.rsplit("/", 1)[1]
    dried = bulk(HOUSE_PLACE, f"dried-{number}")
    boiled = packed - timedelta(days=1)
    boiling = made(
        boiled,
        step("tom-kho", "boil"),
        PROCESS,
        [Amount(bulk(HOUSE_PLACE, "shrimp-1"), fresh, "KGM")],
        [Amount(dried, round(fresh / 7.5, 1), "KGM")],
        bizLocation=HERE,
        nguon__note="muối 3,5 %, 15 phút; sấy 50 °C",
    )
    cast.say("house", "processing", dried, document(boiling))
    cast.say("house", "packaging", lot_uri, document(_packing(lot_uri, dried, packs, packed)))
    tested = observed(
        packed + timedelta(hours=20),
        "inspecting",
        LAB,
        [Amount(lot_uri, 4)],
        disposition="conformant",
        sensorElementList=reports(
            measured("nguon:moisture", 21, "P1", at_most=23, basis="own standard"),
            said("nguon:salmonella", "không có trong 25 g"),
            said("nguon:borax", "không phát hiện"),
        ),
        nguon__report=f"R-{number}",
    )
    cast.say("lab", "labtest", lot_uri, document(tested))


def late_diary(cast: Cast, now: datetime) -> None:
    """One day was written down two days late, and it shows."""
    done = now - timedelta(days=9)
    dried = observed(
        done,
        step("tom-kho", "dry"),
        zone(HOUSE_PLACE, "dry"),
        [],
        bizLocation=HERE,
        quantityList=[{"epcClass": bulk(HOUSE_PLACE, "dried-S26-41")}],
        sensorElementList=reports(
            measured("Temperature", 52, "CEL", at_least=45, at_most=55, basis="example")
        ),
        nguon__note="ghi muộn hai ngày",
    )
    late = int((done + timedelta(days=2)).timestamp())
    cast.say("house", "diary", bulk(HOUSE_PLACE, "dried-S26-41"), document(dried), late)


def false_alarm(cast: Cast, now: datetime) -> None:
    """The safety officer's weekly look finds the conical hat that a rule took for no hat."""
    cast.plain(
        "house",
        "selfcheck",
        f"{HOST}/selfcheck/house-b-1",
        facility=HOUSE_PLACE,
        at=_text(now - timedelta(days=2)),
        period="weekly",
        items=[
            {"item": "sàn khô", "ok": True},
            {"item": "nón lá thay mũ", "ok": False, "note": "phát mũ trùm"},
        ],
    )


def hold(cast: Cast, now: datetime) -> None:
    """An earlier lot waits for the laboratory."""
    event = _notice(now - timedelta(days=1), WAITING_LOT, "nguon:hold", "non_sellable_other")
    cast.say(
        "inspector",
        "hold",
        WAITING_LOT,
        document(event | {"nguon:reason": "chờ kết quả kim loại nặng"}),
    )


def recall(cast: Cast, now: datetime) -> None:
    """A rapid test is positive, the laboratory confirms, the office recalls the lot."""
    suspect = observed(
        now - timedelta(days=3),
        "inspecting",
        HOUSE_PLACE,
        [Amount(BAD_LOT, 1)],
        disposition="non_conformant",
        sensorElementList=reports(said("nguon:so2-rapid", "dương tính")),
    )
    cast.say("inspector", "rapidtest", BAD_LOT, document(suspect))
    held = _notice(
        now - timedelta(days=3, hours=-1), BAD_LOT, "nguon:hold", "non_sellable_other"
    )
    cast.say(
        "inspector",
        "hold",
        BAD_LOT,
        document(held | {"nguon:reason": "thử nhanh SO2 dương tính"}),
    )
    confirmed = observed(
        now - timedelta(days=2),
        "inspecting",
        LAB,
        [Amount(BAD_LOT, 2)],
        disposition="non_conformant",
        sensorElementList=reports(
            measured("nguon:so2", 74, "NA", at_most=30, basis="example"),
        ),
        nguon__report="R-131",
    )
    cast.say("lab", "labtest", BAD_LOT, document(confirmed))
    called = _notice(now - timedelta(days=1), BAD_LOT, "recalled", "recalled")
    notice: Event = {
        "nguon:authority": AUTHORITY,
        "nguon:reason": "SO2 74 mg/kg, mức mẫu 30 mg/kg",
        "nguon:instruction": "Trả lại nơi bán để được hoàn tiền",
    }
    cast.say("office", "recall", BAD_LOT, document(called | notice))
    back = observed(
        now - timedelta(hours=5),
        "receiving",
        HOUSE_PLACE,
        [Amount(BAD_LOT, 214)],
        disposition="returned",
        nguon__reason="thu hồi",
    )
    cast.say("house", "return", BAD_LOT, document(back))


def live(cast: Cast, begun: datetime, until: datetime) -> None:
    """A small lot is peeled and packed while the cameras of this installation look on.

    Its step windows are real: from when recording began. What the cameras missed is a gap.
    """
    stock, dried = bulk(HOUSE_PLACE, "dried-stock"), bulk(HOUSE_PLACE, "dried-live")
    counted = events.event(
        "ObjectEvent",
        begun,
        "stock_taking",
        zone(HOUSE_PLACE, "dry"),
        action="ADD",
        bizLocation=HERE,
        quantityList=[Amount(stock, 12.4, "KGM").record()],
        nguon__note="tôm sấy từ trước khi có camera",
    )
    cast.say("house", "opening", stock, document(counted))
    peeled = made(
        until,
        step("tom-kho", "peel"),
        PROCESS,
        [Amount(stock, 12.4, "KGM")],
        [Amount(dried, 12.2, "KGM")],
        bizLocation=HERE,
        nguon__started=_text(begun),
    )
    cast.say("house", "processing", dried, document(peeled))
    packed = _packing(LIVE_LOT, dried, LIVE_PACKS, until)
    cast.say("house", "packaging", LIVE_LOT, document(packed | {"nguon:started": _text(begun)}))
    tested = observed(
        until,
        "inspecting",
        LAB,
        [Amount(LIVE_LOT, 2)],
        disposition="conformant",
        sensorElementList=reports(
            measured("nguon:moisture", 20.6, "P1", at_most=23, basis="own standard")
        ),
        nguon__report="R-140",
    )
    cast.say("lab", "labtest", LIVE_LOT, document(tested))
    cast.send()


def _packing(lot_uri: str, dried: str, packs: int, packed: datetime) -> Event:
    return made(
        packed,
        "packing",
        PACK,
        [Amount(dried, round(packs * 0.2 + 0.2, 1), "KGM")],
        [Amount(lot_uri, packs)],
        bizLocation=HERE,
        ilmd={
            "cbvmda:lotNumber": lot_uri.rsplit("/", 1)[1],
            "cbvmda:bestBeforeDate": str((packed + timedelta(days=180)).date()),
        },
    )


def _notice(at: datetime, lot_uri: str, disposition: str, now_is: str) -> Event:
    return events.event(
        "ObjectEvent",
        at,
        "holding",
        PROVINCE,
        action="OBSERVE",
        disposition=now_is,
        persistentDisposition={"set": [disposition]},
        quantityList=[{"epcClass": lot_uri}],
    ) | ({"nguon:authority": AUTHORITY} if disposition == "nguon:hold" else {})


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
