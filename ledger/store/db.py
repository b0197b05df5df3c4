"""One database for queue, derived and private rows; every write holds it alone from the start.

SQLite in WAL mode with full synchronisation: what `write` committed survives a power cut.
A write begins with BEGIN IMMEDIATE, since reading first and writing later fails at once
("database is locked") when another writer came in between.
"""

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

from ledger.errors import BusyError

WRITE_TIMEOUT_S = 30.0
READ_TIMEOUT_MS = 10_000
RETRY_S = 0.002
POOL = 32  # connections kept; a web process has as many threads


def open_database(where: str | Path) -> Engine:
    """Open a database by URL or by the path of an SQLite file, and create what is missing."""
    engine = connect(where)
    create_tables(engine)
    return engine


def connect(where: str | Path) -> Engine:
    """Open a database by URL or by the path of an SQLite file, as it is."""
    url = f"sqlite:///{where}" if isinstance(where, Path) else where
    engine = create_engine(url, pool_size=POOL, max_overflow=POOL)
    prepare(engine)
    return engine


def prepare(engine: Engine) -> None:
    """Make an engine begin, wait and sync as this module promises."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_deferred)


def create_tables(engine: Engine) -> None:
    """Create what is missing of all files of rows; importing one registers its tables."""
    from . import anchor_rows, derived_rows, log_rows, private_rows  # noqa: F401, PLC0415

    with write(engine) as tx:
        SQLModel.metadata.create_all(tx)


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """Hold the database for writing; commits at the end, rolls back when the body raises.

    Raises `BusyError` when others hold the database for `WRITE_TIMEOUT_S`.
    """
    writing = engine.connect().execution_options(nguon_write=True)
    with writing as connection, connection.begin():
        if engine.dialect.name == "sqlite":
            _begin_immediate(connection)
        yield connection


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """See the database as of one moment."""
    with engine.connect() as connection, connection.begin():
        yield connection


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={READ_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_deferred(connection: Connection) -> None:
    if not connection.get_execution_options().get("nguon_write"):
        connection.exec_driver_sql("BEGIN")


def _begin_immediate(connection: Connection) -> None:
    """Begin within `WRITE_TIMEOUT_S`.

    SQLite's own wait sleeps up to 100 ms a turn, so that a busy writer starves the others:
    we ask every few milliseconds.
    """
    deadline = time.monotonic() + WRITE_TIMEOUT_S
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        while not _begun(connection):
            if time.monotonic() > deadline:
                raise BusyError(f"database stays locked for {WRITE_TIMEOUT_S:g} s")
            time.sleep(RETRY_S * (0.5 + random.random()))  # noqa: S311 (spreads the turns)
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={READ_TIMEOUT_MS}")


def _begun(connection: Connection) -> bool:
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as e:
        if isinstance(e.orig, sqlite3.Error) and e.orig.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            return False
        raise
    return True
