"""A camera node's word on a few seconds of video: which GOPs, of which camera, after which.

A segment statement is a statement of formats §1 with typ `…segment+cose` that is never
logged by itself; its minute's manifest carries it. It lets a player check a segment at once.
Digests are of the plain bytes, and `prev` chains each statement to the one before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from attest import fields, spell, statement
from attest.errors import MalformedError, ProofError
from attest.keys import Signer
from attest.payload import Json
from attest.statement import Statement

from . import boxes

KIND = "segment"
MEMBERS = ("type", "id", "camera", "boot", "seq", "init", "start", "end", "gops", "prev")


@dataclass(frozen=True, slots=True)
class Gop:
    """One group of pictures: SHA-256 of moof ‖ mdat, its length in bytes, its frames."""

    digest: bytes
    size: int
    frames: int

    def record(self) -> dict[str, Json]:
        """Return it as it stands in a statement."""
        return {"sha256": spell.ni(self.digest), "bytes": self.size, "frames": self.frames}


@dataclass(frozen=True, slots=True)
class Segment:
    """What is said of a segment; times in milliseconds UTC, `seq` counts per camera from 0."""

    id: str
    camera: str
    boot: str
    seq: int
    init: bytes
    start_ms: int
    end_ms: int
    gops: tuple[Gop, ...]
    prev: bytes | None

    def record(self) -> dict[str, Json]:
        """Return the payload, the exact inverse of `parse_record`."""
        return {
            "type": KIND,
            "id": self.id,
            "camera": self.camera,
            "boot": self.boot,
            "seq": self.seq,
            "init": spell.ni(self.init),
            "start": spell.time_text(self.start_ms),
            "end": spell.time_text(self.end_ms),
            "gops": [gop.record() for gop in self.gops],
            "prev": None if self.prev is None else spell.ni(self.prev),
        }


def measure(segment: bytes) -> tuple[Gop, ...]:
    """Split a segment's bytes into GOPs and hash each."""
    return tuple(
        Gop(sha256(gop).digest(), len(gop), boxes.frames(gop)) for gop in boxes.gops(segment)
    )


def sign(segment: Segment, signer: Signer, node: str, iat: int) -> Statement:
    """Sign a segment as `node`, the holder of the signer's key, at `iat` seconds."""
    record = segment.record()
    return statement.sign(
        signer, kind=KIND, iss=node, sub=segment.camera, iat=iat, record=record
    )


def parse(data: bytes) -> tuple[Statement, Segment]:
    """Read a segment statement; its signature is still to be checked against its key."""
    signed = statement.parse(data)
    if signed.kind != KIND:
        raise MalformedError(f"a segment statement is of kind {KIND!r}, not {signed.kind!r}")
    segment = parse_record(signed.record)
    if signed.header.sub != segment.camera:
        raise MalformedError(f"sub is {signed.header.sub!r}, not camera {segment.camera!r}")
    return signed, segment


def parse_record(record: dict[str, Json]) -> Segment:
    """Read the payload of a segment statement, refusing other members, order or types."""
    try:
        segment = Segment(
            fields.text(record["id"]),
            fields.text(record["camera"]),
            fields.text(record["boot"]),
            fields.integer(record["seq"], 0),
            spell.parse_ni(fields.text(record["init"])),
            spell.time_ms(fields.text(record["start"])),
            spell.time_ms(fields.text(record["end"])),
            parse_gops(record["gops"]),
            None if record["prev"] is None else spell.parse_ni(fields.text(record["prev"])),
        )
    except KeyError as e:
        raise MalformedError(f"segment lacks {e}") from e
    if segment.record() != record or tuple(record) != MEMBERS:
        raise MalformedError(f"segment {segment.seq} is not in canonical form")
    if segment.start_ms >= segment.end_ms or not segment.gops:
        raise MalformedError(f"segment {segment.seq} has no duration or no pictures")
    if (segment.seq == 0) != (segment.prev is None):
        raise MalformedError(f"prev of segment {segment.seq}: null at seq 0 and only there")
    return segment


def parse_gops(value: Json) -> tuple[Gop, ...]:
    """Read the list of GOPs of a segment."""
    return tuple(_gop(item) for item in fields.items(value))


def check_bytes(segment: Segment, data: bytes) -> None:
    """Refuse bytes which are not those that the statement's GOPs hash to, in order."""
    _check(segment.gops, measure(data), f"segment {segment.seq}")


def _check(said: Sequence[Gop], found: Sequence[Gop], what: str) -> None:
    if len(said) != len(found):
        raise ProofError(f"{what} has {len(found)} gops, its statement says {len(said)}")
    for position, (a, b) in enumerate(zip(said, found, strict=True)):
        if a != b:
            raise ProofError(f"gop {position} of {what} is not the signed one")


def _gop(value: Json) -> Gop:
    item = fields.members(value)
    if tuple(item) != ("sha256", "bytes", "frames"):
        raise MalformedError("a gop has sha256, bytes and frames, in this order")
    digest = spell.parse_ni(fields.text(item["sha256"]))
    return Gop(digest, fields.integer(item["bytes"], 0), fields.integer(item["frames"], 0))
