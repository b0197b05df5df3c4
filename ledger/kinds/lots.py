"""What counts for a lot after its packaging, shipping, holding: rows that follow the events."""

from collections.abc import Sequence

from sqlalchemy import and_, bindparam, func, insert, null, select, update

from attest.kinds.epcis import TransformationEvent
from attest.kinds.testing import CONFORMANT
from ledger.store.derived_rows import table
from ledger.store.lot_rows import PackingRow

from .case import Case
from .events import Line, Planned
from .prepared import Prepared
from .refusals import NotReleasedError
from .view import EVENT, LOT, MOVE, Lot, View

PACKING = table(PackingRow)
MAX_DEPTH = 8  # gift boxes of gift boxes

_LOT = LOT.c.uri == bindparam("lot")
_INSERT_PACKING = Prepared(insert(PACKING))
_IN_FORCE = and_(
    EVENT.c.entry == PACKING.c.entry,
    EVENT.c.position == PACKING.c.position,
    EVENT.c.corrected.is_(None),
)
_PACKED = Prepared(
    select(func.sum(PACKING.c.packs))
    .join(EVENT, _IN_FORCE)
    .where(PACKING.c.lot == bindparam("lot"))
)
_NEWEST = Prepared(
    select(
        PACKING.c.entry,
        PACKING.c.position,
        PACKING.c.product,
        PACKING.c.best_before,
        PACKING.c.expiry,
    )
    .join(EVENT, _IN_FORCE)
    .where(PACKING.c.lot == bindparam("lot"))
    .order_by(PACKING.c.entry.desc(), PACKING.c.position.desc())
    .limit(1)
)
_LOTS_PACKED = Prepared(
    select(PACKING.c.lot).where(
        PACKING.c.entry == bindparam("entry"), PACKING.c.position == bindparam("position")
    )
)
_PACK = Prepared(
    update(LOT).where(_LOT),
    ("packed", "position", "packs", "product", "best_before", "expiry"),
)
_PACK_MORE = Prepared(
    update(LOT)
    .where(_LOT)
    .values(
        packs=LOT.c.packs + bindparam("added"),
        product=func.coalesce(bindparam("of"), LOT.c.product),
        packed=bindparam("at_entry"),
        position=bindparam("at_position"),
        best_before=bindparam("best"),
        expiry=bindparam("last"),
    )
)
_FIRST_SHIPMENT = Prepared(
    select(func.min(MOVE.c.entry))
    .join(EVENT, and_(EVENT.c.entry == MOVE.c.entry, EVENT.c.position == MOVE.c.position))
    .where(
        MOVE.c.lot == bindparam("lot"), MOVE.c.kind == "shipment", EVENT.c.corrected.is_(None)
    )
)
_LOTS_MOVED = Prepared(
    select(MOVE.c.lot).where(
        MOVE.c.entry == bindparam("entry"), MOVE.c.position == bindparam("position")
    )
)
_SHIP = Prepared(update(LOT).where(_LOT), ("shipped",))
_SHIP_FIRST = Prepared(update(LOT).where(_LOT, LOT.c.shipped.is_(None)), ("shipped",))
_ADD_STAMPS = Prepared(update(LOT).where(_LOT).values(stamps=LOT.c.stamps + bindparam("added")))
_HOLD = Prepared(update(LOT).where(_LOT, LOT.c.hold.is_(None)), ("hold",))
_RECALL = Prepared(update(LOT).where(_LOT, LOT.c.recall.is_(None)), ("recall",))
_END_HOLD = Prepared(update(LOT).where(_LOT).values(hold=null()))
_END_RECALL = Prepared(update(LOT).where(_LOT).values(recall=null()))


def pack(case: Case, planned: Sequence[Planned], first_position: int) -> None:
    """Count the packs of packaging events, and take over their dates."""
    for position, item in enumerate(planned, first_position):
        if not isinstance(item.event, TransformationEvent):
            continue
        for number, line in enumerate(item.lines):
            if line.side == "out" and line.quantity and line.quantity.uom is None:
                _add_packing(case, position, number, line, item.event)


