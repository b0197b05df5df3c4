"""From a stamp to its lot and back along the chain: one step, or the whole genealogy.

Lots follow from lots through `processing` and `packaging` (inputs to outputs) and
`aggregation` (children to parent). Events that a correction took back lead nowhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Select, and_, or_, select

from ledger.store.derived_rows import table
from ledger.store.lot_rows import BalanceRow, EventLotRow, EventRow, LotRow, MoveRow
from ledger.store.stamp_rows import RangeRow, RollRow, VoidRow

MAX_LOTS = 500  # of one genealogy: a village's harvest, not an attack
CHUNK = 400

EVENT, EVENT_LOT, LOT = table(EventRow), table(EventLotRow), table(LotRow)
MOVE, BALANCE = table(MoveRow), table(BalanceRow)
ROLL, RANGE, VOID = table(RollRow), table(RangeRow), table(VoidRow)

BACK: Final = {"out": "in", "parent": "child"}  # from what was made to what it was made of
FORWARD: Final = {came: made for made, came in BACK.items()}
_SAME_EVENT = and_(EVENT.c.entry == EVENT_LOT.c.entry, EVENT.c.position == EVENT_LOT.c.position)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Roll:
    """A roll as it was issued."""

    number: int
    uri: str
    printer: str
    producer: str
    product: str | None
    count: int
    root: bytes
    entry: int


@dataclass(frozen=True, slots=True)
class Binding:
    """Stamps `first` to `last` bound to a lot; `corrected` is the entry that took it back."""

    entry: int
    position: int
    roll: int
    first: int
    last: int
    lot: str
    corrected: int | None


@dataclass(frozen=True, slots=True)
class Stamp:
    """One stamp: its roll, the binding in force, earlier ones, and what made it void."""

    roll: Roll
    index: int
    binding: Binding | None
    earlier: tuple[Binding, ...]
    void: int | None


@dataclass(frozen=True, slots=True)
class Lot:
    """What counts for a lot: entries of its packaging, oldest open hold, recall, shipment."""

    uri: str
    owner: str | None
    product: str | None
    first: int
    packed: int | None
    position: int | None
    packs: int
    stamps: int
    best_before: str | None
    expiry: str | None
    hold: int | None
    recall: int | None
    shipped: int | None


@dataclass(frozen=True, slots=True)
class Mention:
    """An event that names a lot, with the side on which it does."""

    entry: int
    position: int
    kind: str
    issuer: str
    producer: str | None
    lot: str
    side: str
    quantity: float | None
    uom: str | None
    time_ms: int
    start_ms: int
    end_ms: int
    disposition: str | None
    read_point: str | None
    facility: str | None
    corrected: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One step along the chain: by which event, to which lot."""

    entry: int
    position: int
    kind: str
    lot: str


@dataclass(frozen=True, slots=True)
class Move:
    """A lot that came from somewhere or went somewhere."""

    entry: int
    position: int
    kind: str
    lot: str
    source: str | None
    destination: str | None


@dataclass(frozen=True, slots=True)
class Balance:
    """Input against output of one event; `over` is an alarm."""

    entry: int
    position: int
    unit: str
    input: float
    output: float
    over: bool


def stamp(tx: Connection, roll: int, index: int) -> Stamp | None:
    """Return what the log says of one stamp, None when its roll has no such stamp."""
    issued = _one(tx, _of(Roll, ROLL).where(ROLL.c.number == roll), Roll)
    if issued is None or not 0 <= index < issued.count:
        return None
    covers = (RANGE.c.roll == roll, RANGE.c.first <= index, RANGE.c.last >= index)
    bindings = _all(tx, _of(Binding, RANGE).where(*covers).order_by(RANGE.c.entry), Binding)
    void = select(VOID.c.entry).where(
        VOID.c.roll == roll, VOID.c.first <= index, VOID.c.last >= index
    )
    in_force = [binding for binding in bindings if binding.corrected is None]
    earlier = tuple(binding for binding in bindings if binding.corrected is not None)
    binding = in_force[0] if in_force else None
    return Stamp(issued, index, binding, earlier, tx.execute(void).scalar())


def lot(tx: Connection, uri: str) -> Lot | None:
    """Return what counts for a lot."""
    return _one(tx, _of(Lot, LOT).where(LOT.c.uri == uri), Lot)


def lots(tx: Connection, uris: Iterable[str]) -> dict[str, Lot]:
    """Return what counts for several lots."""
    found: dict[str, Lot] = {}
    for some in _chunks(list(uris)):
        query = _of(Lot, LOT).where(LOT.c.uri.in_(some))
        found.update((row.uri, row) for row in _all(tx, query, Lot))
    return found


