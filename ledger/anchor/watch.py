"""Keeps the anchor rows equal to the chain: receipts, reorganised blocks, finality.

A row is there only while its block is part of the chain, and final only when the block is. What
the chain took back goes to the outbox again; a final anchor that is gone is an incident.
"""

from itertools import groupby

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlmodel import col

from ledger.store import db
from ledger.store.anchor_rows import Anchor

from . import incidents, outbox
from .chain import ChainClient, Receipt
from .contract import Anchored, AnchorLog
from .history import AnchorRow, Identity, anchors

PATIENCE_MS = 60_000  # a node may count a transaction before it can show the receipt


def look(
    engine: Engine, chain: ChainClient, address: str, confirmations: int, now_ms: int
) -> None:
    """Ask what became of our transactions and write it down; raises `ChainError`.

    `confirmations` blocks on top make a block final where the chain has no `finalized` tag.
    """
    receipts(engine, chain, address, now_ms)
    _reorganised(engine, chain, now_ms)
    _finality(engine, chain, confirmations)


def receipts(engine: Engine, chain: ChainClient, address: str, now_ms: int) -> None:
    """Settle the transactions that a block has by now, and reopen those that lost theirs."""
    mined = chain.nonce(address)
    with db.write(engine) as tx:
        if outbox.reopen(tx, mined):
            incidents.record(
                tx, now_ms, "reorg", f"transactions from nonce {mined} on left the chain"
            )
    for nonce, attempts in groupby(outbox.waiting(engine), key=lambda sent: sent.nonce):
        if nonce < mined:
            _receipt(engine, chain, list(attempts), now_ms)


def adopt(engine: Engine, contract: AnchorLog, found: Anchored) -> None:
    """Write the row of an anchor that stands on the chain, whoever sent it."""
    block = contract.chain.block(found.block)
    if block is None or block.hash != found.block_hash:
        return  # it moved while we looked; the next look finds it
    with db.write(engine) as tx:
        _put(tx, _row(outbox.Head(found.size, found.root, found.note_hash), found, block.time))


def replay(engine: Engine, contract: AnchorLog, identity: Identity) -> int:
    """Rebuild the rows from the contract's events alone; return how many it has."""
    head = contract.chain.head().number
    found = contract.anchored(identity.origin_id, identity.first_block, head)
    for event in found:
        adopt(engine, contract, event)
    return len(found)


def _receipt(
    engine: Engine, chain: ChainClient, attempts: list[outbox.Sent], now_ms: int
) -> None:
    nonce = attempts[0].nonce
    for sent in attempts:
        if (receipt := chain.receipt(sent.tx)) is not None:
            _mined(engine, chain, sent, receipt, now_ms)
            return
    if now_ms - max(sent.made_ms for sent in attempts) > PATIENCE_MS:
        with db.write(engine) as tx:
            outbox.settle(tx, nonce, None, "replaced")
            text = f"a transaction that is not ours used nonce {nonce} of the anchor key"
            incidents.record(tx, now_ms, "foreign-transaction", text)


def _mined(
    engine: Engine, chain: ChainClient, sent: outbox.Sent, receipt: Receipt, now_ms: int
) -> None:
    block = chain.block(receipt.block)
    if block is None or block.hash != receipt.block_hash:
        return  # the chain moved between two questions; ask again at the next look
    with db.write(engine) as tx:
        outbox.settle(tx, sent.nonce, sent.tx, "mined" if receipt.succeeded else "failed")
        if not receipt.succeeded:
            text = f"{sent.kind} in block {receipt.block} was mined but failed"
            incidents.record(tx, now_ms, "mined-but-failed", text)
        elif sent.head is not None:
            _put(tx, _row(sent.head, receipt, block.time))


def _reorganised(engine: Engine, chain: ChainClient, now_ms: int) -> None:
    """Compare each row that is not final, and the final ones until the newest holds."""
    for row in _open(engine):
        if not _stands(chain, row):
            _moved(engine, chain, row, now_ms)
    before = None
    while final := _newest_final(engine, before):
        if _stands(chain, final):
            return
        _moved(engine, chain, final, now_ms)
        before = final.size


def _stands(chain: ChainClient, row: AnchorRow) -> bool:
    block = chain.block(row.block)
    return block is not None and block.hash == row.block_hash


def _moved(engine: Engine, chain: ChainClient, row: AnchorRow, now_ms: int) -> None:
    """Follow an anchor into its new block, or take its row back."""
    receipt = chain.receipt(row.tx)
    block = chain.block(receipt.block) if receipt else None
    with db.write(engine) as tx:
        tx.execute(delete(Anchor).where(col(Anchor.size) == row.size))
        kind = "final-anchor-lost" if row.final else "reorg"
        text = f"anchor of {row.size} entries is no longer in block {row.block}"
        incidents.record(tx, now_ms, kind, text)
        if receipt and block and receipt.succeeded and block.hash == receipt.block_hash:
            _put(tx, _row(outbox.Head(row.size, row.root, row.note_hash), receipt, block.time))


def _finality(engine: Engine, chain: ChainClient, confirmations: int) -> None:
    rows = _open(engine)
    if not rows:
        return
    tagged = chain.finalized()
    final = tagged.number if tagged else chain.head().number - confirmations
    with db.write(engine) as tx:
        for row in rows:
            if row.block <= final:
                tx.execute(
                    update(Anchor).where(col(Anchor.size) == row.size).values(final=True)
                )
                outbox.forget_through(tx, row.tx)


def _open(engine: Engine) -> list[AnchorRow]:
    return [row for row in anchors(engine) if not row.final][::-1]


def _newest_final(engine: Engine, before: int | None) -> AnchorRow | None:
    return next((row for row in anchors(engine, before) if row.final), None)


def _row(head: outbox.Head, place: Receipt | Anchored, time_s: int) -> AnchorRow:
    return AnchorRow(
        size=head.size,
        root=head.root,
        note_hash=head.note_hash,
        block=place.block,
        block_hash=place.block_hash,
        tx=place.tx,
        time_ms=time_s * 1000,
        final=False,
    )


def _put(tx: Connection, row: AnchorRow) -> None:
    """Write a row once; the same anchor seen twice is one row, and it keeps its finality."""
    here = select(col(Anchor.size)).where(
        col(Anchor.size) == row.size, col(Anchor.block_hash) == row.block_hash
    )
    if tx.execute(here).first() is not None:
        return
    tx.execute(delete(Anchor).where(col(Anchor.size) == row.size))
    values = {name: getattr(row, name) for name in AnchorRow.__slots__}
    tx.execute(insert(Anchor).values(values))
