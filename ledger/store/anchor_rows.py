"""Rows about the chain: what it was asked, what it keeps, and what went wrong with it.

They can be had again from the chain, all but the incidents. Numbers of wei fit 63 bits.
"""

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class ChainIdentity(SQLModel, table=True):
    """A chain that this log is, or was, anchored on; at most one is not lost."""

    __tablename__ = "chain_identity"

    id: int | None = Field(default=None, primary_key=True)
    chain_id: int = Field(sa_type=BigInteger)
    genesis: bytes  # hash of block 0
    contract: str  # 0x and 40 lower-case hex digits
    origin: str
    origin_id: bytes
    first_block: int = Field(sa_type=BigInteger)  # no event of ours stands below it
    independent: bool  # false for the embedded chain
    since_ms: int = Field(sa_type=BigInteger)
    lost_ms: int | None = Field(default=None, sa_type=BigInteger)


class Anchor(SQLModel, table=True):
    """A head that stands in a block of the chain as it is now."""

    __tablename__ = "anchor"

    size: int = Field(primary_key=True, sa_type=BigInteger)
    root: bytes
    note_hash: bytes
    block: int = Field(sa_type=BigInteger)
    block_hash: bytes
    tx: bytes
    time_ms: int = Field(sa_type=BigInteger)  # the block's own claim
    final: bool


class AnchorTx(SQLModel, table=True):
    """A signed transaction, kept before it is sent and until its nonce is final.

    Several may share a nonce: replacements, of which a block takes one.
    """

    __tablename__ = "anchor_tx"

    id: int | None = Field(default=None, primary_key=True)
    chain_id: int = Field(sa_type=BigInteger)
    nonce: int = Field(index=True, sa_type=BigInteger)
    kind: str  # deploy, register, anchor
    size: int | None = Field(default=None, sa_type=BigInteger)
    root: bytes | None = None
    note_hash: bytes | None = None
    tx: bytes = Field(unique=True)
    raw: bytes
    max_fee: int = Field(sa_type=BigInteger)  # wei per gas
    tip: int = Field(sa_type=BigInteger)
    made_ms: int = Field(sa_type=BigInteger)
    sent_ms: int | None = Field(default=None, sa_type=BigInteger)  # last time a node took it
    state: str  # waiting, mined, failed, replaced


class ChainIncident(SQLModel, table=True):
    """Something about the chain that a reader of the pages must be able to see."""

    __tablename__ = "chain_incident"

    id: int | None = Field(default=None, primary_key=True)
    at_ms: int = Field(sa_type=BigInteger)
    kind: str
    text: str


class ChainStatus(SQLModel, table=True):
    """How the last look at the chain went; one row, id 1."""

    __tablename__ = "chain_status"

    id: int = Field(primary_key=True)
    ok_ms: int | None = Field(default=None, sa_type=BigInteger)  # last look that found it well
    failed_ms: int | None = Field(default=None, sa_type=BigInteger)  # set while it is unwell
    code: str | None = None
    text: str | None = None
