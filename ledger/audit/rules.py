"""The rules of all kinds replayed over a log, in rows of memory: which entries have no effect?

This is the writer's own fold, so that a rebuilt database and an audit say the same. What is
sealed cannot be read here and is not rechecked.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, select
from sqlalchemy.pool import StaticPool
from sqlmodel import create_engine

from attest.log import merkle
from ledger import kinds
from ledger.log.fold import ENTRIES, Fold
from ledger.store import db, derived_rows

from .report import Report

CHUNK = 1_000


class Replay:
    """A fold into a database of its own; hand it every entry in order, then `close`."""

    def __init__(self, origin: str, nodes: merkle.Nodes, report: Report) -> None:
        self._engine = scratch()
        self._report = report
        self._fold = Fold(origin, lambda size: merkle.tree_root(size, nodes), kinds)
        self._waiting: list[tuple[int, bytes]] = []

    def take(self, index: int, data: bytes) -> None:
        """Replay one entry."""
        self._waiting.append((index, data))
        if len(self._waiting) >= CHUNK:
            self._flush()

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return all rows that the log makes, to be compared."""
        self._flush()
        with db.read(self._engine) as tx:
            return dump(tx)

    def close(self) -> None:
        """Replay the rest and let the rows go."""
        self._flush()
        self._engine.dispose()

    def _flush(self) -> None:
        with db.write(self._engine) as tx:
            for index, data in self._waiting:
                self._report.count("rules replayed")
                if code := self._fold.replay(tx, index, data):
                    self._report.find("rule", code, "this entry has no effect", index)
        self._waiting.clear()


@contextmanager
def replaying(origin: str, nodes: merkle.Nodes, report: Report) -> Iterator[Replay]:
    """Replay within a block."""
    replay = Replay(origin, nodes, report)
    try:
        yield replay
    finally:
        replay.close()


def scratch() -> Engine:
    """Open a database that lives in memory, for one thread."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    db.prepare(engine)
    db.create_tables(engine)
    return engine


def dump(tx: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Return the entries' rows and all derived rows, each table sorted by its primary key."""
    entries = [tuple(row) for row in tx.execute(select(ENTRIES).order_by(ENTRIES.c.index))]
    return {"entry": entries, **derived_rows.dump(tx)}
