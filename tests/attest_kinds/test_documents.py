"""The payloads of the format pages are records, print back, and are valid EPCIS."""

import json
import os
import re
from pathlib import Path

import jsonschema_rs
import pytest

from attest import payload
from attest.kinds import KINDS, epcis
from support import require

PAGES = require.ROOT / "docs/formats"
FRAME_TYPE = "EPCISDocument"


def blocks(page: str) -> list[dict]:
    text = (PAGES / page).read_text(encoding="utf-8")
    found = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    return [json.loads(line) for block in found for line in block.splitlines()]


PLAIN = blocks("kinds-plain.md")
FRAME, *EVENTS = blocks("kinds-events.md")
# The events of the page in its order; the sealed part of a violation has no kind of its own.
KINDS_SHOWN = """
    opening diary diary processing packaging aggregation disposal return sampling labtest roll
    activation void shipment arrival hold recall release camera footage correction sealed
"""


def framed(*events: dict) -> dict:
    return {**FRAME, "epcisBody": {"eventList": list(events)}}


def documents() -> list[tuple[str, dict]]:
    shown = [("acceptance", FRAME)]
    for kind, event in zip(KINDS_SHOWN.split(), EVENTS, strict=True):
        if kind == "correction":
            wrong = {**event, "eventID": event["errorDeclaration"]["correctiveEventIDs"][0]}
            right = {name: value for name, value in wrong.items() if name != "errorDeclaration"}
            shown.append((kind, framed(event, right)))
        elif kind != "sealed":
            shown.append((kind, framed(event)))
    test = dict(shown)["labtest"]
    return [*shown, ("rapidtest", test)]


DOCUMENTS = documents()


@pytest.mark.parametrize("record", PLAIN, ids=lambda record: record["type"])
def test_plain_payloads_of_the_page_print_back(record):
    kind = KINDS[record["type"]]
    assert kind.parse(record).record() == record
    assert payload.parse(payload.to_bytes(record)) == record


@pytest.mark.parametrize(("kind", "record"), DOCUMENTS, ids=[kind for kind, _ in DOCUMENTS])
def test_event_payloads_of_the_page_print_back(kind, record):
    assert KINDS[kind].parse(record).record() == record


def test_the_pages_show_every_kind():
    shown = {record["type"] for record in PLAIN} | {kind for kind, _ in DOCUMENTS}
    assert KINDS.keys() - shown == {"key"}


def test_the_sealed_part_of_a_violation_is_a_document():
    assert epcis.parse(framed(EVENTS[-1])).record() == framed(EVENTS[-1])


def schema() -> jsonschema_rs.Draft7Validator:
    path = os.environ.get("NGUON_EPCIS_SCHEMA", "")
    if not Path(path).is_file():
        require.missing("epcis-schema", "NGUON_EPCIS_SCHEMA is the official EPCIS 2.0 schema")
    return jsonschema_rs.Draft7Validator(
        json.loads(Path(path).read_text(encoding="utf-8")), validate_formats=True
    )


def test_the_official_schema_takes_every_document_of_the_page():
    official = schema()
    for kind, record in [*DOCUMENTS, ("sealed", framed(EVENTS[-1]))]:
        assert [f"{kind}: {e.message}" for e in official.iter_errors(record)] == []
