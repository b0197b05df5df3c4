"""Whose facilities, zones, products and lots a producer may speak of."""

from attest.kinds.epcis import AnyEvent
from attest.kinds.master import gtin_of

from .case import Case
from .refusals import (
    ForeignFacilityError,
    ForeignLotError,
    ForeignProductError,
    UnknownRecordError,
)
from .view import Lot, View

INCOMING = frozenset({"acceptance", "arrival"})  # what comes in is another's by nature
OWN = frozenset({"hold", "recall", "activation"})  # a customer must not stop another's sales


def facility_of(case: Case, event: AnyEvent) -> str | None:
    """Return where an event took place, if that is a facility of the log.

    Raises ForeignFacilityError when a producer names another's premises, UnknownRecordError
    for a business location that is no facility.
    """
    at = event.biz_location.id if event.biz_location else None
    of_point = _owner_of_place(case.view, event.place)
    of_at = of_point if at == event.place else _owner_of_place(case.view, at)
    if case.producer is not None:
        if at is not None and of_at is None:
            raise UnknownRecordError(f"business location {at} is no facility of the log")
        for found in (of_at, of_point):
            if found is not None and found[1] != case.producer:
                raise ForeignFacilityError(f"{found[0]} is {found[1]}'s")
    found = of_at or of_point
    return found[0] if found else None


def check_facility(case: Case, uri: str) -> None:
    """Refuse a facility that the log does not have, or that is another producer's."""
    facility = case.view.facility(uri)
    if facility is None:
        raise UnknownRecordError(f"facility {uri} has no entry")
    if case.producer not in (None, facility.producer):
        raise ForeignFacilityError(f"facility {uri} is {facility.producer}'s")


def check_product(case: Case, uri: str) -> None:
    """Refuse a product that the log does not have, or that is another maker's."""
    product = case.view.product(uri)
    if product is None:
        raise UnknownRecordError(f"product {uri} has no entry")
    if case.producer not in (None, product.maker):
        raise ForeignProductError(f"product {uri} is {product.maker}'s")


def lot_owner(case: Case, uri: str, known: Lot | None, *, made: bool) -> str | None:
    """Return whose lot it is once this entry counts. Raises ForeignLotError.

    A lot under a GTIN is the product's maker's; another one belongs to the producer that names
    it first, unless it was shipped to, accepted by or arrived at somebody before. `made` says
    that the event makes it, which having received it does not allow.
    """
    owner = known.owner if known else None
    producer = case.producer
    if producer is None or case.kind in INCOMING or owner == producer:
        return owner
    made = made or (case.kind in OWN and _is_owned(case.view, uri, owner))
    gtin = gtin_of(uri)
    if gtin is not None:
        return _gtin_lot_owner(case, producer, uri, gtin, made=made)
    if owner is None and (known is None or not case.view.received_by_anyone(uri)):
        return producer
    if not made and case.view.received(uri, producer, unowned=owner is None):
        return owner
    raise ForeignLotError(
        f"lot {uri} is {owner or 'nobody'}'s and was not shipped to {producer}"
    )


def product_of(view: View, lot: str) -> str | None:
    """Return the id of the product whose GTIN the lot carries, if it has an entry."""
    gtin = gtin_of(lot)
    product = None if gtin is None else view.product_of_gtin(gtin)
    return product.id if product else None


def _is_owned(view: View, uri: str, owner: str | None) -> bool:
    return owner is not None or product_of(view, uri) is not None


def _gtin_lot_owner(
    case: Case, producer: str, uri: str, gtin: str, *, made: bool
) -> str | None:
    product = case.view.product_of_gtin(gtin)
    if product is not None and product.maker == producer:
        return producer
    owner = product.maker if product else None
    if not made and case.view.received(uri, producer, unowned=owner is None):
        return owner
    if product is None:
        raise UnknownRecordError(f"product {gtin} of lot {uri} has no entry")
    raise ForeignLotError(f"lot {uri} is {owner}'s and was not shipped to {producer}")


def _owner_of_place(view: View, uri: str | None) -> tuple[str, str] | None:
    """Return facility and producer of a zone or facility."""
    if uri is None:
        return None
    zone = view.zone(uri)
    if zone is not None:
        return zone.facility, zone.producer
    facility = view.facility(uri)
    return (facility.id, facility.producer) if facility else None
