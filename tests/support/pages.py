"""A dossier as pages need it: really signed invented records, with proofs left out.

Only for what a page shows; what a phone checks is tested over the ledger's own dossiers.
"""

from typing import Any

from attest import payload, spell, stamp, statement
from attest.registry import key_proof_message
from attest.statement import Statement
from support.said import ORIGIN, Repeatable, uri

CODE = stamp.code(stamp.roll_key(b"sample", 1017), 1017, 7)
GTIN = "09521000001015"
PRODUCT = f"https://id.gs1.org/01/{GTIN}"
LOT = f"{PRODUCT}/10/L26-11"
EVENT = "/epcisBody/eventList/0"
MAKER, LAB, PRINTER, OFFICE, NODE = (
    uri(f"party/{n}") for n in ("coop-a", "lab-1", "printer", "office", "node-a")
)
NAMES = {
    uri("party/registrar"): "Sở Mẫu",
    MAKER: "Hợp tác xã Nước mắm Mẫu",
    LAB: "Phòng thử Mẫu",
    PRINTER: "Nhà in Mẫu",
    OFFICE: "Chi cục An toàn thực phẩm Tỉnh Mẫu",
    NODE: None,
}
ROLES = {
    uri("party/registrar"): ["registrar"],
    MAKER: ["producer"],
    LAB: ["laboratory"],
    PRINTER: ["printer"],
    OFFICE: ["regulator"],
    NODE: ["camera"],
}
SIGNERS = {holder: Repeatable(holder) for holder in NAMES}


def dossier(
    state: str = "active", *, footage: bool = True, anchored: bool = True
) -> dict[str, Any]:
    """Return a dossier in one of the states that a dossier can have."""
    said = _said(state, footage)
    at = {s.kind: i for i, s in enumerate(said)}
    active = state not in ("inactive", "void")
    story = ["acceptance", "diary", "processing", "labtest", "packaging", "activation"]
    story = [*story, "shipment"] if active else []
    story += [k for k in ("hold", "recall", "void") if k in at]
    lot = _lot(at["packaging"]) if active else None
    return {
        "version": 1,
        "stamp": {
            "code": CODE.text,
            "blind": spell.base64url(bytes(16)),
            "state": state,
            "roll": CODE.roll,
            "index": CODE.index,
            "rollEntry": at["roll"],
            "rollProof": [],
            "activationEntry": at["activation"] if active else None,
        },
        "product": _product(at["product"], at["party"]),
        "lot": lot,
        "timeline": [_event(at[k], said[at[k]]) for k in story],
        "entries": {
            str(i): {"statement": spell.base64url(s.data), "proof": ""}
            for i, s in enumerate(said)
        },
        "keys": {},
        "checkpoint": f"{ORIGIN}\n{len(said)}\n\n— {ORIGIN} AAAA\n",
        "anchor": _anchor(len(said) - 2) if anchored else None,
        "consistency": [],
        "checkpointTime": "2026-11-25T08:00:00Z",
        "chain": {
            "chainId": 952,
            "genesis": "0x" + "00" * 32,
            "contract": "0x" + "00" * 20,
            "originId": "0x" + "00" * 32,
            "independent": False,
        },
        "checks": {"first": {"day": "2026-11-20", "province": "Tỉnh Mẫu"}, "count": 3},
        "notProven": ["goods", "truth", "unseen", "absence", "page"],
    }


def _product(index: int, party: int) -> dict[str, Any]:
    record = PLAIN["product"]
    names = ("name", "gtin", "netContent", "ingredients", "allergens", "storage", "phone")
    product = {n: {"value": record[n], "entry": index, "pointer": f"/{n}"} for n in names}
    maker = {"value": NAMES[MAKER], "entry": party, "pointer": "/name"}
    absent = {"id": None, "brand": None, "picture": None}
    return {**absent, "name": product["name"], "maker": maker, **product}


def _lot(index: int) -> dict[str, Any]:
    def item(name: str, value: str) -> dict[str, Any]:
        return {"value": value, "entry": index, "pointer": f"{EVENT}/{name}"}

    return {
        "id": item("outputQuantityList/0/epcClass", LOT),
        "number": item("ilmd/cbvmda:lotNumber", "L26-11"),
        "packed": item("eventTime", "2026-11-18T16:00:00+07:00"),
        "bestBefore": item("ilmd/cbvmda:bestBeforeDate", "2028-11-18"),
        "expiry": None,
        "made": item("ilmd/nguon:made", "2025-09-01"),
        "facility": None,
        "coverage": {"value": 93, "by": "server"},
        "rating": {"value": "4/5", "by": "server"},
    }


def _event(index: int, said: Statement) -> dict[str, Any]:
    time = payload.pointer(said.record, f"{EVENT}/eventTime")
    return {
        "kind": said.kind,
        "index": index,
        "issuer": said.header.iss,
        "time": {"value": time, "entry": index, "pointer": f"{EVENT}/eventTime"},
        "summary": {"value": SUMMARY.get(said.kind, ""), "by": "server"},
    }


def _anchor(size: int) -> dict[str, Any]:
    hashes = dict.fromkeys(("root", "noteHash", "blockHash", "tx"), "0x" + "00" * 32)
    return {"size": size, **hashes, "block": 118, "time": "2026-11-25T07:58:10Z", "final": True}


