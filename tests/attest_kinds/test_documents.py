"""Payloads of all kinds: good ones print back and are valid EPCIS, spoiled ones are refused."""

import json
import os
from pathlib import Path

import jsonschema_rs
import pytest

from attest import payload
from attest.errors import AttestError
from attest.kinds import KINDS, epcis
from support import require, vectors_kinds

VECTORS = json.loads(vectors_kinds.FILE.read_text(encoding="utf-8"))
BAD = [(kind, name) for kind, vector in VECTORS.items() for name in vector["bad"]]


def test_the_vectors_are_what_the_pages_say():
    stale = "run PYTHONPATH=.:tests .venv/bin/python -m support.vectors_kinds"
    assert vectors_kinds.FILE.read_text(encoding="utf-8") == vectors_kinds.render(), stale


@pytest.mark.parametrize("kind", VECTORS)
def test_payloads_of_the_pages_print_back(kind):
    record = VECTORS[kind]["good"]
    assert KINDS[kind].parse(record).record() == record
    assert payload.parse(payload.to_bytes(record)) == record


@pytest.mark.parametrize(("kind", "name"), BAD)
def test_spoiled_payloads_are_refused(kind, name):
    vector = VECTORS[kind]
    spoiled = vectors_kinds.spoil(vector["good"], vector["bad"][name])
    assert spoiled != vector["good"]
    with pytest.raises(AttestError) as caught:
        KINDS[kind].parse(spoiled)
    assert caught.value.code == ("malformed" if kind == "key" else "bad-record")


@pytest.mark.parametrize("kind", VECTORS)
def test_a_member_of_another_vocabulary_is_kept(kind):
    record = json.loads(json.dumps(VECTORS[kind]["good"]))
    body = record["epcisBody"]["eventList"][0] if "epcisBody" in record else record
    body["example:note"] = {"any": ["thing"]}
    if kind == "key":  # a revocation has no other members
        return
    assert KINDS[kind].parse(record).record() == record


@pytest.mark.parametrize(
    "context",
    [
        "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"],
        [
            {"nguon": "https://w3id.org/nguon/v1/", "example": "https://example.org/"},
            "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        ],
    ],
)
def test_other_contexts_that_say_the_same_are_taken(context):
    record = {**VECTORS["opening"]["good"], "@context": context}
    assert KINDS["opening"].parse(record).record() == record


def test_reports_in_hexadecimal_are_taken():
    record = json.loads(json.dumps(VECTORS["labtest"]["good"]))
    event = record["epcisBody"]["eventList"][0]
    report = event["sensorElementList"][0]["sensorReport"][0]
    report["hexBinaryValue"] = "0aF1"
    assert KINDS["labtest"].parse(record).record() == record


@pytest.mark.parametrize("kind", VECTORS)
def test_one_kind_s_payload_is_no_other_s(kind):
    """But for kinds whose events look alike: the statement's typ says which it is."""
    record = VECTORS[kind]["good"]
    for other in VECTORS.keys() - {kind}:
        if shape(record) != shape(VECTORS[other]["good"]):
            with pytest.raises(AttestError):
                KINDS[other].parse(record)


def shape(record: dict) -> str:
    """Return what no two kinds may confuse: type of record, type of event."""
    events = record["epcisBody"]["eventList"] if "epcisBody" in record else [record]
    return "+".join(event["type"] for event in events)


def test_a_document_is_made_of_events():
    good = VECTORS["opening"]["good"]
    read = KINDS["opening"].parse(good)
    made = epcis.document(good["creationDate"], *read.events)
    assert made.record() == good
    assert read.event.time_ms == 1_790_816_400_000


def schema() -> jsonschema_rs.Draft7Validator:
    path = os.environ.get("NGUON_EPCIS_SCHEMA", "")
    if not Path(path).is_file():
        require.missing("epcis-schema", "NGUON_EPCIS_SCHEMA is the official EPCIS 2.0 schema")
    return jsonschema_rs.Draft7Validator(
        json.loads(Path(path).read_text(encoding="utf-8")), validate_formats=True
    )


def test_the_official_schema_takes_every_document_of_the_pages():
    official = schema()
    for kind, vector in VECTORS.items():
        if "epcisBody" in vector["good"]:
            found = [f"{kind}: {e.message}" for e in official.iter_errors(vector["good"])]
            assert found == []


def test_nothing_that_the_official_schema_refuses_is_taken():
    """Already by the frame and the events, whatever the kind asks beyond that."""
    official = schema()
    refused = 0
    for vector in VECTORS.values():
        for edit in vector["bad"].values():
            spoiled = vectors_kinds.spoil(vector["good"], edit)
            if "epcisBody" in spoiled and not official.is_valid(spoiled):
                refused += 1
                with pytest.raises(AttestError):
                    epcis.parse(spoiled)
    assert refused > len(vectors_kinds.EVENT_EDITS)


def read(kind: str):
    return KINDS[kind].parse(VECTORS[kind]["good"])


def test_stamps_are_read_off_their_events():
    roll, activation, void = read("roll"), read("activation"), read("void")
    assert (roll.uri, roll.number, roll.count) == (
        "https://trace.example/roll/1017",
        1017,
        5000,
    )
    assert (activation.lot, activation.size) == (
        "https://id.gs1.org/01/09521000001015/10/L26-11",
        4320,
    )
    assert (void.first, void.last, void.reason) == (4320, 4331, "torn")


def test_cameras_and_their_minutes_are_read_off_their_events():
    camera, footage = read("camera"), read("footage")
    assert (camera.camera, camera.zone, camera.up) == (
        "https://trace.example/camera/cam-1",
        "https://trace.example/zone/coop-a-process",
        True,
    )
    assert footage.camera == camera.camera
    assert footage.end_ms - footage.start_ms == 60_000
    assert footage.manifest.startswith("bafkrei")
    assert len(footage.digest) == 32


def test_a_correction_is_a_copy_and_what_is_right_instead():
    correction = read("correction")
    assert correction.copy == read("opening").event
    assert len(correction.corrective.events) == 1
    alone = json.loads(json.dumps(VECTORS["correction"]["good"]))
    del alone["epcisBody"]["eventList"][1]
    assert KINDS["correction"].parse(alone).corrective is None


@pytest.mark.parametrize("kind", ["acceptance", "aggregation", "camera", "packaging"])
def test_an_event_names_its_lots(kind):
    lots = {"acceptance": 1, "aggregation": 1, "camera": 0, "packaging": 2}
    assert len(read(kind).event.quantities()) == lots[kind]
