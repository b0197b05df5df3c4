"""Makes kinds.json: a good payload of each kind from the format pages, and edits that spoil it.

From the repository's root: PYTHONPATH=.:tests .venv/bin/python -m support.vectors_kinds

An edit is [JSON Pointer, value], or [JSON Pointer] for a member that is taken away.
"""

import json
import re
from typing import Any

from support.require import ROOT

FILE = ROOT / "tests/vectors/kinds.json"
PAGES = ROOT / "docs/formats"
EVENT = "/epcisBody/eventList/0"
# The events of the page in its order; the sealed part of a violation has no kind of its own.
SHOWN = """
    opening diary diary processing packaging aggregation disposal return sampling labtest roll
    activation void shipment arrival hold recall release camera footage correction sealed
"""
KEY = {
    "type": "key",
    "id": "https://trace.example/key/1",
    "action": "revoke",
    "kid": "uU0nuZNNPgilLlLX2n2r-sSE7-N6U4DukIj3rOLvzek",
    "reason": "lost",
}

DIGEST = "ni:///sha-256;uU0nuZNNPgilLlLX2n2r-sSE7-N6U4DukIj3rOLvzek"
PLAIN_EDITS = {
    "another type": ["/type", "permit"],
    "no id": ["/id"],
    "an id that is no URI": ["/id", "coop a"],
    "a member that no kind has": ["/colour", "red"],
    "null for a member": ["/id", None],
    "evidence without a digest": ["/nguon:evidence", [{"type": "photo", "uri": "ipfs://x"}]],
    "evidence that is not a list": ["/nguon:evidence", {}],
    "evidence that is salted false": [
        "/nguon:evidence",
        [{"type": "x", "uri": "ipfs://x", "digest": DIGEST, "salted": False}],
    ],
    "a null character": ["/note\0", "x"],
    "a sealed part without salt": [
        "/nguon:sealed",
        [{"uri": "ipfs://x", "digest": "ni:///sha-256;AA", "to": "authority"}],
    ],
}
EVENT_EDITS = {
    "another schema version": ["/schemaVersion", "1.2"],
    "no creation date": ["/creationDate"],
    "a header": ["/epcisHeader", {}],
    "a context named twice": ["/@context/2", {"nguon": "https://w3id.org/nguon/v1/"}],
    "a context that is a number": ["/@context/2", 7],
    "no event": ["/epcisBody/eventList", []],
    "101 events": ["/epcisBody/eventList", [{}] * 101],
    "an event that is a text": [EVENT, "event"],
    "our prefix bound elsewhere": ["/@context/1/nguon", "https://evil.example/"],
    "the standard's context left out": ["/@context/0", "https://evil.example/"],
    "an event of another type": [f"{EVENT}/type", "TransactionEvent"],
    "no event id": [f"{EVENT}/eventID"],
    "an event id of upper case": [
        f"{EVENT}/eventID",
        "urn:uuid:5F2D8C1E-0000-4000-8000-000000000001",
    ],
    "no event time": [f"{EVENT}/eventTime"],
    "a time without a zone": [f"{EVENT}/eventTime", "2026-11-18T10:00:00"],
    "30 February": [f"{EVENT}/eventTime", "2026-02-30T10:00:00+07:00"],
    "the offset of another zone": [f"{EVENT}/eventTimeZoneOffset", "+08:00"],
    "an offset beyond the map": [f"{EVENT}/eventTimeZoneOffset", "+15:00"],
    "a step of no vocabulary": [f"{EVENT}/bizStep", "cooking"],
    "a step as the CBV's long URI": [f"{EVENT}/bizStep", "urn:epcglobal:cbv:bizstep:packing"],
    "a disposition of no vocabulary": [f"{EVENT}/disposition", "fine"],
    "a member that EPCIS does not have": [f"{EVENT}/colour", "red"],
    "a read point without an id": [f"{EVENT}/readPoint", {}],
    "evidence that is not a list": [f"{EVENT}/nguon:evidence", {}],
}
QUANTITY = f"{EVENT}/quantityList/0"
EVENT_LIST = "/epcisBody/eventList"
OTHER_MINUTE = {
    "type": "ObjectEvent",
    "eventID": "urn:uuid:5f2d8c1e-0000-4000-8000-0000000000aa",
    "eventTime": "2026-11-18T10:00:00Z",
    "eventTimeZoneOffset": "+00:00",
    "action": "OBSERVE",
    "epcList": ["https://a.example/t"],
}
ELEMENT = f"{EVENT}/sensorElementList/0"
OWN_EDITS: dict[str, dict[str, list[Any]]] = {
    "place": {"a level of no country": ["/level", "village"]},
    "party": {
        "a kind of no party": ["/kind", "person"],
        "a name with a null character": ["/name", "a\0b"],
    },
    "cluster": {"members that are not URIs": ["/members", ["a b"]]},
    "facility": {"no producer": ["/producer"]},
    "zone": {"a zone kind that is not filmed or known": ["/kind", "office"]},
    "product": {
        "a GTIN with a wrong check digit": ["/gtin", "09521000001016"],
        "a GTIN that the id does not carry": ["/gtin", "09521000001022"],
        "an id that is a lot": ["/id", "https://id.gs1.org/01/09521000001015/10/L1"],
        "a picture that is no CID": ["/picture", "bafyfake"],
    },
    "process": {"no steps": ["/steps", []]},
    "certificate": {
        "a file without its digest": ["/digest"],
        "an end before the beginning": ["/until", "2026-02-28"],
        "six stars": ["/stars", 6],
        "a day that is a time": ["/from", "2026-03-01T00:00:00Z"],
    },
    "key": {"no kid": ["/kid"], "an action of no key": ["/action", "lend"]},
    "inspection": {
        "a verdict of no court": ["/verdict", "guilty"],
        "no checklist": ["/checklist"],
    },
    "selfcheck": {"an item that is maybe": ["/items/0/ok", "maybe"]},
    "label": {"no product": ["/product"]},
    "violation": {
        "nothing sealed": ["/nguon:sealed"],
        "sealed to everybody": ["/nguon:sealed/0/to", "public"],
        "a rule in the open": ["/rule", "no-hat"],
    },
    "response": {"on nothing": ["/on"]},
    "decision": {
        "listed on no list": ["/ruling", "listed"],
        "a list without a listing": ["/list", "exemplary"],
    },
    "appeal": {"no text": ["/text", ""]},
    "rating": {"an input that is no index": ["/inputs/0", -1]},
    "visit": {"no time": ["/at"]},
    "training": {"half a person": ["/attendance", 1.5]},
    "support": {"no project": ["/project"]},
    "scans": {"a root in hex": ["/root", "ab" * 32], "a count below zero": ["/count", -1]},
    "feedback": {"a day without zeros": ["/day", "2026-11-4"]},
    "access": {"no count": ["/count"]},
    "acceptance": {
        "our prefix used and not bound": [
            "/@context",
            "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
        ],
        "a step that does not receive": [f"{EVENT}/bizStep", "shipping"],
        "no lot": [f"{EVENT}/quantityList", []],
        "less than nothing": [f"{QUANTITY}/quantity", -1],
        "more than there is": [f"{QUANTITY}/quantity", 1e13],
        "a unit in words": [f"{QUANTITY}/uom", "kilograms"],
        "a report without a type": [f"{ELEMENT}/sensorReport/0/type"],
        "a source of no type": [f"{EVENT}/sourceList/0/type", "friend"],
        "an error declared": [
            f"{EVENT}/errorDeclaration",
            {"declarationTime": "2026-11-18T10:00:00+07:00", "reason": "did_not_occur"},
        ],
        "master data of what was only observed": [
            f"{EVENT}/ilmd",
            {"nguon:made": "2026-01-01"},
        ],
    },
    "opening": {"stock that is only observed": [f"{EVENT}/action", "OBSERVE"]},
    "diary": {"an event of a carton": [f"{EVENT}/type", "AggregationEvent"]},
    "processing": {"nothing comes out": [f"{EVENT}/outputQuantityList"]},
    "packaging": {
        "a date that is none": [f"{EVENT}/ilmd/cbvmda:bestBeforeDate", "soon"],
        "master data without a prefix": [f"{EVENT}/ilmd/lotNumber", "L1"],
    },
    "aggregation": {
        "no parent": [f"{EVENT}/parentID"],
        "no child": [f"{EVENT}/childQuantityList"],
    },
    "disposal": {"goods that are only observed": [f"{EVENT}/action", "OBSERVE"]},
    "return": {"goods that did not come back": [f"{EVENT}/disposition", "in_transit"]},
    "sampling": {"custody of nobody": [f"{EVENT}/nguon:custody", []]},
    "labtest": {
        "no verdict": [f"{EVENT}/disposition"],
        "a verdict of another kind": [f"{EVENT}/disposition", "active"],
    },
    "rapidtest": {"no lot": [f"{EVENT}/quantityList"]},
    "roll": {
        "no root": [f"{EVENT}/nguon:rollRoot"],
        "a root in base64": [f"{EVENT}/nguon:rollRoot", "AAAA"],
        "no stamp": [f"{EVENT}/nguon:count", 0],
        "more stamps than codes": [f"{EVENT}/nguon:count", 2**20 + 1],
        "a number beyond the code": [f"{EVENT}/nguon:roll", 2**30],
        "two rolls": [f"{EVENT}/epcList", ["https://a.example/1", "https://a.example/2"]],
        "no producer": [f"{EVENT}/nguon:producer"],
    },
    "activation": {
        "another quantity than stamps": [f"{QUANTITY}/quantity", 4319],
        "stamps by weight": [f"{QUANTITY}/uom", "KGM"],
        "a range that ends before it begins": [f"{EVENT}/nguon:first", 4320],
        "a stamp that is true": [f"{EVENT}/nguon:first", True],
        "a stamp below zero": [f"{EVENT}/nguon:first", -1],
        "half a stamp": [f"{EVENT}/nguon:first", 0.5],
        "no last": [f"{EVENT}/nguon:last"],
        "two lots": [f"{EVENT}/quantityList/1", {"epcClass": "https://a.example/l"}],
    },
    "void": {
        "no reason": [f"{EVENT}/nguon:reason"],
        "an event about nothing": [f"{EVENT}/epcList"],
    },
    "shipment": {"to nowhere": [f"{EVENT}/destinationList"]},
    "arrival": {"from nowhere": [f"{EVENT}/sourceList"]},
    "hold": {
        "holds nothing": [f"{EVENT}/persistentDisposition"],
        "recalls in passing": [f"{EVENT}/persistentDisposition/set/1", "recalled"],
        "sets one thing twice": [f"{EVENT}/persistentDisposition/set/1", "nguon:hold"],
        "releases in passing": [f"{EVENT}/persistentDisposition/unset", ["recalled"]],
    },
    "recall": {
        "recalls nothing": [f"{EVENT}/persistentDisposition/set/0", "nguon:hold"],
        "no reason": [f"{EVENT}/nguon:reason"],
    },
    "release": {
        "releases something else": [f"{EVENT}/persistentDisposition/unset/0", "expired"]
    },
    "camera": {
        "no box": [f"{EVENT}/nguon:node"],
        "a zone that is not where it hangs": [f"{EVENT}/parentID", "https://a.example/z"],
        "two cameras": [f"{EVENT}/childEPCs/1", "https://a.example/c"],
    },
    "footage": {
        "two minutes": [f"{EVENT_LIST}/1", OTHER_MINUTE],
        "a lot": [f"{EVENT}/quantityList", [{"epcClass": "https://a.example/l"}]],
        "no camera": [f"{ELEMENT}/sensorMetadata/deviceID"],
        "no number": [f"{EVENT}/nguon:seq"],
        "a number below zero": [f"{EVENT}/nguon:seq", -1],
        "no manifest": [f"{ELEMENT}/sensorReport/0/rawData"],
        "a manifest on the web": [f"{ELEMENT}/sensorReport/0/rawData", "https://a.example/m"],
        "no digest": [f"{ELEMENT}/sensorReport/0/uriValue"],
        "a digest in hex": [f"{ELEMENT}/sensorReport/0/uriValue", "urn:sha256:ab"],
        "another camera in the report": [
            f"{ELEMENT}/sensorReport/0/deviceID",
            "https://a.example/c",
        ],
        "an end before the start": [
            f"{ELEMENT}/sensorMetadata/endTime",
            "2026-11-20T08:13:59+07:00",
        ],
        "a gap without a reason": [
            f"{EVENT}/nguon:gaps",
            [{"from": "2026-11-20T08:14:00Z", "to": "2026-11-20T08:14:01Z"}],
        ],
    },
    "correction": {
        "nothing declared": [f"{EVENT}/errorDeclaration"],
        "an error in what is right": [
            f"{EVENT_LIST}/1/errorDeclaration",
            {"declarationTime": "2026-11-18T10:00:00+07:00", "reason": "did_not_occur"},
        ],
        "a reason of no vocabulary": [f"{EVENT}/errorDeclaration/reason", "oops"],
        "what never was, and what is instead": [
            f"{EVENT}/errorDeclaration/reason",
            "did_not_occur",
        ],
        "a corrective event that it does not name": [
            f"{EVENT}/errorDeclaration/correctiveEventIDs",
            ["urn:uuid:5f2d8c1e-0000-4000-8000-0000000000ff"],
        ],
    },
}


