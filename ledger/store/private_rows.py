"""Rows about people and their visits: kept apart, never in the log, never rebuilt from it."""

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class CheckRow(SQLModel, table=True):
    """One check of one stamp by one device (formats §5); the device is a keyed hash."""

    __tablename__ = "stamp_check"
    __table_args__ = (Index("stamp_check_by_stamp", "roll", "position", "at_ms"),)

    id: int | None = Field(default=None, primary_key=True)
    roll: int
    position: int  # the stamp's index in its roll
    device: bytes
    at_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
    province: str | None = None


class UploadRow(SQLModel, table=True):
    """Bytes that a key stored as blobs, for its quota; one row per permit."""

    __tablename__ = "upload"
    __table_args__ = (UniqueConstraint("permit"),)

    id: int | None = Field(default=None, primary_key=True)
    permit: bytes  # identity of the permit statement
    kid: bytes = Field(index=True)
    cid: str = Field(index=True)
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    public: bool
    at_ms: int = Field(sa_column=Column(BigInteger, nullable=False))


class LiveRow(SQLModel, table=True):
    """A segment that a camera node sent ahead of its minute; gone once the minute is logged."""

    __tablename__ = "live_segment"
    __table_args__ = (UniqueConstraint("camera", "seq"),)

    id: int | None = Field(default=None, primary_key=True)
    camera: str  # URI
    seq: int
    start_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
    end_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
    cid: str
    statement: bytes
