"""Rows about keys, parties, places, facilities, zones, products and plain records at large.

Derived: dropped and made again from the log by `nguon rebuild`. `entry` is the index of the
entry that a row stands for, the newest where a record was said again.
"""

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel


class KeyRow(SQLModel, table=True):
    """A key as the entries so far leave it; lists are separated by spaces."""

    __tablename__ = "key"

    kid: bytes = Field(primary_key=True)
    key: bytes  # COSE_Key
    holder: str = Field(index=True)
    name: str | None
    roles: str
    place: str
    start: int = Field(sa_type=BigInteger, unique=True)
    until: int | None = Field(sa_type=BigInteger)
    compromised_since: int | None = Field(sa_type=BigInteger)
    entries: str
    replaced: bool
    signer: bytes


class RecordRow(SQLModel, table=True):
    """A plain record: the newest of one kind, id and holder."""

    __tablename__ = "record"
    __table_args__ = (
        Index("record_about", "about", "kind"),
        Index("record_facility", "facility", "kind"),
        Index("record_entry", "kind", "entry"),
    )

    id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    holder: str = Field(primary_key=True)
    entry: int = Field(sa_type=BigInteger)
    first: int = Field(sa_type=BigInteger)  # index of the oldest of them
    about: str | None  # the thing, record or product that it speaks of
    facility: str | None
    state: str | None  # verdict, ruling, proposed list, scheme: what lists are filtered by
    time_ms: int | None = Field(sa_type=BigInteger)  # claimed time, start of validity
    until: str | None  # last day of validity
    confirmed: bool  # signed by an authority


class PartyRow(SQLModel, table=True):
    """An organisation or office."""

    __tablename__ = "party"

    id: str = Field(primary_key=True)
    kind: str
    name: str
    standing: str | None
    place: str
    entry: int = Field(sa_type=BigInteger)


class PlaceRow(SQLModel, table=True):
    """A place of the tree of places."""

    __tablename__ = "place"

    id: str = Field(primary_key=True)
    level: str
    name: str
    parent: str | None
    entry: int = Field(sa_type=BigInteger)


class FacilityRow(SQLModel, table=True):
    """Premises of one producer."""

    __tablename__ = "facility"

    id: str = Field(primary_key=True)
    producer: str = Field(index=True)
    name: str
    place: str
    cluster: str | None
    entry: int = Field(sa_type=BigInteger)


class ZoneRow(SQLModel, table=True):
    """A zone of a facility."""

    __tablename__ = "zone"

    id: str = Field(primary_key=True)
    facility: str = Field(index=True)
    kind: str
    name: str | None
    required: bool
    entry: int = Field(sa_type=BigInteger)


class ProductRow(SQLModel, table=True):
    """A product of one maker."""

    __tablename__ = "product"

    id: str = Field(primary_key=True)
    maker: str = Field(index=True)
    gtin: str | None = Field(unique=True)
    name: str
    entry: int = Field(sa_type=BigInteger)


class ListingRow(SQLModel, table=True):
    """A facility on one of the lists, by decision."""

    __tablename__ = "listing"

    facility: str = Field(primary_key=True)
    list: str = Field(primary_key=True)
    entry: int = Field(sa_type=BigInteger)
    until: str | None