def shown() -> dict[str, dict[str, Any]]:
    """Return the first payload of each kind that the pages show."""
    frame, *events = _blocks("kinds-events.md")
    good = {"key": KEY, "acceptance": frame}
    for record in _blocks("kinds-plain.md"):
        good.setdefault(record["type"], record)
    for kind, event in zip(SHOWN.split(), events, strict=True):
        chosen = [event]
        if kind == "correction":
            right = {**event, "eventID": event["errorDeclaration"]["correctiveEventIDs"][0]}
            del right["errorDeclaration"]
            chosen.append(right)
        good.setdefault(kind, {**frame, "epcisBody": {"eventList": chosen}})
    del good["sealed"]
    return {**good, "rapidtest": good["labtest"]}


def vectors() -> dict[str, Any]:
    """Return good payloads and spoiling edits by kind."""
    made = {}
    for kind, good in sorted(shown().items()):
        common = EVENT_EDITS if "epcisBody" in good else PLAIN_EDITS if kind != "key" else {}
        made[kind] = {"good": good, "bad": {**common, **OWN_EDITS[kind]}}
    return made


def spoil(good: dict[str, Any], edit: list[Any]) -> dict[str, Any]:
    """Return a copy of a payload with one edit made."""
    spoiled: Any = json.loads(json.dumps(good))
    path, *value = edit
    *way, last = path.split("/")[1:]
    at = spoiled
    for name in way:
        at = at[int(name)] if isinstance(at, list) else at[name]
    if not value:
        del at[last]
    elif isinstance(at, list):
        at[int(last) : int(last) + 1] = value
    else:
        at[last] = value[0]
    return dict(spoiled)


def _blocks(page: str) -> list[dict[str, Any]]:
    text = (PAGES / page).read_text(encoding="utf-8")
    found = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    return [json.loads(line) for block in found for line in block.splitlines()]


def render() -> str:
    """Return the text of the file."""
    return json.dumps(vectors(), ensure_ascii=True, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(render())