def back(tx: Connection, uri: str) -> list[Step]:
    """Return the lots that this one was made of, or packed from, one step back."""
    return _steps(tx, [uri], BACK)


def forward(tx: Connection, uri: str) -> list[Step]:
    """Return the lots that were made of this one, one step forward."""
    return _steps(tx, [uri], FORWARD)


def ancestors(tx: Connection, uri: str) -> list[str]:
    """Return every lot that went into this one, nearest first; at most MAX_LOTS."""
    return _walk(tx, uri, BACK)


def descendants(tx: Connection, uri: str) -> list[str]:
    """Return every lot that this one went into, nearest first; at most MAX_LOTS."""
    return _walk(tx, uri, FORWARD)


def mentions(tx: Connection, uris: Iterable[str]) -> list[Mention]:
    """Return the events that name any of these lots, in the log's order."""
    columns = [
        EVENT_LOT.c[name] if name in ("lot", "side", "quantity", "uom") else EVENT.c[name]
        for name in Mention.__annotations__
    ]
    found: list[Mention] = []
    for some in _chunks(list(uris)):
        query = select(*columns).join(EVENT, _SAME_EVENT).where(EVENT_LOT.c.lot.in_(some))
        found += _all(tx, query, Mention)
    return sorted(found, key=lambda m: (m.entry, m.position))


def moves(tx: Connection, uri: str) -> list[Move]:
    """Return where a lot came from and went to, as far as that was not taken back."""
    same = and_(EVENT.c.entry == MOVE.c.entry, EVENT.c.position == MOVE.c.position)
    query = _of(Move, MOVE).join(EVENT, same).where(MOVE.c.lot == uri)
    in_force = query.where(EVENT.c.corrected.is_(None))
    return _all(tx, in_force.order_by(MOVE.c.entry, MOVE.c.position, MOVE.c.line), Move)


def balances(tx: Connection, uris: Iterable[str]) -> list[Balance]:
    """Return input against output of the events that made these lots."""
    same = and_(
        BALANCE.c.entry == EVENT_LOT.c.entry, BALANCE.c.position == EVENT_LOT.c.position
    )
    found: set[Balance] = set()
    for some in _chunks(list(uris)):
        query = _of(Balance, BALANCE).join(EVENT_LOT, same).join(EVENT, _SAME_EVENT)
        made = query.where(EVENT_LOT.c.lot.in_(some), EVENT_LOT.c.side == "out")
        found.update(_all(tx, made.where(EVENT.c.corrected.is_(None)), Balance))
    return sorted(found, key=lambda b: (b.entry, b.position, b.unit))


def _walk(tx: Connection, uri: str, way: dict[str, str]) -> list[str]:
    seen = {uri: None}
    level = [uri]
    while level and len(seen) <= MAX_LOTS:
        level = [s.lot for s in _steps(tx, level, way) if s.lot not in seen]
        seen.update(dict.fromkeys(level))
        level = list(dict.fromkeys(level))
    return list(seen)[1 : MAX_LOTS + 1]


def _steps(tx: Connection, uris: Sequence[str], way: dict[str, str]) -> list[Step]:
    """Return the other side of every event that names one of these lots on a side."""
    here, there = EVENT_LOT.alias("here"), EVENT_LOT.alias("there")
    same = and_(there.c.entry == here.c.entry, there.c.position == here.c.position)
    sides = or_(*(and_(here.c.side == a, there.c.side == b) for a, b in way.items()))
    event = and_(EVENT.c.entry == here.c.entry, EVENT.c.position == here.c.position)
    found: dict[Step, None] = {}
    for some in _chunks(list(uris)):
        query = (
            select(EVENT.c.entry, EVENT.c.position, EVENT.c.kind, there.c.lot)
            .select_from(here)
            .join(there, same)
            .join(EVENT, event)
            .where(here.c.lot.in_(some), sides, EVENT.c.corrected.is_(None))
            .order_by(EVENT.c.entry, EVENT.c.position, there.c.line)
        )
        found.update(dict.fromkeys(_all(tx, query, Step)))
    return list(found)


def _of(row: type[Any], source: Any) -> Select[Any]:
    return select(*(source.c[name] for name in row.__annotations__))


def _one(tx: Connection, query: Select[Any], row: type[T]) -> T | None:
    found = tx.execute(query).first()
    return row(*found) if found else None


def _all(tx: Connection, query: Select[Any], row: type[T]) -> list[T]:
    return [row(*found) for found in tx.execute(query)]


def _chunks(values: list[str]) -> Iterable[list[str]]:
    return (values[at : at + CHUNK] for at in range(0, len(values), CHUNK))
