"""Rows about cameras, their footage and their suspicions.

Derived: dropped and made again from the log by `nguon rebuild`.
"""

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel


class CameraRow(SQLModel, table=True):
    """A camera as its newest entry has it; `next_seq` is what its next minute must have."""

    __tablename__ = "camera"

    id: str = Field(primary_key=True)
    zone: str = Field(index=True)
    facility: str = Field(index=True)
    node: str
    up: bool
    entry: int = Field(sa_type=BigInteger)
    next_seq: int = Field(sa_type=BigInteger)


class FootageRow(SQLModel, table=True):
    """A minute of a camera, in the zone where it hung then."""

    __tablename__ = "footage"
    __table_args__ = (
        Index("footage_zone", "zone", "start_ms"),
        Index("footage_camera", "camera", "start_ms"),
    )

    camera: str = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    entry: int = Field(sa_type=BigInteger, unique=True)
    node: str
    zone: str
    start_ms: int = Field(sa_type=BigInteger)
    end_ms: int = Field(sa_type=BigInteger)
    manifest: str  # CID
    digest: bytes  # SHA-256 of the manifest
    recorded_ms: int | None = Field(sa_type=BigInteger)
    gaps: str | None  # JSON as in the entry


class ViolationRow(SQLModel, table=True):
    """A suspicion; `ruling` is the newest decision's, null while it is open."""

    __tablename__ = "violation"

    id: str = Field(primary_key=True)
    camera: str = Field(index=True)
    facility: str = Field(index=True)
    zone: str
    at_ms: int = Field(sa_type=BigInteger)
    entry: int = Field(sa_type=BigInteger)
    ruling: str | None
    decision: str | None  # id of that decision
    decided: int | None = Field(sa_type=BigInteger)  # its entry


class SealedRow(SQLModel, table=True):
    """A sealed blob and the first record that named it; a decision may make it public."""

    __tablename__ = "sealed"

    cid: str = Field(primary_key=True)
    record: str = Field(index=True)  # id of the record or event
    entry: int = Field(sa_type=BigInteger)
    public: int | None = Field(sa_type=BigInteger)  # the decision's entry
