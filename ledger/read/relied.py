"""Which entries the page of one stamp relies on: at most forty, besides the keys.

First what the verdict needs, then the story, a few of each kind with the newest first. The
rows only say where to look; what an entry says is read from the log.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from ledger.store.derived_rows import table
from ledger.store.master_rows import RecordRow

from . import directory, trace, watched
from .trace import Mention

MOST = 40
CLIPS = 8  # of them minutes of footage, with the entries of their cameras
EARLIER = 3  # bindings that were taken back stay visible
MARKS = 6  # the lot's newest holds, recalls and releases
OWN_FACILITIES = 3  # a worker's key has one as its place: it shows for whom the worker speaks

# How many entries of each kind the story shows, in the order in which they get their place.
STORY: Final = (
    (("labtest", "rapidtest", "sampling"), 4),
    (("processing", "packaging"), 4),
    (("acceptance", "opening", "arrival"), 3),
    (("diary",), 4),
    (("shipment", "return", "aggregation"), 2),
)
RECORDS: Final = {
    "certificate": 3,
    "inspection": 1,
    "decision": 2,
    "rating": 1,
    "selfcheck": 1,
    "label": 1,
}

_RECORD = table(RecordRow)
_RECORDS_READ = 60


@dataclass(frozen=True, slots=True)
class Found:
    """Indexes in rising order, and what the server computed on the way."""

    entries: tuple[int, ...]
    coverage: int | None  # percent of the working time with video
    rating: int | None  # index of the facility's newest rating


def find(tx: Connection, stamp: trace.Stamp, size: int) -> Found:
    """Return what the page of a stamp relies on, of the first `size` entries of the log."""
    return _Search(tx, stamp, size).found()


class _Search:
    """Takes indexes in, those first that matter most."""

    def __init__(self, tx: Connection, stamp: trace.Stamp, size: int) -> None:
        self._tx = tx
        self._stamp = stamp
        self._size = size
        self._chosen: dict[int, None] = {}
        uri = stamp.binding.lot if stamp.binding else None
        self._lot = trace.lot(tx, uri) if uri else None
        lots = [self._lot.uri, *trace.ancestors(tx, self._lot.uri)] if self._lot else []
        self._mentions = [m for m in trace.mentions(tx, lots) if m.entry < size]
        self._facility = next((m.facility for m in self._mentions if self._is_packing(m)), None)

    def found(self) -> Found:
        """Return what was taken in."""
        self._take(self._required(), MOST)
        records = self._records()
        for kind, count in RECORDS.items():
            self._take([entry for k, entry in records if k == kind][:count], MOST - CLIPS)
        for kinds, count in STORY:
            for mention in self._newest(kinds)[:count]:
                self._take(self._with_original(mention.entry), MOST - CLIPS)
        self._take(self._confirmed(), MOST - CLIPS)
        spans = watched.lasting(self._mentions)
        self._take(self._clips(spans), MOST)
        rating = next((entry for kind, entry in records if kind == "rating"), None)
        coverage = watched.covered(self._tx, spans).percent
        return Found(tuple(sorted(self._chosen)), coverage, rating)

    def _take(self, entries: Iterable[int | None], most: int) -> None:
        for entry in entries:
            if entry is not None and entry < self._size and len(self._chosen) < most:
                self._chosen.setdefault(entry)

    def _required(self) -> Iterable[int | None]:
        stamp, lot = self._stamp, self._lot
        yield stamp.roll.entry
        yield stamp.void
        if stamp.binding:
            yield stamp.binding.entry
        for binding in stamp.earlier[-EARLIER:]:
            yield from (binding.entry, binding.corrected)
        if lot:
            marks = [m for m in self._newest(("hold", "recall", "release")) if m.lot == lot.uri]
            yield from (m.entry for m in marks[:MARKS])
            yield from self._with_original(lot.packed)
        yield from self._master()

    def _master(self) -> Iterable[int | None]:
        producer = self._stamp.roll.producer
        product = self._stamp.roll.product or (self._lot.product if self._lot else None)
        for row in (
            directory.party(self._tx, producer),
            directory.product(self._tx, product) if product else None,
        ):
            yield row.entry if row else None
        own = directory.facilities(self._tx, producer)
        yield from (row.entry for row in own if row.id == self._facility)
        yield from (row.entry for row in own[:OWN_FACILITIES])

    def _is_packing(self, mention: Mention) -> bool:
        lot = self._lot
        return lot is not None and (mention.entry, mention.position) == (
            lot.packed,
            lot.position,
        )

    def _newest(self, kinds: Sequence[str]) -> list[Mention]:
        """Return the events of some kinds that stand, the newest first."""
        return [m for m in reversed(self._mentions) if m.kind in kinds and m.corrected is None]

    def _with_original(self, entry: int | None) -> list[int]:
        """Return an entry after those that it corrects."""
        originals = {m.entry for m in self._mentions if m.corrected == entry}
        return [] if entry is None else [*sorted(originals), entry]

    def _records(self) -> list[tuple[str, int]]:
        """Return kind and index of plain records about the place, goods and maker."""
        roll, lot = self._stamp.roll, self._lot
        about = [roll.producer, roll.product, self._facility, *((lot.uri,) if lot else ())]
        things = [thing for thing in about if thing]
        query = (
            select(_RECORD.c.kind, _RECORD.c.entry)
            .where(
                _RECORD.c.kind.in_(list(RECORDS)),
                _RECORD.c.about.in_(things) | _RECORD.c.facility.in_(things),
                _RECORD.c.entry < self._size,
            )
            .order_by(_RECORD.c.entry.desc())
            .limit(_RECORDS_READ)
        )
        return [(kind, entry) for kind, entry in self._tx.execute(query)]

    def _confirmed(self) -> list[int]:
        """Return the newest confirmed suspicion of the place, with its decision and camera."""
        if self._facility is None:
            return []
        violations = directory.violations(self._tx, self._facility)
        confirmed = [v for v in violations if v.ruling == "confirmed" and v.decided is not None]
        if not confirmed:
            return []
        newest = max(confirmed, key=lambda v: v.entry)
        camera = directory.camera(self._tx, newest.camera)
        return [newest.entry, newest.decided or 0, *((camera.entry,) if camera else ())]

    def _clips(self, spans: Sequence[watched.Window]) -> list[int]:
        """Return minutes of the windows: those with gaps first, then the first of each."""
        gaps: list[int] = []
        first: list[int] = []
        zones = {span.zone for span in spans}
        for span in spans:
            minutes = [m for m in watched.footage(self._tx, span) if m.entry < self._size]
            gaps += [minute.entry for minute in minutes if minute.gaps]
            first += [minute.entry for minute in minutes[:2]]
        if not first:
            return []
        hung = directory.cameras(self._tx, self._facility)
        cameras = [camera.entry for camera in hung if camera.zone in zones][:2]
        return [*cameras, *dict.fromkeys([*gaps[:4], *first])]
