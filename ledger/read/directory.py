"""Who and what the log knows: producers, premises, products, papers, inspections, rulings."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, func, select

from ledger.store.derived_rows import table
from ledger.store.master_rows import (
    FacilityRow,
    ListingRow,
    PartyRow,
    ProductRow,
    RecordRow,
    ZoneRow,
)
from ledger.store.watch_rows import CameraRow, SealedRow, ViolationRow

FACILITY, LISTING, PARTY = table(FacilityRow), table(ListingRow), table(PartyRow)
PRODUCT, RECORD, ZONE = table(ProductRow), table(RecordRow), table(ZoneRow)
CAMERA, SEALED, VIOLATION = table(CameraRow), table(SealedRow), table(ViolationRow)
CONFIRMED = "confirmed"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation or office."""

    id: str
    kind: str
    name: str
    standing: str | None
    place: str
    entry: int


@dataclass(frozen=True, slots=True)
class Facility:
    """Premises of one producer."""

    id: str
    producer: str
    name: str
    place: str
    cluster: str | None
    entry: int


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone of a facility."""

    id: str
    facility: str
    kind: str
    name: str | None
    required: bool
    entry: int


@dataclass(frozen=True, slots=True)
class Product:
    """A product of one maker."""

    id: str
    maker: str
    gtin: str | None
    name: str
    entry: int


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera as its newest entry has it."""

    id: str
    zone: str
    facility: str
    node: str
    up: bool
    entry: int


@dataclass(frozen=True, slots=True)
class Record:
    """A plain record that stands: the newest of its kind, id and holder."""

    id: str
    kind: str
    holder: str
    entry: int
    about: str | None
    facility: str | None
    state: str | None
    time_ms: int | None
    until: str | None
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Violation:
    """A suspicion; `decided` is the entry of the newest decision on it."""

    id: str
    camera: str
    facility: str
    zone: str
    at_ms: int
    entry: int
    ruling: str | None
    decided: int | None


def party(tx: Connection, uri: str) -> Party | None:
    """Return a party by its id."""
    return _one(tx, Party, _of(Party, PARTY).where(PARTY.c.id == uri))


def facility(tx: Connection, uri: str) -> Facility | None:
    """Return a facility by its id."""
    return _one(tx, Facility, _of(Facility, FACILITY).where(FACILITY.c.id == uri))


def facilities(tx: Connection, producer: str | None = None) -> list[Facility]:
    """Return facilities, of one producer or all, by id."""
    query = _of(Facility, FACILITY).order_by(FACILITY.c.id)
    return _all(
        tx,
        Facility,
        query if producer is None else query.where(FACILITY.c.producer == producer),
    )


def zones(tx: Connection, facility: str) -> list[Zone]:
    """Return the zones of a facility, by id."""
    return _all(
        tx, Zone, _of(Zone, ZONE).where(ZONE.c.facility == facility).order_by(ZONE.c.id)
    )


def product(tx: Connection, uri: str) -> Product | None:
    """Return a product by its id."""
    return _one(tx, Product, _of(Product, PRODUCT).where(PRODUCT.c.id == uri))


def product_of_gtin(tx: Connection, gtin: str) -> Product | None:
    """Return a product by its GTIN."""
    return _one(tx, Product, _of(Product, PRODUCT).where(PRODUCT.c.gtin == gtin))


def products(tx: Connection, maker: str | None = None) -> list[Product]:
    """Return products, of one maker or all, by id."""
    query = _of(Product, PRODUCT).order_by(PRODUCT.c.id)
    return _all(tx, Product, query if maker is None else query.where(PRODUCT.c.maker == maker))


def cameras(tx: Connection, facility: str | None = None) -> list[Camera]:
    """Return the cameras that hang, of one facility or all, by id."""
    query = _of(Camera, CAMERA).where(CAMERA.c.up).order_by(CAMERA.c.id)
    return _all(
        tx, Camera, query if facility is None else query.where(CAMERA.c.facility == facility)
    )


def camera(tx: Connection, uri: str) -> Camera | None:
    """Return a camera by its id, hanging or not."""
    return _one(tx, Camera, _of(Camera, CAMERA).where(CAMERA.c.id == uri))


def records(tx: Connection, kind: str, about: Iterable[str]) -> list[Record]:
    """Return the records of a kind that speak of any of these things, in the log's order."""
    query = _of(Record, RECORD).where(RECORD.c.kind == kind, RECORD.c.about.in_(list(about)))
    return _all(tx, Record, query.order_by(RECORD.c.entry))


def record(tx: Connection, uri: str) -> list[Record]:
    """Return the records with this id, the newest first."""
    query = _of(Record, RECORD).where(RECORD.c.id == uri)
    return _all(tx, Record, query.order_by(RECORD.c.entry.desc()))


def of_facility(tx: Connection, kind: str, facility: str) -> list[Record]:
    """Return the records of a kind that concern a facility, the newest first."""
    query = _of(Record, RECORD).where(RECORD.c.facility == facility, RECORD.c.kind == kind)
    return _all(tx, Record, query.order_by(RECORD.c.entry.desc()))


def papers(tx: Connection, about: Iterable[str]) -> list[Record]:
    """Return certificates; one that was confirmed hides the same one as submitted."""
    found = records(tx, "certificate", about)
    confirmed = {(paper.id, paper.about) for paper in found if paper.confirmed}
    return [p for p in found if p.confirmed or (p.id, p.about) not in confirmed]


def violations(tx: Connection, facility: str) -> list[Violation]:
    """Return the suspicions that a decision confirmed: the public sees no others."""
    query = _of(Violation, VIOLATION).where(VIOLATION.c.facility == facility)
    confirmed = query.where(VIOLATION.c.ruling == CONFIRMED)
    return _all(tx, Violation, confirmed.order_by(VIOLATION.c.entry))


def open_violations(tx: Connection, facility: str, before_ms: int) -> int:
    """Count the undecided suspicions of a facility from before a time."""
    query = select(func.count()).select_from(VIOLATION)
    return int(
        tx.execute(
            query.where(
                VIOLATION.c.facility == facility,
                VIOLATION.c.ruling.is_(None),
                VIOLATION.c.at_ms < before_ms,
            )
        ).scalar_one()
    )


def listings(tx: Connection, facility: str) -> list[tuple[str, int, str | None]]:
    """Return the lists that a facility is on: name, entry of the decision, last day."""
    query = select(LISTING.c.list, LISTING.c.entry, LISTING.c.until)
    rows = tx.execute(query.where(LISTING.c.facility == facility).order_by(LISTING.c.list))
    return [(name, entry, until) for name, entry, until in rows]


def sealed_blob_is_public(tx: Connection, cid: str) -> bool | None:
    """Say whether a decision opened a sealed blob; None when no record seals it."""
    row = tx.execute(select(SEALED.c.public).where(SEALED.c.cid == cid)).first()
    return None if row is None else row.public is not None


def _of(row: type[Any], source: Any) -> Select[Any]:
    return select(*(source.c[name] for name in row.__annotations__))


def _one(tx: Connection, row: type[T], query: Select[Any]) -> T | None:
    found = tx.execute(query).first()
    return row(*found) if found else None


def _all(tx: Connection, row: type[T], query: Select[Any]) -> list[T]:
    return [row(*found) for found in tx.execute(query)]
