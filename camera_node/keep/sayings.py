"""What a node says to the log: a minute was filmed, a rule was broken; as EPCIS records."""

import secrets
from dataclasses import dataclass
from hashlib import sha256
from uuid import uuid4

from attest import cid, payload, spell
from attest.payload import Json

CONTEXT: list[Json] = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"nguon": "https://w3id.org/nguon/v1/"},
]
RULE = "https://w3id.org/nguon/v1/rule/"
SALT_SIZE = 32


@dataclass(frozen=True, slots=True)
class Place:
    """Where a camera stands: its URI and its zone's, under the deployment's host."""

    camera: str
    zone: str


@dataclass(frozen=True, slots=True)
class Offence:
    """A rule found broken: votes and thresholds that say why, the GOPs that show it."""

    rule: str
    at_ms: int
    severity: int
    confidence: float
    sensor: str
    yes: int
    of: int
    thresholds: dict[str, Json]
    model: bytes
    gops: tuple[tuple[bytes, str], ...]  # digest and CID of each GOP that shows it


@dataclass(frozen=True, slots=True)
class Sealed:
    """A salted blob and the public record which names it."""

    blob: bytes
    cid: str
    record: dict[str, Json]


@dataclass(frozen=True, slots=True)
class Filmed:
    """A minute in a manifest: its number, times, digest and CID, and what is missing."""

    seq: int
    start_ms: int
    end_ms: int
    digest: bytes
    cid: str
    recorded_ms: int
    gaps: list[Json]


def footage(place: Place, filmed: Filmed) -> dict[str, Json]:
    """Return the `footage` record of a manifest."""
    metadata: dict[str, Json] = {
        "deviceID": place.camera,
        "startTime": spell.time_text(filmed.start_ms),
        "endTime": spell.time_text(filmed.end_ms),
    }
    report: dict[str, Json] = {
        "type": "nguon:footage",
        "uriValue": spell.ni(filmed.digest),
        "rawData": f"ipfs://{filmed.cid}",
    }
    own: dict[str, Json] = {
        "nguon:seq": filmed.seq,
        "nguon:recorded": filmed.recorded_ms,
        "nguon:gaps": filmed.gaps,
    }
    return document(filmed.end_ms, _event(filmed.end_ms, place.zone, metadata, report) | own)


def violation(place: Place, host: str, offence: Offence) -> Sealed:
    """Return the public record of a violation with its sealed, salted part."""
    metadata: dict[str, Json] = {"deviceID": place.camera, "bizRules": RULE + offence.rule}
    report: dict[str, Json] = {
        "type": f"nguon:{offence.sensor}",
        "value": round(offence.confidence, 4),
    }
    own: dict[str, Json] = {
        "nguon:rule": offence.rule,
        "nguon:severity": offence.severity,
        "nguon:votes": {"yes": offence.yes, "of": offence.of},
        "nguon:thresholds": offence.thresholds,
        "nguon:confidence": round(offence.confidence, 4),
        "nguon:model": spell.ni(offence.model),
        "nguon:evidence": [_evidence(*gop) for gop in offence.gops],
    }
    event = _event(offence.at_ms, place.zone, metadata, report) | own
    blob = secrets.token_bytes(SALT_SIZE) + payload.to_bytes(document(offence.at_ms, event))
    name = cid.of_bytes(blob)
    sealed: dict[str, Json] = {
        "uri": f"ipfs://{name}",
        "digest": spell.ni(sha256(blob).digest()),
        "salted": True,
        "to": "authority",
    }
    record: dict[str, Json] = {
        "type": "violation",
        "id": f"{host}/violation/{uuid4().hex[:16]}",
        "camera": place.camera,
        "at": spell.time_text(offence.at_ms),
        "nguon:sealed": [sealed],
    }
    return Sealed(blob, name, record)


def document(created_ms: int, event: dict[str, Json]) -> dict[str, Json]:
    """Wrap one event as an EPCIS document."""
    return {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": spell.time_text(created_ms),
        "epcisBody": {"eventList": [event]},
    }


def _event(
    at_ms: int, zone: str, metadata: dict[str, Json], report: dict[str, Json]
) -> dict[str, Json]:
    return {
        "type": "ObjectEvent",
        "eventID": f"urn:uuid:{uuid4()}",
        "eventTime": spell.time_text(at_ms),
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "bizStep": "sensor_reporting",
        "readPoint": {"id": zone},
        "sensorElementList": [{"sensorMetadata": metadata, "sensorReport": [report]}],
    }


def _evidence(digest: bytes, name: str) -> dict[str, Json]:
    return {"type": "gop", "uri": f"ipfs://{name}", "digest": spell.ni(digest)}
