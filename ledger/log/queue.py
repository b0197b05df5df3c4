"""What was handed in and is not in the log yet: one durable row a request, its answer after.

A row is written before 202 is said and keeps the statements until the log has them; then it
keeps only what became of each, so that every 202 ends as an index or a named refusal.
"""

import json
import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from attest import cbor
from attest.errors import AttestError
from attest.keys import PublicKey
from attest.statement import Statement
from ledger.errors import LedgerError, NotFoundError, Problem, about, item_status
from ledger.store.log_rows import JobRow, KeyBytesRow

JOBS = JobRow.__table__  # type: ignore[attr-defined]  # SQLModel makes it
KEYS = KeyBytesRow.__table__  # type: ignore[attr-defined]
OK, CREATED, ACCEPTED = 200, 201, 202


@dataclass(frozen=True, slots=True)
class Refused:
    """Why one statement is not in the log: code, HTTP status and the words about this one."""

    code: str
    status: int
    detail: str


@dataclass(frozen=True, slots=True)
class Logged:
    """Where a statement is in the log; `known` when it was there before this request."""

    index: int
    known: bool


Outcome = Refused | Logged


@dataclass(frozen=True, slots=True)
class Admitted:
    """A statement past the door, the keys it brings; or why the door refused it."""

    statement: Statement
    brings: PublicKey | None = None
    refusal: Refused | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job that the writer has to do: the statements that passed the door, by position."""

    number: int
    rollback: bool
    size: int
    statements: list[bytes]
    refused: dict[int, Refused]


@dataclass(frozen=True, slots=True)
class JobEntry:
    """An entry with its proof against the newest published checkpoint."""

    index: int
    proof: str


@dataclass(frozen=True, slots=True)
class Job:
    """What became of one request, by position from 0 (formats §6)."""

    running: bool
    outcomes: tuple[Outcome | None, ...]
    entries: tuple[JobEntry | None, ...] = ()

    @property
    def indexes(self) -> list[int]:
        """The indexes that the log gave, in order of position."""
        return [o.index for o in self.outcomes if isinstance(o, Logged)]

    @property
    def refusals(self) -> list[tuple[int, Refused]]:
        """The refused items with their positions."""
        return [(n, o) for n, o in enumerate(self.outcomes) if isinstance(o, Refused)]

    @property
    def success(self) -> bool:
        """No errors."""
        return not self.refusals

    @property
    def answer_status(self) -> int:
        """The HTTP status that answers `Prefer: wait` with this job (formats §6)."""
        if self.running:
            return ACCEPTED
        if len(self.outcomes) == 1 and self.refusals:
            return self.refusals[0][1].status
        new = any(isinstance(o, Logged) and not o.known for o in self.outcomes)
        return CREATED if new and self.success else OK

    def problem(self) -> Problem:
        """The RFC 9457 body for a single statement that was refused."""
        _, refused = self.refusals[0]
        return about(refused.code, refused.status, refused.detail)

    def record(self) -> dict[str, Any]:
        """The JSON of `GET /capture/<id>`."""
        errors = [{"item": n, **about(r.code, r.status, r.detail)} for n, r in self.refusals]
        entries = self.entries or (None,) * len(self.outcomes)
        return {
            "running": self.running,
            "success": self.success,
            "errors": errors,
            "entries": [e and {"index": e.index, "proof": e.proof} for e in entries],
        }


def refused(error: AttestError | LedgerError) -> Refused:
    """Return a refusal as it is kept."""
    return Refused(error.code, item_status(error), str(error))


def enqueue(tx: Connection, items: Sequence[Admitted], rollback: bool) -> str:
    """Keep a request until the log has it, and return the id of its job.

    Under rollback one refusal ends the whole request here, since nothing of it can go on.
    """
    job = secrets.token_urlsafe(16)
    at_door = {n: item.refusal for n, item in enumerate(items) if item.refusal}
    going = [item for item in items if not item.refusal]
    ended = not going or (rollback and bool(at_door))
    row = {
        "id": job,
        "created_ms": time.time_ns() // 1_000_000,
        "rollback": rollback,
        "size": len(items),
        "waiting": not ended,
        "statements": None if ended else b"".join(item.statement.data for item in going),
        "refused": json.dumps({n: [r.code, r.status, r.detail] for n, r in at_door.items()}),
        "result": json.dumps([_cell(at_door.get(n)) for n in range(len(items))])
        if ended
        else None,
    }
    tx.execute(insert(JOBS), [row])
    if not ended:
        bring(tx, (item.brings for item in going if item.brings))
    return job


def bring(tx: Connection, keys: Iterable[PublicKey]) -> None:
    """Keep the bytes of new keys, by which the door knows whose signature to check."""
    rows = [{"kid": key.kid, "key": key.cose} for key in keys]
    if rows:
        dialect = postgres_insert if tx.dialect.name == "postgresql" else sqlite_insert
        tx.execute(dialect(KEYS).on_conflict_do_nothing(), rows)


def key_bytes(tx: Connection, kid: bytes) -> bytes | None:
    """Return the COSE_Key of a kid that some statement brought."""
    found: bytes | None = tx.execute(select(KEYS.c.key).where(KEYS.c.kid == kid)).scalar()
    return found


def waiting(tx: Connection, limit: int) -> list[Waiting]:
    """Return jobs in order of arrival, up to `limit` statements but at least one job."""
    sizes = (
        select(JOBS.c.number, JOBS.c.size)
        .where(JOBS.c.waiting)
        .order_by(JOBS.c.number)
        .limit(limit)
    )
    numbers: list[int] = []
    total = 0
    for number, size in tx.execute(sizes):
        total += size
        if numbers and total > limit:
            break
        numbers.append(number)
    columns = (JOBS.c.number, JOBS.c.rollback, JOBS.c.size, JOBS.c.statements, JOBS.c.refused)
    rows = tx.execute(
        select(*columns).where(JOBS.c.number.in_(numbers)).order_by(JOBS.c.number)
    )
    return [
        Waiting(
            number,
            rollback,
            size,
            cbor.split(statements),
            {int(n): Refused(*r) for n, r in json.loads(at_door).items()},
        )
        for number, rollback, size, statements, at_door in rows
    ]


def finish(tx: Connection, results: Iterable[tuple[Waiting, Sequence[Outcome | None]]]) -> None:
    """Keep what became of each statement, and let go of their bytes."""
    for job, outcomes in results:
        result = json.dumps([_cell(outcome) for outcome in outcomes])
        tx.execute(
            update(JOBS)
            .where(JOBS.c.number == job.number)
            .values(waiting=False, statements=None, result=result)
        )


def job(tx: Connection, job_id: str) -> Job:
    """Return a job without proofs; raises `NotFoundError`."""
    columns = (JOBS.c.size, JOBS.c.result)
    row = tx.execute(select(*columns).where(JOBS.c.id == job_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no capture job {job_id[:50]!r}")
    size, result = row
    if result is None:
        return Job(True, (None,) * size)
    return Job(False, tuple(_outcome(cell) for cell in json.loads(result)))


def with_entries(job: Job, entries: Sequence[JobEntry | None]) -> Job:
    """Return a job with its proofs."""
    return replace(job, entries=tuple(entries))


def forget(tx: Connection, before_ms: int) -> int:
    """Delete ended jobs that were handed in before a time; returns how many."""
    old = delete(JOBS).where(~JOBS.c.waiting, JOBS.c.created_ms < before_ms)
    return tx.execute(old).rowcount


def _cell(outcome: Outcome | None) -> list[Any] | None:
    match outcome:
        case Refused(code, status, detail):
            return [code, status, detail]
        case Logged(index, known):
            return [index, known]
    return None


def _outcome(cell: list[Any] | None) -> Outcome | None:
    if cell is None:
        return None
    return Logged(*cell) if isinstance(cell[0], int) else Refused(*cell)
