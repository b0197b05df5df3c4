"""What is anchored, for those who read: rows only, the chain is never asked.

`ledger/anchor/watch.py` keeps the rows equal to the chain.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, Row, func, select
from sqlmodel import col

from ledger.store import db
from ledger.store.anchor_rows import (
    Anchor,
    AnchorTx,
    ChainIdentity,
    ChainIncident,
    ChainStatus,
)

PAGE = 100


@dataclass(frozen=True, slots=True)
class AnchorRow:
    """A head in a block of the chain; `final` once that block cannot go away."""

    size: int
    root: bytes
    note_hash: bytes
    block: int
    block_hash: bytes
    tx: bytes
    time_ms: int
    final: bool

    def to_json(self) -> dict[str, Any]:
        """Return the row as formats give it: chain values as 0x lower-case hex."""
        return {
            "size": self.size,
            "root": hexed(self.root),
            "noteHash": hexed(self.note_hash),
            "block": self.block,
            "blockHash": hexed(self.block_hash),
            "tx": hexed(self.tx),
            "time": _time(self.time_ms),
            "final": self.final,
        }


@dataclass(frozen=True, slots=True)
class Identity:
    """The chain and contract that anchor this log, and the log's id there."""

    chain_id: int
    genesis: bytes
    contract: str
    origin_id: bytes
    first_block: int
    independent: bool

    def to_json(self) -> dict[str, Any]:
        """Return the members that `/anchors` and a dossier's `chain` share."""
        return {
            "chainId": self.chain_id,
            "genesis": hexed(self.genesis),
            "contract": self.contract,
            "originId": hexed(self.origin_id),
            "independent": self.independent,
        }


@dataclass(frozen=True, slots=True)
class Incident:
    """Something about the chain that readers must be able to see."""

    at_ms: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Lag:
    """How far anchoring is behind, and why.

    `failed_ms` is set while the chain is unwell, with the refusal's `code` and `text`;
    `waiting` counts transactions that no block has yet.
    """

    newest: AnchorRow | None
    waiting: int
    ok_ms: int | None
    failed_ms: int | None
    code: str | None
    text: str | None


def anchors(engine: Engine, before: int | None = None, limit: int = PAGE) -> list[AnchorRow]:
    """Return anchors of a size below `before`, largest first."""
    query = select(Anchor).order_by(col(Anchor.size).desc()).limit(limit)
    if before is not None:
        query = query.where(col(Anchor.size) < before)
    with db.read(engine) as tx:
        return [_anchor(row) for row in tx.execute(query)]


def newest_final(engine: Engine, at_most_size: int) -> AnchorRow | None:
    """Return the largest final anchor of at most that size."""
    query = (
        select(Anchor)
        .where(col(Anchor.final), col(Anchor.size) <= at_most_size)
        .order_by(col(Anchor.size).desc())
        .limit(1)
    )
    with db.read(engine) as tx:
        row = tx.execute(query).one_or_none()
    return None if row is None else _anchor(row)


def at(engine: Engine, size: int) -> AnchorRow | None:
    """Return the anchor of exactly that size."""
    with db.read(engine) as tx:
        row = tx.execute(select(Anchor).where(col(Anchor.size) == size)).one_or_none()
    return None if row is None else _anchor(row)


def identity(engine: Engine) -> Identity | None:
    """Return where this log is anchored; None before the first contact with a chain."""
    query = (
        select(ChainIdentity)
        .where(col(ChainIdentity.lost_ms).is_(None))
        .order_by(col(ChainIdentity.id).desc())
        .limit(1)
    )
    with db.read(engine) as tx:
        row = tx.execute(query).one_or_none()
    if row is None:
        return None
    return Identity(
        chain_id=row.chain_id,
        genesis=row.genesis,
        contract=row.contract,
        origin_id=row.origin_id,
        first_block=row.first_block,
        independent=row.independent,
    )


def incidents(engine: Engine, limit: int = PAGE) -> list[Incident]:
    """Return incidents, newest first."""
    query = select(ChainIncident).order_by(col(ChainIncident.id).desc()).limit(limit)
    with db.read(engine) as tx:
        return [Incident(row.at_ms, row.kind, row.text) for row in tx.execute(query)]


def lag(engine: Engine) -> Lag:
    """Say how far anchoring is behind."""
    newest = anchors(engine, limit=1)
    waiting = select(func.count()).where(col(AnchorTx.state) == "waiting")
    with db.read(engine) as tx:
        count = tx.execute(waiting).scalar_one()
        row = tx.execute(select(ChainStatus)).one_or_none()
    status = (row.ok_ms, row.failed_ms, row.code, row.text) if row else (None,) * 4
    return Lag(newest[0] if newest else None, count, *status)


def page(engine: Engine, before: int | None = None) -> dict[str, Any]:
    """Return the body of `GET /anchors`; the chain's members are null before it is known."""
    known = identity(engine)
    names = ("chainId", "genesis", "contract", "originId")
    chain = known.to_json() if known else {**dict.fromkeys(names), "independent": False}
    return {**chain, "anchors": [row.to_json() for row in anchors(engine, before)]}


def hexed(data: bytes) -> str:
    """Print bytes as the chain's tools do."""
    return f"0x{data.hex()}"


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _anchor(row: Row[Any]) -> AnchorRow:
    return AnchorRow(
        size=row.size,
        root=row.root,
        note_hash=row.note_hash,
        block=row.block,
        block_hash=row.block_hash,
        tx=row.tx,
        time_ms=row.time_ms,
        final=row.final,
    )
