"""EPCIS events by time, step, place, lot or device: where in the log they stand.

A small part of the query language of EPCIS 2.0; the events themselves are read from the
entries. Names follow the standard's parameters.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, select

from ledger.store.derived_rows import table
from ledger.store.lot_rows import EventLotRow, EventRow
from ledger.store.watch_rows import FootageRow

EVENT, EVENT_LOT, FOOTAGE = table(EventRow), table(EventLotRow), table(FootageRow)
MAX_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for; None asks nothing. Times are milliseconds UTC, GE inclusive."""

    event_type: str | None = None
    ge_event_time: int | None = None
    lt_event_time: int | None = None
    eq_biz_step: str | None = None
    eq_disposition: str | None = None
    eq_biz_location: str | None = None
    eq_read_point: str | None = None
    match_epc_class: str | None = None
    eq_device_id: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Where an event stands."""

    entry: int
    position: int
    event_id: str
    kind: str
    corrected: int | None


def find(
    tx: Connection, query: Query, after: tuple[int, int] = (-1, 0), most: int = 30
) -> list[Found]:
    """Return events in the log's order, behind a position, at most `most`."""
    entry, position = after
    behind = (EVENT.c.entry > entry) | (
        (EVENT.c.entry == entry) & (EVENT.c.position > position)
    )
    found = _filtered(query).where(behind).order_by(EVENT.c.entry, EVENT.c.position)
    return [Found(*row) for row in tx.execute(found.limit(min(most, MAX_PAGE)))]


def by_id(tx: Connection, event_id: str) -> Found | None:
    """Return where the event with this id stands."""
    row = tx.execute(_columns().where(EVENT.c.event_id == event_id)).first()
    return Found(*row) if row else None


def _columns() -> Select[Any]:
    return select(
        EVENT.c.entry, EVENT.c.position, EVENT.c.event_id, EVENT.c.kind, EVENT.c.corrected
    )


def _filtered(query: Query) -> Select[Any]:
    selected = _columns()
    for column, value in (
        (EVENT.c.type, query.event_type),
        (EVENT.c.step, query.eq_biz_step),
        (EVENT.c.disposition, query.eq_disposition),
        (EVENT.c.biz_location, query.eq_biz_location),
        (EVENT.c.read_point, query.eq_read_point),
    ):
        if value is not None:
            selected = selected.where(column == value)
    if query.ge_event_time is not None:
        selected = selected.where(EVENT.c.time_ms >= query.ge_event_time)
    if query.lt_event_time is not None:
        selected = selected.where(EVENT.c.time_ms < query.lt_event_time)
    if query.match_epc_class is not None:
        names = select(EVENT_LOT.c.line).where(
            EVENT_LOT.c.entry == EVENT.c.entry,
            EVENT_LOT.c.position == EVENT.c.position,
            EVENT_LOT.c.lot == query.match_epc_class,
        )
        selected = selected.where(names.exists())
    if query.eq_device_id is not None:
        filmed = and_(FOOTAGE.c.entry == EVENT.c.entry, FOOTAGE.c.camera == query.eq_device_id)
        selected = selected.where(select(FOOTAGE.c.seq).where(filmed).exists())
    return selected
