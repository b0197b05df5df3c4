"""Goods on their way, held, let go, called back: what lots keep of it."""

from collections.abc import Sequence

from attest.kinds.moving import HOLD, RECALLED, Marking

from . import events, lots
from .case import Case
from .events import Planned


def apply_shipment(case: Case, planned: Sequence[Planned]) -> None:
    """Write the events; from its first shipment on a lot's stamps can only become void."""
    events.apply(case, planned)
    for lot in _lots(planned):
        lots.ship(case.view, lot, case.index)


def apply_marking(case: Case, planned: Sequence[Planned]) -> None:
    """Hold, recall or release the lots of the event."""
    record: Marking = case.record
    events.apply(case, planned)
    for lot in _lots(planned):
        if HOLD in record.sets:
            lots.hold(case.view, lot, case.index)
        if RECALLED in record.sets:
            lots.recall(case.view, lot, case.index)
        if HOLD in record.unsets:
            lots.end_hold(case.view, lot)
        if RECALLED in record.unsets:
            lots.end_recall(case.view, lot)


def _lots(planned: Sequence[Planned]) -> list[str]:
    return sorted({line.lot for item in planned for line in item.lines})
