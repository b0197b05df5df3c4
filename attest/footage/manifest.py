"""The signed minute of footage: its segments, its gaps, and one root over all its GOPs.

A manifest is a JSON blob under its CID; a `footage` entry in the log carries its digest. `root`
is an RFC 6962 tree over the GOPs in order, leaf data = the 32 digest bytes, so that a clip of
some GOPs can be disclosed with its path and nothing of the rest. What was not recorded is a
gap with its reason: silence is not a form of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from attest import fields, payload, spell
from attest.errors import MalformedError, ProofError
from attest.log import merkle
from attest.payload import Json

from . import segment as segments
from .segment import Gop, Segment

REASONS = ("power", "offline", "frozen", "covered", "restart", "disk", "maintenance", "unknown")


@dataclass(frozen=True, slots=True)
class Stored:
    """A segment in a manifest: what was said of it and where its bytes lie."""

    seq: int
    start_ms: int
    end_ms: int
    cid: str
    digest: bytes
    size: int
    gops: tuple[Gop, ...]
    statement: bytes

    def record(self) -> dict[str, Json]:
        """Return it as it stands in a manifest."""
        return {
            "seq": self.seq,
            "start": spell.time_text(self.start_ms),
            "end": spell.time_text(self.end_ms),
            "cid": self.cid,
            "sha256": spell.ni(self.digest),
            "bytes": self.size,
            "gops": [gop.record() for gop in self.gops],
            "statement": spell.base64url(self.statement),
        }


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without pictures, in milliseconds UTC, and why."""

    from_ms: int
    to_ms: int
    reason: str

    def record(self) -> dict[str, Json]:
        """Return it as it stands in a manifest."""
        return {
            "from": spell.time_text(self.from_ms),
            "to": spell.time_text(self.to_ms),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Manifest:
    """A minute of one camera, `seq` counted per camera from 0; `prev` digests the last one."""

    camera: str
    node: str
    boot: str
    seq: int
    prev: bytes | None
    init: tuple[bytes, ...]
    clock_source: str
    clock_offset_ms: int
    segments: tuple[Stored, ...]
    gaps: tuple[Gap, ...]
    stats: dict[str, Json]
    tamper: tuple[str, ...]
    models: tuple[bytes, ...]
    derived_from: bytes | None = None

    @property
    def root(self) -> bytes:
        """The root over all GOPs in order; that of the empty tree where there are none."""
        return root([gop for stored in self.segments for gop in stored.gops])

    def record(self) -> dict[str, Json]:
        """Return the manifest as JSON, the exact inverse of `parse`."""
        record: dict[str, Json] = {
            "camera": self.camera,
            "node": self.node,
            "boot": self.boot,
            "seq": self.seq,
            "prev": None if self.prev is None else spell.ni(self.prev),
            "init": [spell.ni(digest) for digest in self.init],
            "clock": {"source": self.clock_source, "offsetMs": self.clock_offset_ms},
            "segments": [stored.record() for stored in self.segments],
            "gaps": [gap.record() for gap in self.gaps],
            "root": spell.base64url(self.root),
            "stats": self.stats,
            "tamper": list(self.tamper),
            "models": [spell.ni(digest) for digest in self.models],
        }
        if self.derived_from is not None:
            record["derivedFrom"] = spell.ni(self.derived_from)
        return record

    def to_bytes(self) -> bytes:
        """Return the bytes that are stored under the manifest's CID."""
        return payload.to_bytes(self.record())


def root(gops: Sequence[Gop]) -> bytes:
    """Return the RFC 6962 root over GOPs, each leaf its 32 digest bytes."""
    frontier = merkle.Frontier(0, ())
    for gop in gops:
        frontier = frontier.append(merkle.leaf_hash(gop.digest))
    return frontier.root()


def parse(data: bytes) -> Manifest:
    """Read a manifest and check everything in it that needs no key.

    Order of segments and gaps, the root, that each segment statement says what its row says,
    and that the statements chain. Raises `MalformedError` or `ProofError`.
    """
    record = payload.parse(data)
    try:
        manifest = _read(record)
    except (KeyError, TypeError, AttributeError) as e:
        raise MalformedError(f"manifest lacks or mistypes {e}") from e
    if record["root"] != spell.base64url(manifest.root):
        raise ProofError(f"root of manifest {manifest.seq} is not that of its gops")
    if manifest.to_bytes() != data:
        raise MalformedError(f"manifest {manifest.seq} is not in canonical form")
    if (manifest.seq == 0) != (manifest.prev is None):
        raise MalformedError(f"prev of manifest {manifest.seq}: null at seq 0 and only there")
    _check_chain(manifest)
    return manifest


def statements(manifest: Manifest) -> list[Segment]:
    """Return what the segment statements of a manifest say, in order."""
    return [segments.parse(stored.statement)[1] for stored in manifest.segments]


def _read(record: dict[str, Json]) -> Manifest:
    clock = fields.members(record["clock"])
    derived = record.get("derivedFrom")
    return Manifest(
        camera=fields.text(record["camera"]),
        node=fields.text(record["node"]),
        boot=fields.text(record["boot"]),
        seq=fields.integer(record["seq"], 0),
        prev=None if record["prev"] is None else spell.parse_ni(fields.text(record["prev"])),
        init=tuple(spell.parse_ni(fields.text(item)) for item in fields.items(record["init"])),
        clock_source=fields.text(clock["source"]),
        clock_offset_ms=fields.integer(clock["offsetMs"]),
        segments=tuple(_stored(item) for item in fields.items(record["segments"])),
        gaps=tuple(_gap(item) for item in fields.items(record["gaps"])),
        stats=fields.members(record["stats"]),
        tamper=tuple(fields.text(item) for item in fields.items(record["tamper"])),
        models=tuple(
            spell.parse_ni(fields.text(item)) for item in fields.items(record["models"])
        ),
        derived_from=None if derived is None else spell.parse_ni(fields.text(derived)),
    )


def _check_chain(manifest: Manifest) -> None:
    before: Stored | None = None
    for stored in manifest.segments:
        signed, said = segments.parse(stored.statement)
        row = (stored.seq, stored.start_ms, stored.end_ms, stored.gops, manifest.camera)
        if row != (said.seq, said.start_ms, said.end_ms, said.gops, said.camera):
            raise ProofError(f"segment {stored.seq} is not what its statement says")
        if signed.header.iss != manifest.node or said.init not in manifest.init:
            raise ProofError(f"segment {stored.seq} is of another node or init segment")
        if before is not None:
            if stored.seq != before.seq + 1 or stored.start_ms < before.end_ms:
                raise ProofError(f"segment {stored.seq} does not follow {before.seq}")
            if said.prev != sha256(before.statement).digest():
                raise ProofError(f"segment {stored.seq} names another statement before it")
        before = stored


def _stored(value: Json) -> Stored:
    item = fields.members(value)
    return Stored(
        seq=fields.integer(item["seq"], 0),
        start_ms=spell.time_ms(fields.text(item["start"])),
        end_ms=spell.time_ms(fields.text(item["end"])),
        cid=fields.text(item["cid"]),
        digest=spell.parse_ni(fields.text(item["sha256"])),
        size=fields.integer(item["bytes"], 1),
        gops=segments.parse_gops(item["gops"]),
        statement=spell.parse_base64url(fields.text(item["statement"])),
    )


def _gap(value: Json) -> Gap:
    item = fields.members(value)
    gap = Gap(
        spell.time_ms(fields.text(item["from"])),
        spell.time_ms(fields.text(item["to"])),
        fields.text(item["reason"]),
    )
    if gap.from_ms >= gap.to_ms or gap.reason not in REASONS:
        raise MalformedError(f"gap from {item['from']} has no length or no known reason")
    return gap
