"""`nguon work`: the one process that writes the log, sends its anchors and does what is due.

The log is written by this thread alone. The chain has a thread of its own, since a node may
take seconds to answer. SIGTERM and Ctrl-C end both after the step they are in.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from ledger import kinds, ledger
from ledger.errors import BusyError, LedgerError
from ledger.log import lock, queue
from ledger.log.lock import Signed
from ledger.log.reader import LogReader
from ledger.log.writer import MAX_STEP, Writer
from ledger.settings import NO_CHAIN, Settings
from ledger.store import db
from ledger.vault import Vault

from . import due

if TYPE_CHECKING:
    from .chaining import Chaining

log = logging.getLogger(__name__)

CAREFUL_STEPS = 64  # one request each, after a step that broke
CHORES_S = 1.0
DAY_MS = 86_400_000
KEPT_JOBS_MS = 30 * DAY_MS
FORGET = "forget-jobs"


def work(settings: Settings, stop: threading.Event, ready: Callable[[int], None]) -> None:
    """Run until `stop`; calls `ready` with the log's size once it may grow.

    Raises `StartError` when this process may not write, or may not go on writing, this log;
    `OSError` or a database error when the disk cannot be trusted any more.
    """
    ledger.read_trust(settings)
    signer = Vault(settings.keys).log_signer()
    with lock.hold(settings.data):
        engine = db.open_database(settings.database)
        writer = Writer(settings, engine, signer, rules=kinds)
        with chained(settings, engine, stop) as chaining:
            writer.start(chaining.compare if chaining else lambda *_: None)
            if chaining:
                chaining.go.set()
            ready(writer.edge.size)
            Loop(writer, engine, settings).run(stop)
        writer.lock.close()
        engine.dispose()
    if chaining and chaining.fatal:
        raise chaining.fatal


@contextmanager
def chained(
    settings: Settings, engine: Engine, stop: threading.Event
) -> Iterator["Chaining | None"]:
    """Have the chain's thread beside the block, and end it with the block."""
    if settings.chain == NO_CHAIN:
        yield None
        return
    from .chaining import Chaining  # noqa: PLC0415  web3 takes two seconds

    reader = LogReader(settings.log, Signed(settings.lock, ledger.read_trust(settings).origin))
    chaining = Chaining(settings, engine, reader)
    ended = threading.Event()
    thread = threading.Thread(target=chaining.run, args=(ended, stop), name="chain")
    thread.start()
    try:
        chaining.started.wait()
        yield chaining
    finally:
        ended.set()
        thread.join()


class Loop:
    """The writer's loop with what is due beside it."""

    def __init__(self, writer: Writer, engine: Engine, settings: Settings) -> None:
        self._writer = writer
        self._engine = engine
        self._poll_s = settings.poll_ms / 1000
        self._publish_s = settings.publish_ms / 1000
        self._careful = 0
        self._chores_at = 0.0

    def run(self, stop: threading.Event) -> None:
        """Append and publish what waits, as long as nobody says stop."""
        while not stop.is_set():
            began = time.monotonic()
            count = self._step()
            self._chores(began)
            if count == 0:
                stop.wait(self._poll_s)
            elif count < MAX_STEP:  # let a few more come, not a checkpoint for each
                stop.wait(max(0.0, self._publish_s - (time.monotonic() - began)))

    def _step(self) -> int:
        """Do one step; a request that our fold breaks on is found and refused by name."""
        try:
            count = self._writer.step(1 if self._careful else MAX_STEP)
        except BusyError as e:
            log.warning("database is busy", extra={"reason": str(e)})
            return 0
        except (OSError, LedgerError, sqlite3.Error):  # the disk, another writer, lock.db
            raise
        except Exception as e:
            hopeless = isinstance(e, DBAPIError) and not isinstance(e, IntegrityError)
            if self._writer.unsure or hopeless:
                raise
            log.exception("a step broke and was taken back")
            self._broke()
            return 0
        self._careful = max(0, self._careful - 1)
        return count

    def _broke(self) -> None:
        if self._careful:
            self._writer.give_up()
        else:
            self._writer.recover()
        self._careful = CAREFUL_STEPS

    def _chores(self, now: float) -> None:
        if now < self._chores_at:
            return
        self._chores_at = now + CHORES_S
        now_ms = time.time_ns() // 1_000_000
        self._writer.say_again(now_ms)
        due.do(self._engine, {FORGET: _forget}, now_ms)
        with db.read(self._engine) as tx:
            planned = due.is_planned(tx, FORGET)
        if not planned:
            with db.write(self._engine) as tx:
                due.plan(tx, FORGET, FORGET, now_ms + DAY_MS)


def _forget(engine: Engine, _: str, now_ms: int) -> None:
    """Forget what became of requests that ended a month ago."""
    with db.write(engine) as tx:
        count = queue.forget(tx, now_ms - KEPT_JOBS_MS)
    log.info("ended requests forgotten", extra={"count": count})
