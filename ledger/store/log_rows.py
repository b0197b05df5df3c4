"""Rows that wait for the log, and the index of what is in it.

The truth is on disk: tiles, bundles and the lock database. A job that is lost here was never
acknowledged or is in the log; `entry` is made again from the bundles by `nguon rebuild`.
"""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary
from sqlmodel import Field, SQLModel

ROW_NUMBER = BigInteger().with_variant(Integer, "sqlite")  # there the row's own number


class JobRow(SQLModel, table=True):
    """One `POST /capture`: what was handed in until the log has it, then what became of it."""

    __tablename__ = "job"

    number: int | None = Field(default=None, primary_key=True)  # order of arrival
    id: str = Field(unique=True)  # what the Location header names
    created_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
    rollback: bool
    size: int  # number of statements
    waiting: bool = Field(index=True)
    statements: bytes | None = Field(
        default=None, sa_column=Column(LargeBinary)
    )  # CBOR sequence
    refused: str  # JSON: {position: [code, status, detail]} by the door
    result: str | None = None  # JSON: see queue.finish; null while it waits


class KeyBytesRow(SQLModel, table=True):
    """A public key that a statement past the door brought; the fold says what it may sign."""

    __tablename__ = "key_bytes"

    kid: bytes = Field(primary_key=True)  # the thumbprint: no other key can stand here
    key: bytes  # COSE_Key


class EntryRow(SQLModel, table=True):
    """One entry of the log, by index; `effect` is null, or the code of the rule it breaks."""

    __tablename__ = "entry"

    index: int = Field(sa_column=Column(ROW_NUMBER, primary_key=True, autoincrement=False))
    identity: bytes | None = Field(default=None, unique=True)  # null: not the first of its kind
    kind: str = Field(index=True)
    issuer: str
    kid: bytes
    sub: str = Field(index=True)
    iat: int = Field(sa_column=Column(BigInteger, nullable=False))
    effect: str | None = None


class DueRow(SQLModel, table=True):
    """A task to be done once, not before `due_ms`; written together with its cause."""

    __tablename__ = "due"

    id: int | None = Field(default=None, primary_key=True)
    task: str
    key: str = Field(unique=True)  # the same cause gives one row
    due_ms: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    tries: int = 0
    last_error: str | None = None
