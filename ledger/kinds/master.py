"""Master data: an id is the holder's who entered it first; producers speak of their own."""

from sqlalchemy import bindparam, delete, insert

from attest.kinds import master as said
from ledger.store.derived_rows import table
from ledger.store.master_rows import FacilityRow, PartyRow, PlaceRow, ProductRow, ZoneRow

from . import records, rights
from .case import Case
from .prepared import Prepared
from .records import Standing
from .refusals import (
    ForeignFacilityError,
    ForeignProductError,
    ForeignRecordError,
    IdTakenError,
    UnknownRecordError,
)

_TABLES = {
    "party": table(PartyRow),
    "place": table(PlaceRow),
    "facility": table(FacilityRow),
    "zone": table(ZoneRow),
    "product": table(ProductRow),
}
_INSERT = {kind: Prepared(insert(rows)) for kind, rows in _TABLES.items()}
_DELETE = {
    kind: Prepared(delete(rows).where(rows.c.id == bindparam("which")))
    for kind, rows in _TABLES.items()
}


def check(case: Case) -> Standing:
    """Check a record of master data by its kind."""
    before = records.check(case)
    match case.record:
        case said.Facility() as facility:
            if case.producer not in (None, facility.producer):
                raise ForeignFacilityError(f"{facility.id} would be {facility.producer}'s")
            return Standing(before, facility.producer, facility.id)
        case said.Zone() as zone:
            rights.check_facility(case, zone.facility)
            return Standing(before, zone.facility, zone.facility, zone.kind)
        case said.Product() as product:
            _check_product(case, product)
            return Standing(before, product.maker)
        case said.Process() as process:
            rights.check_product(case, process.product)
            return Standing(before, process.product)
        case said.Certificate() as paper:
            _check_about(case, paper.about)
            return Standing(before, paper.about, None, paper.scheme)
    return Standing(before)


def apply(case: Case, standing: Standing) -> None:
    """Write the rows of a record of master data."""
    records.apply(case, standing)
    values = _values(case)
    if values is not None:
        case.view.database.run(_DELETE[case.kind], which=case.record.id)
        case.view.database.run(
            _INSERT[case.kind], id=case.record.id, entry=case.index, **values
        )


def _check_product(case: Case, product: said.Product) -> None:
    """Refuse another maker's product, and a GTIN that has an entry under another id."""
    if case.producer not in (None, product.maker):
        raise ForeignProductError(f"{product.id} would be {product.maker}'s")
    gtin = said.gtin_of(product.id)
    known = None if gtin is None else case.view.product_of_gtin(gtin)
    if known is not None and known.id != product.id:
        raise IdTakenError(f"GTIN {gtin} is {known.id} already")


def _check_about(case: Case, about: str) -> None:
    """A producer submits papers about itself, its facilities and its products only."""
    if case.producer in (None, about):
        return
    facility, product = case.view.facility(about), case.view.product(about)
    if facility is None and product is None:
        if case.view.records(about):
            raise ForeignRecordError(f"{about} is not {case.producer}'s")
        raise UnknownRecordError(f"{about} has no entry")
    if facility is not None and facility.producer != case.producer:
        raise ForeignFacilityError(f"facility {about} is {facility.producer}'s")
    if product is not None and product.maker != case.producer:
        raise ForeignProductError(f"product {about} is {product.maker}'s")


def _values(case: Case) -> dict[str, str | bool | None] | None:
    match case.record:
        case said.Party() as party:
            return {
                "kind": party.kind,
                "name": party.name,
                "standing": party.standing,
                "place": party.place,
            }
        case said.Place() as place:
            return {"level": place.level, "name": place.name, "parent": place.parent}
        case said.Facility() as facility:
            return {
                "producer": facility.producer,
                "name": facility.name,
                "place": facility.place,
                "cluster": facility.cluster,
            }
        case said.Zone() as zone:
            return {
                "facility": zone.facility,
                "kind": zone.kind,
                "name": zone.name,
                "required": bool(zone.required),
            }
        case said.Product() as product:
            return {
                "maker": product.maker,
                "gtin": said.gtin_of(product.id),
                "name": product.name,
            }
    return None
