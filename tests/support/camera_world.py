"""A registered camera whose node has recorded a minute, told to a web world."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

from attest import cid, spell
from attest.client.server import permit
from attest.footage import segment as segments
from attest.footage.manifest import Manifest
from attest.keys import PrivateKey
from attest.statement import Seen
from support import boxes, footage
from support.web_world import BASE, OFFICE, PLACE, WebWorld

MAKER = f"{BASE}/party/coop-a"
FACILITY = f"{BASE}/facility/coop-a"
ZONE = f"{BASE}/zone/coop-a-process"
MAKER_KEY = PrivateKey.from_seed(b"coop")
PIECES = [boxes.gop(bytes([n]) * 400) + boxes.gop(bytes([n]) * 300) for n in range(1, 4)]


def document(event: dict[str, Any]) -> dict[str, Any]:
    """Return an EPCIS document with one event."""
    names = {"nguon": "https://w3id.org/nguon/v1/"}
    context = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", names]
    return {
        "@context": context,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-20T08:00:00+07:00",
        "epcisBody": {"eventList": [event]},
    }


def register(world: WebWorld) -> None:
    """Bring in a maker, its facility with one zone, and a camera with its node."""
    world.log(world.enrol(MAKER_KEY, MAKER, "producer"))
    world.log(world.enrol(footage.KEY, footage.NODE, "camera"))
    party = {
        "type": "party",
        "id": MAKER,
        "name": "HTX Mẫu",
        "kind": "cooperative",
        "place": PLACE,
    }
    place = {"id": FACILITY, "name": "Xưởng A", "producer": MAKER, "place": PLACE}
    world.log(world.say(world.root, OFFICE, party))
    world.log(world.say(world.root, OFFICE, {"type": "facility", **place}))
    zone = {
        "type": "zone",
        "id": ZONE,
        "facility": FACILITY,
        "kind": "process",
        "required": True,
    }
    world.log(world.say(MAKER_KEY, MAKER, zone))
    hang(world)


def hang(world: WebWorld, camera: str = footage.CAMERA, number: int = 14) -> None:
    """Hang a camera in the zone; `number` makes its event's id."""
    event = {
        "type": "AssociationEvent",
        "eventID": f"urn:uuid:5f2d8c1e-0000-4000-8000-{number:012d}",
        "eventTime": "2026-10-01T09:00:00+07:00",
        "eventTimeZoneOffset": "+07:00",
        "parentID": ZONE,
        "childEPCs": [camera],
        "action": "ADD",
        "bizStep": "installing",
        "readPoint": {"id": ZONE},
        "bizLocation": {"id": FACILITY},
        "nguon:node": footage.NODE,
        "nguon:purpose": "food hygiene",
        "nguon:notice": "This room is filmed",
        "nguon:retentionDays": 30,
    }
    world.log(world.say(world.root, OFFICE, document(event), kind="camera", sub=ZONE))


def record(
    world: WebWorld, init: bytes = b"init", pieces: list[bytes] = PIECES
) -> tuple[Manifest, int]:
    """Upload a minute's init, segments and manifest, and log it; return it with its index."""
    minute = recorded(init, pieces)
    for data in (init, *pieces, minute.to_bytes()):
        world.put(data, footage.KEY, footage.NODE)
    (index,) = world.log(said(world, minute))
    return minute, index


def recorded(init: bytes, pieces: list[bytes]) -> Manifest:
    """Return the manifest of a minute with this init segment."""
    digest, rows, prev = sha256(init).digest(), [], None
    for seq, data in enumerate(pieces):
        segment = replace(footage.said(data, seq, prev), init=digest)
        signed = segments.sign(segment, footage.KEY, footage.NODE, 1)
        prev = sha256(signed.data).digest()
        row = replace(footage.stored([data])[0], seq=seq, statement=signed.data)
        rows.append(replace(row, start_ms=segment.start_ms, end_ms=segment.end_ms))
    return replace(footage.manifest(pieces), init=(digest,), segments=tuple(rows))


def said(world: WebWorld, minute: Manifest) -> Any:
    """Return the footage statement about a minute."""
    data = minute.to_bytes()
    times = [spell.time_text(t) for t in (footage.START_MS, footage.START_MS + 60_000)]
    report = {
        "type": "nguon:footage",
        "uriValue": spell.ni(sha256(data).digest()),
        "rawData": f"ipfs://{cid.of_bytes(data)}",
    }
    meta = {"deviceID": footage.CAMERA, "startTime": times[0], "endTime": times[1]}
    event = {
        "type": "ObjectEvent",
        "eventID": f"urn:uuid:5f2d8c1e-0000-4000-8000-{minute.seq:012d}",
        "eventTime": times[1],
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "bizStep": "sensor_reporting",
        "readPoint": {"id": ZONE},
        "sensorElementList": [{"sensorMetadata": meta, "sensorReport": [report]}],
        "nguon:seq": minute.seq,
    }
    head = world.ledger.log.head()
    seen = Seen(head.origin, head.size, head.root)
    node = {"kind": "footage", "sub": footage.CAMERA, "seen": seen}
    return world.say(footage.KEY, footage.NODE, document(event), **node)


def send_live(world: WebWorld, data: bytes, statement: bytes) -> Any:
    """Send a segment ahead of its minute."""
    name = cid.of_bytes(data)
    allowed = permit(name, len(data), footage.KEY, footage.NODE, True)
    headers = {"Authorization": f"Nguon {allowed}", "Nguon-Segment": spell.base64url(statement)}
    return world.client.put(f"/blobs/{name}", data=data, headers=headers)


def next_live(minute: Manifest, data: bytes, seq: int = 3) -> bytes:
    """Return the statement of a segment after those of a minute."""
    prev = sha256(minute.segments[-1].statement).digest()
    segment = footage.said(data, seq, prev)
    return segments.sign(segment, footage.KEY, footage.NODE, 1).data
