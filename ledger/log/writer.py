"""The one process that makes the log longer, in an order that survives a stop at any point.

Of one step, each line durable before the next begins:

    rows      jobs are folded inside a transaction that stays open
    files     bundles and tiles that the new tree needs
    lock      the signed head replaces the last one, by compare-and-swap
    commit    derived rows and the answers of the jobs
    publish   the checkpoint file, by which anybody can see it

A stop before `lock` leaves files that nobody may see (the next start sweeps them); one after
it leaves rows that lag behind, which the next start folds from the bundles: docs/design/log.md.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine

from attest import statement
from attest.errors import AttestError, SeenError
from attest.log import checkpoint, merkle, note, tile
from attest.log.checkpoint import Checkpoint
from attest.log.tile import WIDTH, Tile
from attest.statement import Statement
from ledger.errors import NotFoldedError, SecondWriterError
from ledger.settings import Settings
from ledger.store import db

from . import fold, publish, queue, start, sweep, tiles
from .disk import Disk, LocalDisk, write_all
from .fold import Fold, Rules
from .lock import Head, Lock
from .queue import Logged, Outcome, Waiting
from .reader import LogReader
from .tiles import Edge

log = logging.getLogger(__name__)

MAX_STEP = 1024  # statements; one job may be larger
Guard = Callable[[int, Callable[[int], bytes]], object]
"""Raises when the chain remembers another log than one of this size and these roots."""


@dataclass(slots=True)
class Plan:
    """What one step will do: entries to append, their rows, and the answers."""

    start: int
    entries: list[bytes] = field(default_factory=list)
    known: dict[bytes, int] = field(default_factory=dict)
    results: list[tuple[Waiting, Sequence[Outcome | None]]] = field(default_factory=list)

    @property
    def index(self) -> int:
        """The index that the next entry would have."""
        return self.start + len(self.entries)

    def take_back(self, index: int) -> None:
        """Forget the entries from an index on."""
        del self.entries[index - self.start :]
        self.known = {said: at for said, at in self.known.items() if at < index}


class Writer:
    """The writer of one log. Its owner holds `lock.hold` for as long as it lives."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        signer: note.NoteSigner,
        *,
        rules: Rules,
        disk: Disk | None = None,
    ) -> None:
        self.origin = signer.name
        self.engine = engine
        self.disk = disk or LocalDisk(settings.log)
        self.reader = LogReader(settings.log)
        self.lock = Lock(settings.lock, self.origin)
        self.fold = Fold(self.origin, self.root_at, rules)
        self.edge = Edge()
        self.head: Head | None = None
        self.unsure = False  # between the first file of a step and its publication
        self._signer = signer
        self._heartbeat_ms = settings.heartbeat_s * 1000

    def start(self, guard: Guard = lambda *_: None) -> None:
        """Compare log, lock, rows and chain; repair what a stop left; refuse all else.

        Raises `StartError` naming both sizes and the way out, before anything is signed.
        """
        self.head = self.lock.head()
        self.edge = start.open_edge(self.disk, self.reader, self.head, self._signer.verifier)
        guard(self.edge.size, self.root_at)
        start.catch_up(self.engine, self.fold, self.edge.size, self._entry)
        if self.head:
            publish.publish(self.disk, self.head.note)

    def step(self, limit: int = MAX_STEP) -> int:
        """Do what waits, up to `limit` statements; returns how many entries were appended.

        An `OSError` or a database error leaves this writer useless: the process must end.
        """
        with db.read(self.engine) as tx:
            jobs = queue.waiting(tx, limit)
        if not jobs:
            return 0
        read = [(job, [statement.parse(data) for data in job.statements]) for job in jobs]
        with db.write(self.engine) as tx:
            self._require_alone(tx)
            plan = self._plan(tx, read)
            queue.finish(tx, plan.results)
            edge = self._keep(plan.entries)
        if plan.entries and self.head:
            self.edge = edge
            publish.publish(self.disk, self.head.note)
            self.unsure = False
            sweep.drop_partials(self.disk, self.reader.folder, plan.start, edge.size)
            log.info("appended", extra={"size": edge.size, "entries": len(plan.entries)})
        return len(plan.entries)

    def give_up(self) -> None:
        """Refuse the first waiting job, which our own fold breaks on."""
        with db.write(self.engine) as tx:
            self.fold.restore(tx)
            for job in queue.waiting(tx, 1)[:1]:
                error = NotFoldedError("the fold broke on this request; it is not logged")
                outcome = queue.refused(error)
                queue.finish(
                    tx, [(job, [job.refused.get(n, outcome) for n in range(job.size)])]
                )

    def recover(self) -> None:
        """Take the registry from the rows after a step that was rolled back."""
        with db.read(self.engine) as tx:
            self.fold.restore(tx)

    def say_again(self, now_ms: int) -> bool:
        """Publish the head again when it is `heartbeat_s` old, so that readers see us alive."""
        if self.head is None:
            return False
        if 0 <= now_ms - self.head.published_ms < self._heartbeat_ms:  # clocks may jump back
            return False
        publish.publish(self.disk, self.head.note)
        self.lock.say_again(now_ms)
        self.head = self.lock.head()
        return True

    def _plan(self, tx: Connection, read: Sequence[tuple[Waiting, list[Statement]]]) -> Plan:
        plan = Plan(self.edge.size)
        said = [s.identity for _, statements in read for s in statements]
        plan.known = fold.known(tx, said)
        for job, statements in read:
            outcomes = self._do(tx, plan, job, statements)
            plan.results.append((job, outcomes))
        return plan

    def _do(
        self, tx: Connection, plan: Plan, job: Waiting, statements: list[Statement]
    ) -> list[Outcome | None]:
        """Fold one job: all or nothing under rollback, else each statement by itself."""
        before = plan.index
        outcomes: list[Outcome | None] = [job.refused.get(n) for n in range(job.size)]
        places = [n for n, outcome in enumerate(outcomes) if outcome is None]
        point = tx.begin_nested() if job.rollback and len(statements) > 1 else None
        rows = []
        for place, said in zip(places, statements, strict=True):
            outcome = outcomes[place] = self._take(tx, plan, said)
            if isinstance(outcome, Logged) and not outcome.known:
                rows.append(fold.entry_row(outcome.index, said))
            elif isinstance(outcome, queue.Refused) and point:
                plan.take_back(before)
                point.rollback()
                if any(s.kind == "key" for s in statements):
                    self.fold.restore(tx)
                return [o if n == place else None for n, o in enumerate(outcomes)]
        fold.enter(tx, rows)
        if point:
            point.commit()
        return outcomes

    def _take(self, tx: Connection, plan: Plan, said: Statement) -> Outcome:
        index = plan.known.get(said.identity)
        if index is not None:
            return Logged(index, known=True)
        try:
            self.fold.admit(tx, plan.index, said)
        except AttestError as e:
            return queue.refused(e)
        plan.known[said.identity] = plan.index
        plan.entries.append(said.data)
        return Logged(plan.index - 1, known=False)

    def _require_alone(self, tx: Connection) -> None:
        """Refuse before any file is touched when another writer went on without us."""
        self.lock.require(self.head)
        folded = fold.size(tx)
        if folded != self.edge.size:
            raise SecondWriterError(
                f"the database holds {folded} entries, this writer knows {self.edge.size}"
            )

    def _keep(self, entries: Sequence[bytes]) -> Edge:
        """Make files and lock hold the longer tree; returns its edge."""
        if not entries:
            return self.edge
        self.unsure = True
        edge, contents = tiles.grow(self.edge, entries)
        write_all(self.disk, contents)
        head = Checkpoint(self.origin, edge.size, edge.root())
        text = checkpoint.sign(head, self._signer)
        new = Head(self.origin, head.size, head.root, text, time.time_ns() // 1_000_000)
        self.lock.advance(self.head, new)
        self.head = new
        return edge

    def _entry(self, index: int) -> bytes:
        """Return an entry that was signed, published or not."""
        at, size = index // WIDTH, self.edge.size
        data = self.reader.tile(Tile(None, at, min(WIDTH, size - at * WIDTH)))
        return tile.parse_bundle(data)[index % WIDTH]

    def root_at(self, size: int) -> bytes:
        """Return the root at a size that is on the disk, for `seen`."""
        if size > self.edge.size:
            raise SeenError(f"this log has not signed a tree of {size} entries yet")
        if size == self.edge.size:
            return self.edge.root()
        return merkle.tree_root(size, self.reader.nodes(self.edge.size))
