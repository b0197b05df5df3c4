"""All rows that the log alone makes: `nguon rebuild` drops and makes them again, equal."""

from typing import Any, Final

from sqlalchemy import Connection, Table, delete, select
from sqlmodel import SQLModel

from . import lot_rows, master_rows, stamp_rows, watch_rows

ROWS: Final[tuple[type[SQLModel], ...]] = (
    master_rows.KeyRow,
    master_rows.RecordRow,
    master_rows.PartyRow,
    master_rows.PlaceRow,
    master_rows.FacilityRow,
    master_rows.ZoneRow,
    master_rows.ProductRow,
    master_rows.ListingRow,
    lot_rows.EventRow,
    lot_rows.EventLotRow,
    lot_rows.LotRow,
    lot_rows.PackingRow,
    lot_rows.MoveRow,
    lot_rows.BalanceRow,
    stamp_rows.RollRow,
    stamp_rows.RangeRow,
    stamp_rows.VoidRow,
    watch_rows.CameraRow,
    watch_rows.FootageRow,
    watch_rows.ViolationRow,
    watch_rows.SealedRow,
)


def table(row: type[SQLModel]) -> Table:
    """Return the table of a row class."""
    made: Table = row.__table__  # type: ignore[attr-defined]  # SQLModel makes it
    return made


def clear(tx: Connection) -> None:
    """Delete every derived row; the fold of the whole log makes them again."""
    for row in ROWS:
        tx.execute(delete(table(row)))


def dump(tx: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Return all derived rows by table, each sorted by its primary key."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for derived in map(table, ROWS):
        found = tx.execute(select(derived).order_by(*derived.primary_key.columns))
        rows[derived.name] = [tuple(row) for row in found]
    return rows
