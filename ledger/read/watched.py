"""When a lot was worked on, where, and how much of that time cameras recorded.

A lot's *step windows* are the events of its making that last: `nguon:started` or `startTime`
to the end. Footage covers a window when a camera of the event's zone recorded then; the gaps
that the box itself declared do not count as recorded.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Connection, select

from attest import spell
from ledger.store.derived_rows import table
from ledger.store.master_rows import ZoneRow
from ledger.store.watch_rows import FootageRow

from . import trace

FOOTAGE, ZONE = table(FootageRow), table(ZoneRow)
MAKING = frozenset({"acceptance", "diary", "processing", "packaging", "aggregation"})
UNKNOWN = "unknown"

Span: TypeAlias = tuple[int, int]  # milliseconds UTC, half open


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which a lot was worked on in a zone."""

    entry: int
    position: int
    kind: str
    lot: str
    zone: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Minute:
    """A minute of footage, and the gaps that its box declared."""

    camera: str
    seq: int
    entry: int
    zone: str
    start_ms: int
    end_ms: int
    manifest: str
    gaps: tuple["Gap", ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A time of a window without pictures, and why as far as the box said it."""

    zone: str
    from_ms: int
    to_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the windows was recorded, and where nothing was."""

    window_ms: int
    recorded_ms: int
    gaps: tuple[Gap, ...]

    @property
    def percent(self) -> int | None:
        """Whole percents, rounded down so that a gap never reads as 100; None without time."""
        return 100 * self.recorded_ms // self.window_ms if self.window_ms else None


def windows(tx: Connection, lot: str) -> list[Window]:
    """Return the step windows of a lot and of those that went into it, in the log's order."""
    return lasting(trace.mentions(tx, [lot, *trace.ancestors(tx, lot)]))


def lasting(mentions: Iterable[trace.Mention]) -> list[Window]:
    """Return the step windows among events that name lots, in their order."""
    found: dict[tuple[int, int], Window] = {}
    for m in mentions:
        lasts = m.kind in MAKING and m.corrected is None and m.end_ms > m.start_ms
        if lasts and m.read_point is not None:
            window = Window(
                m.entry, m.position, m.kind, m.lot, m.read_point, m.start_ms, m.end_ms
            )
            found.setdefault((m.entry, m.position), window)
    return list(found.values())


def footage(tx: Connection, window: Window) -> list[Minute]:
    """Return the minutes that cameras of the window's zone recorded in it."""
    query = (
        select(FOOTAGE)
        .where(
            FOOTAGE.c.zone == window.zone,
            FOOTAGE.c.start_ms < window.end_ms,
            FOOTAGE.c.end_ms > window.start_ms,
        )
        .order_by(FOOTAGE.c.start_ms, FOOTAGE.c.camera)
    )
    return [
        Minute(
            row.camera,
            row.seq,
            row.entry,
            row.zone,
            row.start_ms,
            row.end_ms,
            row.manifest,
            tuple(_declared(row.zone, row.gaps)),
        )
        for row in tx.execute(query)
    ]


def coverage(tx: Connection, lot: str) -> Coverage:
    """Say how much of a lot's step windows in required zones was recorded."""
    return covered(tx, windows(tx, lot))


def covered(tx: Connection, spans: Iterable[Window]) -> Coverage:
    """Say how much of these windows, as far as their zones are required, was recorded."""
    required = set(tx.execute(select(ZONE.c.id).where(ZONE.c.required)).scalars())
    watched = [window for window in spans if window.zone in required]
    parts = [of_window(window, footage(tx, window)) for window in watched]
    return Coverage(
        sum(part.window_ms for part in parts),
        sum(part.recorded_ms for part in parts),
        tuple(gap for part in parts for gap in part.gaps),
    )


def of_window(window: Window, minutes: Sequence[Minute]) -> Coverage:
    """Say how much of one window was recorded by any camera, and name what was not."""
    span = (window.start_ms, window.end_ms)
    recorded = [
        piece
        for minute in minutes
        for piece in without(
            (minute.start_ms, minute.end_ms), [(g.from_ms, g.to_ms) for g in minute.gaps]
        )
    ]
    missing = without(span, recorded)
    lost = sum(end - start for start, end in missing)
    declared = [gap for minute in minutes for gap in minute.gaps]
    gaps = tuple(
        Gap(window.zone, start, end, _reason(start, end, declared)) for start, end in missing
    )
    return Coverage(span[1] - span[0], span[1] - span[0] - lost, gaps)


def without(span: Span, taken: Iterable[Span]) -> list[Span]:
    """Return what is left of a span when others are cut out, in order."""
    left: list[Span] = []
    start, end = span
    for taken_start, taken_end in sorted(taken):
        if taken_end <= start:
            continue
        if taken_start >= end:
            break
        if taken_start > start:
            left.append((start, taken_start))
        start = max(start, taken_end)
    if start < end:
        left.append((start, end))
    return left


def _reason(start: int, end: int, declared: Iterable[Gap]) -> str:
    for gap in declared:
        if gap.from_ms < end and gap.to_ms > start:
            return gap.reason
    return UNKNOWN


def _declared(zone: str, gaps: str | None) -> Iterable[Gap]:
    for gap in json.loads(gaps) if gaps else ():
        yield Gap(zone, spell.time_ms(gap["from"]), spell.time_ms(gap["to"]), gap["reason"])
