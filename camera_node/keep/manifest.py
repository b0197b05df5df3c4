"""Closing a minute: its segments, what was not recorded, and the chain to the last one."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from attest import cid
from attest.footage.manifest import Gap, Manifest, Stored
from attest.payload import Json
from camera_node.capture.clock import Offset

from .journal import Closed, Journal, Kept

MINUTE_MS = 60_000
TOLERANCE_MS = 700  # between two segments; jitter of arrival, not a gap


@dataclass(frozen=True, slots=True)
class Minute:
    """A time to close, from the end of the last manifest, and the segments that began in it."""

    start_ms: int
    end_ms: int
    kept: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What a node says of itself in each manifest; `models` are digests of its detectors."""

    camera: str
    node: str
    offset: Offset
    models: tuple[bytes, ...]
    stats: dict[str, Json]


@dataclass(frozen=True, slots=True)
class Due:
    """What decides whether a minute can be closed; all in milliseconds.

    `begun` is when the camera was first recorded, `longest` how long a segment may be in the
    making, `minute` what a manifest covers.
    """

    begun: int
    now: int
    longest: int
    minute: int = MINUTE_MS


def next_minute(journal: Journal, due: Due) -> Minute | None:
    """Return the oldest time that can be closed, or None while its pictures may still come.

    A time without any pictures is closed too: as a gap.
    """
    last = journal.last_manifest()
    start_ms = due.begun if last is None else last.end_ms
    loose = journal.loose()
    if not loose:
        end_ms = (due.now - due.longest) // due.minute * due.minute
        return Minute(start_ms, end_ms, ()) if end_ms > start_ms else None
    end_ms = (max(start_ms, loose[0].stored.start_ms) // due.minute + 1) * due.minute
    begun = [kept for kept in loose if kept.stored.start_ms < end_ms]
    taken = [kept for kept in begun if kept.boot == loose[0].boot]
    if len(taken) < len(begun):  # another boot began in this minute
        return Minute(start_ms, max(start_ms + 1, taken[-1].stored.end_ms), tuple(taken))
    if due.now < end_ms + due.longest:
        return None
    return Minute(start_ms, max(end_ms, taken[-1].stored.end_ms), tuple(taken))


def gaps(minute: Minute, noted: Sequence[Gap], tolerance_ms: int = TOLERANCE_MS) -> list[Gap]:
    """Return the times of a minute that no segment covers, with the noted reason for each.

    A noted silence that pictures do cover (a frozen picture was still sent) is a gap as well.
    """
    found = []
    at_ms = minute.start_ms
    for stored in [*(k.stored for k in minute.kept), None]:
        until_ms = minute.end_ms if stored is None else stored.start_ms
        if until_ms - at_ms > tolerance_ms:
            found.append(Gap(at_ms, until_ms, _reason(at_ms, until_ms, noted)))
        if stored is not None:
            at_ms = max(at_ms, stored.end_ms)
    apart = [gap for gap in noted if not any(_overlap(gap, other) for other in found)]
    return sorted([*found, *apart], key=lambda gap: gap.from_ms)


def close(journal: Journal, minute: Minute, report: Report) -> Manifest:
    """Write the manifest of a minute into the journal and return it."""
    last = journal.last_manifest()
    found = gaps(minute, journal.silences(minute.start_ms, minute.end_ms))
    stored: tuple[Stored, ...] = tuple(kept.stored for kept in minute.kept)
    manifest = Manifest(
        camera=report.camera,
        node=report.node,
        boot=minute.kept[0].boot if minute.kept else journal.fact("boot") or "none",
        seq=0 if last is None else last.seq + 1,
        prev=None if last is None else last.digest,
        init=tuple(dict.fromkeys(kept.init for kept in minute.kept)),
        clock_source=report.offset.source,
        clock_offset_ms=report.offset.ms,
        segments=stored,
        gaps=tuple(found),
        stats=report.stats,
        tamper=tuple(sorted({g.reason for g in found} & {"frozen", "covered"})),
        models=report.models,
    )
    data = manifest.to_bytes()
    digest = sha256(data).digest()
    name = cid.of_bytes(data)
    closed = Closed(
        manifest.seq, data, name, digest, minute.start_ms, minute.end_ms, 0, None, None
    )
    journal.close_minute(closed, [item.seq for item in stored])
    return manifest


def _reason(from_ms: int, to_ms: int, noted: Sequence[Gap]) -> str:
    span = Gap(from_ms, to_ms, "unknown")
    reasons = [gap.reason for gap in noted if _overlap(gap, span)]
    return reasons[0] if reasons else span.reason


def _overlap(a: Gap, b: Gap) -> bool:
    return a.from_ms < b.to_ms and b.from_ms < a.to_ms