SUMMARY = {
    "acceptance": "6.000 kg cá cơm, 3,4 °C",
    "diary": "Ủ chượp, 31,5 °C",
    "processing": "2.200 L sau pha đấu",
    "labtest": "Đạt: đạm tổng 30,9 g/L, histamine 210 mg/kg",
    "packaging": "4.320 chai",
    "activation": "4.320 tem, cuộn 1017",
    "shipment": "480 chai",
    "recall": "Toàn bộ lô L26-11",
}

PLAIN: dict[str, dict[str, Any]] = {
    "party": {"type": "party", "id": MAKER, "name": NAMES[MAKER], "kind": "cooperative"},
    "product": {
        "type": "product",
        "id": PRODUCT,
        "gtin": GTIN,
        "name": "Nước mắm Mẫu 30°N",
        "names": {"zh": "示例鱼露 30°N", "en": "Sample fish sauce 30°N"},
        "maker": MAKER,
        "netContent": "500 ml",
        "ingredients": "cá cơm, muối",
        "allergens": "cá",
        "storage": "Nơi khô mát, đậy kín sau khi mở",
        "phone": "+84 000 000 001",
    },
}


PLAIN["stars"] = {
    "type": "certificate",
    "id": uri("certificate/ocop-a"),
    "about": PRODUCT,
    "scheme": "OCOP",
    "number": "M-04",
    "stars": 4,
    "from": "2026-03-01",
    "until": "2029-02-28",
    "issuer": "Tỉnh Mẫu",
}
PLAIN["paper"] = {
    "type": "certificate",
    "id": uri("certificate/safety-a"),
    "about": MAKER,
    "scheme": "food-safety",
    "from": "2023-11-20",
    "until": "2026-11-20",
    "issuer": "Chi cục Mẫu",
}


def _said(state: str, footage: bool) -> list[Statement]:
    keys = [_enrol(holder) for holder in NAMES]
    steps = [
        (PRINTER, "roll", "2026-11-01T09:00:00+07:00", {"nguon:roll": CODE.roll}),
        (MAKER, "acceptance", "2025-09-01T06:00:00+07:00", {}),
        (MAKER, "diary", "2026-11-10T08:00:00+07:00", {}),
        (MAKER, "processing", "2026-11-15T10:00:00+07:00", {}),
        (LAB, "labtest", "2026-11-17T09:00:00+07:00", {}),
        (MAKER, "packaging", "2026-11-18T16:00:00+07:00", PACKED),
        (MAKER, "activation", "2026-11-18T16:30:00+07:00", {}),
        (MAKER, "shipment", "2026-11-20T07:00:00+07:00", {}),
    ]
    steps += [
        (NODE, "footage", f"2026-11-18T13:{m}:00+07:00", _minute(m)) for m in (15, 16)
    ] * footage
    notice = {"nguon:reason": "SO₂ 74 mg/kg", "nguon:instruction": "Mang trả lại nơi mua."}
    notice["nguon:authority"] = NAMES[OFFICE]
    steps += {
        "hold": [(OFFICE, "hold", "2026-11-21T09:00:00+07:00", notice)],
        "recalled": [(OFFICE, "recall", "2026-11-22T09:00:00+07:00", notice)],
        "void": [(MAKER, "void", "2026-11-18T16:40:00+07:00", {"nguon:reason": "tem rách"})],
    }.get(state, [])
    plain = [_plain(MAKER, PLAIN[n]) for n in ("party", "product", "paper")]
    plain.append(_plain(OFFICE, PLAIN["stars"]))
    return [*keys, *plain, *(_document(*step) for step in steps)]


PACKED = {
    "ilmd": {
        "cbvmda:lotNumber": "L26-11",
        "cbvmda:bestBeforeDate": "2028-11-18",
        "nguon:made": "2025-09-01",
    },
    "outputQuantityList": [{"epcClass": LOT, "quantity": 4320}],
}


def _minute(minute: int) -> dict[str, Any]:
    start, end = (f"2026-11-18T13:{m}:00+07:00" for m in (minute - 1, minute))
    meta = {"deviceID": uri("camera/cam-1"), "startTime": start, "endTime": end}
    return {"sensorElementList": [{"sensorMetadata": meta, "sensorReport": []}]}


def _enrol(holder: str) -> Statement:
    root = SIGNERS[uri("party/registrar")]
    new = SIGNERS[holder]
    proof = new.sign(key_proof_message(ORIGIN, holder, new.key.kid, root.key.kid))
    name = {"name": NAMES[holder]} if NAMES[holder] else {}
    record = {
        "type": "key",
        "id": f"{holder}#key",
        "action": "enrol",
        "kid": spell.base64url(new.key.kid),
        "key": spell.base64url(new.key.cose),
        "holder": holder,
        **name,
        "roles": ROLES[holder],
        "place": uri("place/mau"),
        "proof": spell.base64url(proof),
    }
    return _plain(uri("party/registrar"), record)


def _plain(iss: str, record: dict[str, Any]) -> Statement:
    return statement.sign(
        SIGNERS[iss],
        kind=record["type"],
        iss=iss,
        sub=record["id"],
        iat=1_795_000_000,
        record=record,
    )


def _document(iss: str, kind: str, time: str, more: dict[str, Any]) -> Statement:
    event = {"type": "ObjectEvent", "eventTime": time, "eventTimeZoneOffset": "+07:00", **more}
    record = {"type": "EPCISDocument", "epcisBody": {"eventList": [event]}}
    iat = spell.time_ms(time) // 1000 + 3600 * (90 if kind == "diary" else 1)
    return statement.sign(SIGNERS[iss], kind=kind, iss=iss, sub=LOT, iat=iat, record=record)
