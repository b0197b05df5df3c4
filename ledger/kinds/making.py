"""Making food: events about a producer's own lots, and its own checks."""

from collections.abc import Sequence

from attest.kinds import making as said

from . import events, lots, records, rights
from .case import Case
from .events import Planned
from .records import Standing
from .refusals import ForeignProductError, UnknownRecordError


def check(case: Case) -> Standing:
    """Check a self-check or a label."""
    before = records.check(case)
    match case.record:
        case said.SelfCheck() as look:
            rights.check_facility(case, look.facility)
            return Standing(before, look.lot, look.facility, look.period)
        case said.Label() as label:
            rights.check_product(case, label.product)
            return Standing(before, label.lot or label.product)
    return Standing(before)


def check_packaging(case: Case) -> tuple[Planned, ...]:
    """Check packaging: a product that it names must be the producer's."""
    planned = events.check(case)
    for item in planned:
        named = item.event.extra.get("nguon:product")
        if isinstance(named, str):
            product = case.view.product(named)
            if product is None:
                raise UnknownRecordError(f"product {named} has no entry")
            if case.producer not in (None, product.maker):
                raise ForeignProductError(f"product {named} is {product.maker}'s")
    return planned


def apply_packaging(case: Case, planned: Sequence[Planned]) -> None:
    """Write the events and count the packs."""
    events.apply(case, planned)
    lots.pack(case, planned, events.first_position(case, planned))
