"""Tasks that are rows: written with their cause, done by `nguon work`, once, or tried again.

The row is the truth (decision D10): a stop between doing and deleting does the task again, so
each task must be repeatable.
"""

import logging
from collections.abc import Callable, Mapping

from sqlalchemy import Connection, Engine, delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from ledger.store import db
from ledger.store.derived_rows import table
from ledger.store.log_rows import DueRow

log = logging.getLogger(__name__)

DUE = table(DueRow)
FIRST_PAUSE_MS = 5_000
LONGEST_PAUSE_MS = 3_600_000
AT_ONCE = 10  # tasks before the caller looks elsewhere
Task = Callable[[Engine, str, int], None]
"""Does a task: gets the engine, the row's key and the time in ms UTC."""


def plan(tx: Connection, task: str, key: str, due_ms: int) -> None:
    """Write a task down; the same key again is the same row."""
    dialect = postgres_insert if tx.dialect.name == "postgresql" else sqlite_insert
    row = {"task": task, "key": key, "due_ms": due_ms, "tries": 0}
    tx.execute(dialect(DUE).values(row).on_conflict_do_nothing())


def do(engine: Engine, tasks: Mapping[str, Task], now_ms: int) -> int:
    """Do what is due, oldest first, and return how many; one that raises is tried later."""
    query = select(DUE).where(DUE.c.due_ms <= now_ms).order_by(DUE.c.due_ms).limit(AT_ONCE)
    with db.read(engine) as tx:
        rows = tx.execute(query).all()
    done = 0
    for row in rows:
        try:
            tasks[row.task](engine, row.key, now_ms)
        except Exception as e:  # the outermost loop of tasks
            log.exception("task failed", extra={"task": row.task, "key": row.key})
            _later(engine, row.id, row.tries, now_ms, f"{type(e).__name__}: {e}")
        else:
            with db.write(engine) as tx:
                tx.execute(delete(DUE).where(DUE.c.id == row.id))
            done += 1
    return done


def is_planned(tx: Connection, key: str) -> bool:
    """Say whether a task with this key waits."""
    return tx.execute(select(DUE.c.id).where(DUE.c.key == key)).first() is not None


def _later(engine: Engine, row_id: int, tries: int, now_ms: int, reason: str) -> None:
    pause = min(FIRST_PAUSE_MS * 2**tries, LONGEST_PAUSE_MS)
    values = {"tries": tries + 1, "due_ms": now_ms + pause, "last_error": reason[:500]}
    with db.write(engine) as tx:
        tx.execute(update(DUE).where(DUE.c.id == row_id).values(values))