def refresh_packs(view: View, lot: str) -> None:
    """Count a lot's packs anew from the packaging events in force."""
    row = view.database.first(_PACKED, lot=lot)
    newest = view.database.first(_NEWEST, lot=lot)
    entry, position, product, best_before, expiry = newest or (None, None, None, None, None)
    known = view.lot(lot)
    view.database.run(
        _PACK,
        lot=lot,
        packed=entry,
        position=position,
        packs=int(row[0]) if row and row[0] is not None else 0,
        product=product or (known.product if known else None),
        best_before=best_before,
        expiry=expiry,
    )


def unpack(view: View, entry: int, position: int) -> None:
    """Forget a packaging event that a correction took back."""
    for (lot,) in view.database.all(_LOTS_PACKED, entry=entry, position=position):
        refresh_packs(view, lot)


def ship(view: View, lot: str, index: int) -> None:
    """Note a lot's first shipment."""
    view.database.run(_SHIP_FIRST, lot=lot, shipped=index)


def unship(view: View, entry: int, position: int) -> None:
    """Forget a shipment that a correction took back."""
    for (lot,) in view.database.all(_LOTS_MOVED, entry=entry, position=position):
        row = view.database.first(_FIRST_SHIPMENT, lot=lot)
        view.database.run(_SHIP, lot=lot, shipped=row[0] if row else None)


def add_stamps(view: View, lot: str, added: int) -> None:
    """Count stamps bound to a lot, or no longer."""
    view.database.run(_ADD_STAMPS, lot=lot, added=added)


def hold(view: View, lot: str, index: int) -> None:
    """Hold a lot, if it is not held already."""
    view.database.run(_HOLD, lot=lot, hold=index)


def recall(view: View, lot: str, index: int) -> None:
    """Recall a lot, if it is not recalled already."""
    view.database.run(_RECALL, lot=lot, recall=index)


def end_hold(view: View, lot: str) -> None:
    """End every hold of a lot."""
    view.database.run(_END_HOLD, lot=lot)


def end_recall(view: View, lot: str) -> None:
    """End a recall of a lot."""
    view.database.run(_END_RECALL, lot=lot)


def require_released(view: View, lot: Lot, depth: int = 0) -> None:
    """Refuse a lot without a conformant factory test, or with an open hold or recall.

    The test is on the lot itself, else on a bulk lot that it was packed from. Of several tests
    of one lot the newest counts. Where packs were packed again, each must be released.
    """
    _require_free(lot)
    own = view.newest_test(lot.uri)
    if own == CONFORMANT:
        return
    if own is not None:
        raise NotReleasedError(f"the newest test of lot {lot.uri} is {own}")
    inputs = [known for uri in view.made_from(lot) if (known := view.lot(uri))]
    for bulk in inputs:
        _require_free(bulk)
    packs = [known for known in inputs if known.packed is not None]
    for packed in packs:
        if depth >= MAX_DEPTH:
            raise NotReleasedError(f"lot {lot.uri} was packed again more than {depth} times")
        require_released(view, packed, depth + 1)
    tests = {view.newest_test(bulk.uri) for bulk in inputs if bulk.packed is None}
    if tests - {CONFORMANT, None} or not (packs or CONFORMANT in tests):
        raise NotReleasedError(f"no conformant factory test of lot {lot.uri} or its bulk lot")


def _require_free(lot: Lot) -> None:
    if lot.hold is not None:
        raise NotReleasedError(f"lot {lot.uri} is held since entry {lot.hold}")
    if lot.recall is not None:
        raise NotReleasedError(f"lot {lot.uri} is recalled since entry {lot.recall}")


def _add_packing(
    case: Case, position: int, number: int, line: Line, event: TransformationEvent
) -> None:
    dates = event.ilmd or {}
    packs = int(line.quantity.quantity or 0) if line.quantity else 0
    product = line.product or _text(event.extra.get("nguon:product"))
    best_before = _text(dates.get("cbvmda:bestBeforeDate"))
    expiry = _text(dates.get("cbvmda:itemExpirationDate"))
    case.view.database.run(
        _INSERT_PACKING,
        entry=case.index,
        position=position,
        line=number,
        lot=line.lot,
        packs=packs,
        product=product,
        best_before=best_before,
        expiry=expiry,
    )
    case.view.database.run(
        _PACK_MORE,
        lot=line.lot,
        added=packs,
        of=product,
        at_entry=case.index,
        at_position=position,
        best=best_before,
        last=expiry,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
