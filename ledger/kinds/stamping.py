"""Stamps: the first entry of a roll counts; a stamp has one lot at a time, or is void."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import bindparam, insert, update

from attest import spell
from attest.kinds.master import gtin_of
from attest.kinds.stamping import Activation, Range
from attest.kinds.stamping import Roll as SaidRoll

from . import events, lots
from .case import Case
from .events import Line, Planned
from .prepared import Prepared
from .refusals import (
    BeyondRollError,
    ForeignRollError,
    NotReleasedError,
    OtherProductError,
    RangeOverlapError,
    RollTakenError,
    TooManyStampsError,
    UnknownRollError,
)
from .view import RANGE, ROLL, VOID, Lot, Roll, View

_INSERT_ROLL = Prepared(insert(ROLL))
_INSERT_RANGE = Prepared(insert(RANGE))
_INSERT_VOID = Prepared(insert(VOID))
_CORRECT = Prepared(
    update(RANGE).where(
        RANGE.c.entry == bindparam("which"), RANGE.c.position == bindparam("place")
    ),
    ("corrected",),
)


@dataclass(frozen=True, slots=True)
class Bound:
    """An activation that may take effect."""

    planned: tuple[Planned, ...]
    lot: str


def check_roll(case: Case) -> tuple[Planned, ...]:
    """Refuse a number that has an entry."""
    record: SaidRoll = case.record
    events.require_subject(case, {record.uri})
    taken = case.view.roll(record.number)
    if taken is not None:
        raise RollTakenError(f"roll {record.number} was issued by {taken.printer}")
    return events.plan(case)


def apply_roll(case: Case, planned: tuple[Planned, ...]) -> None:
    """Issue the roll."""
    record: SaidRoll = case.record
    events.apply(case, planned)
    case.view.database.run(
        _INSERT_ROLL,
        number=record.number,
        uri=record.uri,
        printer=case.issuer,
        producer=record.producer,
        product=record.product,
        count=record.count,
        root=spell.parse_ni(record.root),
        entry=case.index,
    )


def check_activation(case: Case) -> Bound:
    """Check roll, lot, release, range and count, in this order."""
    record: Activation = case.record
    roll = _roll(case.view, record)
    events.require_subject(case, {roll.uri})
    if roll.producer != case.producer:
        raise ForeignRollError(f"roll {roll.number} is {roll.producer}'s")
    planned = events.plan(case)
    line = planned[0].lines[0]
    _check_product(roll, line)
    if line.known is None:
        raise NotReleasedError(f"lot {line.lot} was never made")
    lots.require_released(case.view, line.known)
    _check_range(case.view, roll, record)
    _check_count(line.known, record)
    return Bound(planned, line.lot)


def apply_activation(case: Case, bound: Bound) -> None:
    """Bind the range."""
    record: Activation = case.record
    events.apply(case, bound.planned)
    case.view.database.run(
        _INSERT_RANGE,
        entry=case.index,
        position=events.first_position(case, bound.planned),
        roll=record.number,
        first=record.first,
        last=record.last,
        lot=bound.lot,
        corrected=None,
    )
    lots.add_stamps(case.view, bound.lot, record.size)


def check_void(case: Case) -> tuple[Planned, ...]:
    """Refuse another's roll, and stamps that it does not have."""
    record: Range = case.record
    roll = _roll(case.view, record)
    events.require_subject(case, {roll.uri})
    holders = {roll.producer if case.producer else roll.printer}
    if "printer" in case.key.roles and "producer" in case.key.roles:
        holders = {roll.producer, roll.printer}
    if case.issuer not in holders:
        raise ForeignRollError(f"roll {roll.number} is {roll.producer}'s, by {roll.printer}")
    _check_end(roll, record)
    return events.plan(case)


def apply_void(case: Case, planned: tuple[Planned, ...]) -> None:
    """Make the stamps void that are not yet; they no longer count against the packs."""
    record: Range = case.record
    events.apply(case, planned)
    for first, last in _not_void(case.view, record.number, record.first, record.last):
        for span in case.view.bound(record.number, first, last):
            freed = min(last, span.last) - max(first, span.first) + 1
            lots.add_stamps(case.view, span.lot, -freed)
        case.view.database.run(
            _INSERT_VOID, roll=record.number, first=first, last=last, entry=case.index
        )


def unbind(view: View, record: Activation, entry: int, position: int, index: int) -> None:
    """Take back a binding that correction `index` corrects; it stays visible."""
    view.database.run(_CORRECT, which=entry, place=position, corrected=index)
    free = _not_void(view, record.number, record.first, record.last)
    lots.add_stamps(view, record.lot, -sum(last - first + 1 for first, last in free))


def _roll(view: View, record: Range) -> Roll:
    roll = view.roll(record.number)
    if roll is None:
        raise UnknownRollError(f"roll {record.number} was never issued")
    return roll


def _check_product(roll: Roll, line: Line) -> None:
    """Refuse a lot of another product than the roll was printed for."""
    if roll.product is None or roll.product == line.product:
        return
    gtin = gtin_of(line.lot)
    if gtin is None or gtin != gtin_of(roll.product):
        raise OtherProductError(
            f"roll {roll.number} is for {roll.product}, lot {line.lot} of {line.product}"
        )


def _check_end(roll: Roll, record: Range) -> None:
    if record.last >= roll.size:
        raise BeyondRollError(f"stamp {record.last} of a roll of {roll.size}")


def _check_range(view: View, roll: Roll, record: Range) -> None:
    _check_end(roll, record)
    for span in view.bound(roll.number, record.first, record.last):
        raise RangeOverlapError(
            f"stamps {span.first} to {span.last} of roll {roll.number} belong to lot {span.lot}"
        )
    for first, last in view.voids(roll.number, record.first, record.last):
        raise RangeOverlapError(f"stamps {first} to {last} of roll {roll.number} are void")


def _check_count(lot: Lot, record: Range) -> None:
    if lot.stamps + record.size > lot.packs:
        raise TooManyStampsError(
            f"{lot.stamps + record.size} stamps, but only {lot.packs} packs of lot {lot.uri}"
        )


def _not_void(view: View, roll: int, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Return the parts of a range that are not void."""
    for void_first, void_last in view.voids(roll, first, last):
        if first < void_first:
            yield first, void_first - 1
        first = max(first, void_last + 1)
    if first <= last:
        yield first, last
