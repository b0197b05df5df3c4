"""What the rules look at: the derived rows as they stand before an entry."""

from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    func,
    or_,
    select,
)

from ledger.store import lot_rows, master_rows, stamp_rows, watch_rows
from ledger.store.derived_rows import table

from .prepared import Database, Prepared

FACILITY = table(master_rows.FacilityRow)
ZONE = table(master_rows.ZoneRow)
PRODUCT = table(master_rows.ProductRow)
RECORD = table(master_rows.RecordRow)
EVENT = table(lot_rows.EventRow)
EVENT_LOT = table(lot_rows.EventLotRow)
LOT = table(lot_rows.LotRow)
MOVE = table(lot_rows.MoveRow)
ROLL = table(stamp_rows.RollRow)
RANGE = table(stamp_rows.RangeRow)
VOID = table(stamp_rows.VoidRow)
CAMERA = table(watch_rows.CameraRow)
SEALED = table(watch_rows.SealedRow)
VIOLATION = table(watch_rows.ViolationRow)


class Facility(NamedTuple):
    """A facility and whose it is."""

    id: str
    producer: str


class Zone(NamedTuple):
    """A zone and its facility."""

    id: str
    facility: str
    producer: str


class Product(NamedTuple):
    """A product and its maker."""

    id: str
    maker: str
    gtin: str | None


class Lot(NamedTuple):
    """What counts for a lot."""

    uri: str
    owner: str | None
    product: str | None
    packed: int | None
    position: int | None
    packs: int
    stamps: int
    hold: int | None
    recall: int | None
    shipped: int | None


class Roll(NamedTuple):
    """A roll as it was issued."""

    number: int
    uri: str
    printer: str
    producer: str
    product: str | None
    size: int  # how many stamps


class Span(NamedTuple):
    """Stamps `first` to `last`, and the lot they are bound to."""

    first: int
    last: int
    lot: str
    entry: int


class Camera(NamedTuple):
    """A camera as its newest entry has it."""

    id: str
    zone: str
    facility: str
    node: str
    next_seq: int


class Known(NamedTuple):
    """A plain record that stands."""

    kind: str
    holder: str
    about: str | None
    facility: str | None
    entry: int
    first: int


class Logged(NamedTuple):
    """An event that the log has."""

    entry: int
    position: int
    kind: str
    issuer: str
    digest: bytes | None
    corrected: int | None


class Violation(NamedTuple):
    """A suspicion and what became of it."""

    id: str
    facility: str
    decision: str | None


def _columns(row: type[tuple[Any, ...]], source: Table) -> Select[Any]:
    """Select the fields of a NamedTuple, in order."""
    return select(*(source.c[name] for name in row.__annotations__))


_ID: BindParameter[str] = bindparam("id")
_LOT: BindParameter[str] = bindparam("lot")
_FACILITY = Prepared(_columns(Facility, FACILITY).where(FACILITY.c.id == _ID))
_ZONE = Prepared(
    select(ZONE.c.id, ZONE.c.facility, FACILITY.c.producer)
    .join(FACILITY, FACILITY.c.id == ZONE.c.facility)
    .where(ZONE.c.id == _ID)
)
_PRODUCT = Prepared(_columns(Product, PRODUCT).where(PRODUCT.c.id == _ID))
_GTIN = Prepared(_columns(Product, PRODUCT).where(PRODUCT.c.gtin == bindparam("gtin")))
_LOT_ROW = Prepared(_columns(Lot, LOT).where(LOT.c.uri == _LOT))
_ROLL = Prepared(
    select(
        ROLL.c.number,
        ROLL.c.uri,
        ROLL.c.printer,
        ROLL.c.producer,
        ROLL.c.product,
        ROLL.c.count,
    ).where(ROLL.c.number == bindparam("number"))
)
_CAMERA = Prepared(_columns(Camera, CAMERA).where(CAMERA.c.id == _ID))
_RECORDS = Prepared(_columns(Known, RECORD).where(RECORD.c.id == _ID).order_by(RECORD.c.first))
_EVENT = Prepared(_columns(Logged, EVENT).where(EVENT.c.event_id == _ID))
_VIOLATION = Prepared(_columns(Violation, VIOLATION).where(VIOLATION.c.id == _ID))
_OVERLAP = Prepared(
    _columns(Span, RANGE).where(
        RANGE.c.roll == bindparam("roll"),
        RANGE.c.corrected.is_(None),
        RANGE.c.first <= bindparam("last"),
        RANGE.c.last >= bindparam("first"),
    )
)
_VOIDS = Prepared(
    select(VOID.c.first, VOID.c.last)
    .where(
        VOID.c.roll == bindparam("roll"),
        VOID.c.first <= bindparam("last"),
        VOID.c.last >= bindparam("first"),
    )
    .order_by(VOID.c.first)
)
_SHIPPED_TO = Prepared(
    select(MOVE.c.entry)
    .join(EVENT, and_(EVENT.c.entry == MOVE.c.entry, EVENT.c.position == MOVE.c.position))
    .where(
        MOVE.c.lot == _LOT,
        MOVE.c.destination == bindparam("producer"),
        EVENT.c.corrected.is_(None),
        or_(MOVE.c.kind == "shipment", bindparam("unowned")),
    )
    .limit(1)
)
_NEWEST_TEST = Prepared(
    select(EVENT.c.disposition)
    .join(
        EVENT_LOT,
        and_(EVENT.c.entry == EVENT_LOT.c.entry, EVENT.c.position == EVENT_LOT.c.position),
    )
    .where(EVENT_LOT.c.lot == _LOT, EVENT_LOT.c.kind == "labtest", EVENT.c.corrected.is_(None))
    .order_by(EVENT.c.entry.desc(), EVENT.c.position.desc())
    .limit(1)
)
_MADE_FROM = Prepared(
    select(EVENT_LOT.c.lot).where(
        EVENT_LOT.c.entry == bindparam("entry"),
        EVENT_LOT.c.position == bindparam("position"),
        EVENT_LOT.c.side == "in",
    )
)
_RECEIVED = Prepared(
    select(MOVE.c.entry)
    .join(EVENT, and_(EVENT.c.entry == MOVE.c.entry, EVENT.c.position == MOVE.c.position))
    .where(MOVE.c.lot == _LOT, EVENT.c.corrected.is_(None), MOVE.c.kind != "return")
    .limit(1)
)
_SEALED = Prepared(select(SEALED.c.record).where(SEALED.c.cid == bindparam("cid")))
_NEWEST_SCANS = Prepared(select(func.max(RECORD.c.entry)).where(RECORD.c.kind == "scans"))


