"""Transactions of the anchor key: written down, then sent until a block has one.

There is one sender for a key and one nonce at a time. A nonce may have several transactions,
since a replacement asks for the same place with higher fees; a block takes one of them.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update
from sqlmodel import col

from ledger.store import db
from ledger.store.anchor_rows import AnchorTx

from .chain import ChainClient
from .errors import NonceUsedError
from .wallet import AnchorKey, Fees, Transaction


@dataclass(frozen=True, slots=True)
class Head:
    """What an anchor says: a tree head and the SHA-256 of the note that promised it."""

    size: int
    root: bytes
    note_hash: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """What a transaction is to do; `head` for an anchor, `to` None for a deployment."""

    kind: str
    to: str | None
    data: bytes
    gas: int
    head: Head | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A transaction of ours as it is kept."""

    nonce: int
    kind: str
    head: Head | None
    tx: bytes
    raw: bytes
    fees: Fees
    made_ms: int
    sent_ms: int | None


def waiting(engine: Engine) -> list[Sent]:
    """Return what no block has yet: the lowest nonce first, its newest attempt first."""
    query = (
        select(AnchorTx)
        .where(col(AnchorTx.state) == "waiting")
        .order_by(col(AnchorTx.nonce), col(AnchorTx.id).desc())
    )
    with db.read(engine) as tx:
        return [_sent(row) for row in tx.execute(query)]


def newest(engine: Engine, kind: str) -> Sent | None:
    """Return the newest transaction of a kind, whatever became of it."""
    query = (
        select(AnchorTx)
        .where(col(AnchorTx.kind) == kind)
        .order_by(col(AnchorTx.id).desc())
        .limit(1)
    )
    with db.read(engine) as tx:
        row = tx.execute(query).one_or_none()
    return None if row is None else _sent(row)


def write(
    engine: Engine, key: AnchorKey, transaction: Transaction, draft: Draft, now_ms: int
) -> Sent:
    """Sign a transaction and keep it; it is durable before anybody sees it."""
    raw, tx_hash = key.sign(transaction)
    head = draft.head
    row = {
        "chain_id": transaction.chain_id,
        "nonce": transaction.nonce,
        "kind": draft.kind,
        "size": head and head.size,
        "root": head and head.root,
        "note_hash": head and head.note_hash,
        "tx": tx_hash,
        "raw": raw,
        "max_fee": transaction.fees.max_fee,
        "tip": transaction.fees.tip,
        "made_ms": now_ms,
        "state": "waiting",
    }
    with db.write(engine) as tx:
        tx.execute(insert(AnchorTx).values(row))
    return Sent(
        transaction.nonce, draft.kind, head, tx_hash, raw, transaction.fees, now_ms, None
    )


def send(engine: Engine, chain: ChainClient, sent: Sent, now_ms: int) -> None:
    """Hand a kept transaction to the node; raise what `ChainClient.send` raises.

    A used nonce is no failure: the next look at the receipts tells who used it.
    """
    try:
        chain.send(sent.raw)
    except NonceUsedError:
        return
    with db.write(engine) as tx:
        tx.execute(update(AnchorTx).where(col(AnchorTx.tx) == sent.tx).values(sent_ms=now_ms))


def settle(tx: Connection, nonce: int, mined: bytes | None, state: str) -> None:
    """Give `state` to the transaction of a nonce that was mined; the others are replaced."""
    here = col(AnchorTx.nonce) == nonce
    tx.execute(update(AnchorTx).where(here).values(state="replaced"))
    if mined is not None:
        tx.execute(update(AnchorTx).where(col(AnchorTx.tx) == mined).values(state=state))


def drop(tx: Connection) -> None:
    """Give up what waits, so that it is made anew from what the chain says now."""
    waits = col(AnchorTx.state) == "waiting"
    tx.execute(update(AnchorTx).where(waits).values(state="replaced"))


def reopen(tx: Connection, first_nonce: int) -> int:
    """Wait again for what a block had from `first_nonce` on; return how many rows."""
    gone = (col(AnchorTx.nonce) >= first_nonce) & col(AnchorTx.state).in_(("mined", "failed"))
    nonces = select(col(AnchorTx.nonce)).where(gone)
    here = update(AnchorTx).where(col(AnchorTx.nonce).in_(nonces))
    return tx.execute(here.values(state="waiting", sent_ms=None)).rowcount


def forget_other_chains(tx: Connection, chain_id: int) -> None:
    """Delete what was signed for another chain: no node of this one would take it."""
    tx.execute(delete(AnchorTx).where(col(AnchorTx.chain_id) != chain_id))


def forget_through(tx: Connection, mined: bytes) -> None:
    """Delete everything up to the nonce of a transaction that is final."""
    nonce = select(col(AnchorTx.nonce)).where(col(AnchorTx.tx) == mined).scalar_subquery()
    tx.execute(delete(AnchorTx).where(col(AnchorTx.nonce) <= nonce))


def _sent(row: Row[Any]) -> Sent:
    head = Head(row.size, row.root, row.note_hash) if row.kind == "anchor" else None
    fees = Fees(row.max_fee, row.tip)
    return Sent(row.nonce, row.kind, head, row.tx, row.raw, fees, row.made_ms, row.sent_ms)
