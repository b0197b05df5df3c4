"""Rows about events and the lots that they name: what genealogy and states are read from.

Derived: dropped and made again from the log by `nguon rebuild`. An event that a correction took
back keeps its row, with `corrected` the index of the correction.
"""

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel


class EventRow(SQLModel, table=True):
    """One EPCIS event; a corrective one has the kind that it corrects."""

    __tablename__ = "event"
    __table_args__ = (
        Index("event_facility", "facility", "kind"),
        Index("event_place", "read_point", "time_ms"),
        Index("event_time", "time_ms"),
    )

    entry: int = Field(primary_key=True, sa_type=BigInteger)
    position: int = Field(primary_key=True)  # in the document's eventList
    event_id: str = Field(unique=True)
    kind: str
    issuer: str
    producer: str | None  # for whom the issuer speaks, where it is a producer's event
    type: str
    time_ms: int = Field(sa_type=BigInteger)
    start_ms: int = Field(sa_type=BigInteger)  # start and end of the work: the step window
    end_ms: int = Field(sa_type=BigInteger)
    step: str | None
    disposition: str | None
    read_point: str | None
    biz_location: str | None
    facility: str | None  # of biz_location or read_point
    digest: bytes | None  # SHA-256 of the event with sorted members, if it can be corrected
    corrected: int | None = Field(sa_type=BigInteger)


class EventLotRow(SQLModel, table=True):
    """A lot in an event: about, in, out, parent or child."""

    __tablename__ = "event_lot"
    __table_args__ = (Index("event_lot_lot", "lot", "kind"),)

    entry: int = Field(primary_key=True, sa_type=BigInteger)
    position: int = Field(primary_key=True)
    line: int = Field(primary_key=True)
    lot: str
    side: str
    kind: str
    quantity: float | None
    uom: str | None


class LotRow(SQLModel, table=True):
    """What counts for a lot now; `hold`, `recall`, `shipped` are the oldest such entries."""

    __tablename__ = "lot"

    uri: str = Field(primary_key=True)
    owner: str | None = Field(index=True)
    product: str | None = Field(index=True)
    first: int = Field(sa_type=BigInteger)  # the entry that named it first
    packed: int | None = Field(sa_type=BigInteger)  # the newest packaging entry
    position: int | None
    packs: int  # pieces made
    stamps: int  # bound and not void
    best_before: str | None
    expiry: str | None
    hold: int | None = Field(sa_type=BigInteger)
    recall: int | None = Field(sa_type=BigInteger)
    shipped: int | None = Field(sa_type=BigInteger)


class PackingRow(SQLModel, table=True):
    """What one packaging event made of one lot."""

    __tablename__ = "packing"
    __table_args__ = (Index("packing_lot", "lot"),)

    entry: int = Field(primary_key=True, sa_type=BigInteger)
    position: int = Field(primary_key=True)
    line: int = Field(primary_key=True)
    lot: str
    packs: int
    product: str | None
    best_before: str | None
    expiry: str | None


class MoveRow(SQLModel, table=True):
    """A lot that was shipped, arrived, was accepted or came back."""

    __tablename__ = "move"
    __table_args__ = (Index("move_lot", "lot", "destination"),)

    entry: int = Field(primary_key=True, sa_type=BigInteger)
    position: int = Field(primary_key=True)
    line: int = Field(primary_key=True)
    kind: str
    lot: str
    source: str | None
    destination: str | None  # the producer, where a facility was named


class BalanceRow(SQLModel, table=True):
    """Input against output of one event in one unit; `over` is an alarm, not a refusal."""

    __tablename__ = "balance"

    entry: int = Field(primary_key=True, sa_type=BigInteger)
    position: int = Field(primary_key=True)
    unit: str = Field(primary_key=True)  # kg or l
    input: float
    output: float
    over: bool