class View:
    """Looks into the rows; the writer's transaction sees its own changes."""

    def __init__(self, tx: Connection) -> None:
        self.database = Database(tx)

    def facility(self, uri: str) -> Facility | None:
        """Return a facility by its id."""
        row = self.database.first(_FACILITY, id=uri)
        return Facility(*row) if row else None

    def zone(self, uri: str) -> Zone | None:
        """Return a zone by its id, with the producer of its facility."""
        row = self.database.first(_ZONE, id=uri)
        return Zone(*row) if row else None

    def product(self, uri: str) -> Product | None:
        """Return a product by its id."""
        row = self.database.first(_PRODUCT, id=uri)
        return Product(*row) if row else None

    def product_of_gtin(self, gtin: str) -> Product | None:
        """Return a product by its GTIN."""
        row = self.database.first(_GTIN, gtin=gtin)
        return Product(*row) if row else None

    def lot(self, uri: str) -> Lot | None:
        """Return a lot that an entry named."""
        row = self.database.first(_LOT_ROW, lot=uri)
        return Lot(*row) if row else None

    def roll(self, number: int) -> Roll | None:
        """Return a roll by its number."""
        row = self.database.first(_ROLL, number=number)
        return Roll(*row) if row else None

    def camera(self, uri: str) -> Camera | None:
        """Return a camera by its id."""
        row = self.database.first(_CAMERA, id=uri)
        return Camera(*row) if row else None

    def records(self, uri: str) -> list[Known]:
        """Return the plain records with this id, the oldest first."""
        return [Known(*row) for row in self.database.all(_RECORDS, id=uri)]

    def event(self, event_id: str) -> Logged | None:
        """Return an event by its id."""
        row = self.database.first(_EVENT, id=event_id)
        return Logged(*row) if row else None

    def violation(self, uri: str) -> Violation | None:
        """Return a suspicion by its id."""
        row = self.database.first(_VIOLATION, id=uri)
        return Violation(*row) if row else None

    def bound(self, roll: int, first: int, last: int) -> list[Span]:
        """Return the bindings in force of stamps in a range."""
        return [
            Span(*r) for r in self.database.all(_OVERLAP, roll=roll, first=first, last=last)
        ]

    def voids(self, roll: int, first: int, last: int) -> list[tuple[int, int]]:
        """Return the void spans that touch a range, in order; they do not overlap."""
        found = self.database.all(_VOIDS, roll=roll, first=first, last=last)
        return [(first, last) for first, last in found]

    def received(self, lot: str, producer: str, *, unowned: bool) -> bool:
        """Say whether a lot was shipped to a producer.

        Of a lot that nobody here made (`unowned`) its own acceptance or arrival is enough.
        """
        found = self.database.first(_SHIPPED_TO, lot=lot, producer=producer, unowned=unowned)
        return found is not None

    def received_by_anyone(self, lot: str) -> bool:
        """Say whether anybody said that a lot was shipped, came in or was accepted."""
        return self.database.first(_RECEIVED, lot=lot) is not None

    def sealed_by(self, cid: str) -> str | None:
        """Return the id of the first record that named a sealed blob."""
        row = self.database.first(_SEALED, cid=cid)
        return row[0] if row else None

    def newest_test(self, lot: str) -> str | None:
        """Return the disposition of the newest laboratory test of a lot."""
        row = self.database.first(_NEWEST_TEST, lot=lot)
        return row[0] if row else None

    def made_from(self, lot: Lot) -> list[str]:
        """Return the inputs of the packaging that made a lot."""
        if lot.packed is None or lot.position is None:
            return []
        found = self.database.all(_MADE_FROM, entry=lot.packed, position=lot.position)
        return [uri for (uri,) in found]

    def newest_scans(self) -> int:
        """Return the index of the newest `scans` entry, -1 without any."""
        row = self.database.first(_NEWEST_SCANS)
        return -1 if row is None or row[0] is None else int(row[0])
