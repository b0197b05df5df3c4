"""What went wrong with the chain, written down once each time it begins."""

from sqlalchemy import Connection, insert, select
from sqlmodel import col

from ledger.store.anchor_rows import ChainIncident


def record(tx: Connection, now_ms: int, kind: str, text: str) -> None:
    """Write an incident, unless the newest of its kind says the same: a state is one."""
    newest = tx.execute(
        select(col(ChainIncident.text))
        .where(col(ChainIncident.kind) == kind)
        .order_by(col(ChainIncident.id).desc())
        .limit(1)
    ).scalar()
    if newest != text:
        tx.execute(insert(ChainIncident).values(at_ms=now_ms, kind=kind, text=text))
