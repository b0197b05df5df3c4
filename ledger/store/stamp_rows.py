"""Rows about stamps: rolls, ranges bound to lots, and void stamps; never one row a stamp.

Derived: dropped and made again from the log by `nguon rebuild`.
"""

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel


class RollRow(SQLModel, table=True):
    """A roll as its first entry has it."""

    __tablename__ = "roll"

    number: int = Field(primary_key=True)
    uri: str
    printer: str
    producer: str = Field(index=True)
    product: str | None
    count: int
    root: bytes
    entry: int = Field(sa_type=BigInteger)


class RangeRow(SQLModel, table=True):
    """Stamps `first` to `last` bound to a lot; a corrected binding stays visible."""

    __tablename__ = "stamp_range"
    __table_args__ = (
        Index("stamp_range_roll", "roll", "first"),
        Index("stamp_range_lot", "lot"),
    )

    entry: int = Field(primary_key=True, sa_type=BigInteger)
    position: int = Field(primary_key=True)
    roll: int
    first: int
    last: int
    lot: str
    corrected: int | None = Field(sa_type=BigInteger)


class VoidRow(SQLModel, table=True):
    """Void stamps; rows of one roll do not overlap, and the oldest entry stands."""

    __tablename__ = "stamp_void"

    roll: int = Field(primary_key=True)
    first: int = Field(primary_key=True)
    last: int
    entry: int = Field(sa_type=BigInteger)
