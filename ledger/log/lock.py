"""What this log ever signed, kept apart from the log so that no backup takes both back.

Two locks hold: an OS lock, so that a second writer is refused at once; and a compare-and-swap
of the last signed head in `lock.db`, so that even without the first, two writers can never sign
two trees. A head is here durably before anybody can see its note (invariant 3).
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import NotFoundError, SecondWriterError

WAIT_S = 10.0
TABLES = """
create table if not exists head (
    origin text primary key, size integer not null, root blob not null, note text not null,
    published_ms integer not null
) strict;
create table if not exists signed (
    origin text not null, size integer not null, root blob not null, note text not null,
    primary key (origin, size)
) strict, without rowid;
"""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest signed tree; `published_ms` is when it was last said, in ms UTC."""

    origin: str
    size: int
    root: bytes
    note: str
    published_ms: int


@contextmanager
def hold(data: Path) -> Iterator[None]:
    """Be the only writer of the log below `data`; raises `SecondWriterError` at once."""
    path = data / "writer.lock"
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as e:
            file.seek(0)
            holder = file.read(20).strip() or "unknown"
            raise SecondWriterError(
                f"process {holder} already writes the log in {data}; only one may"
            ) from e
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


class Lock:
    """The lock database of one log, open for its writer."""

    def __init__(self, path: Path, origin: str) -> None:
        self.origin = origin
        self._database = sqlite3.connect(path, WAIT_S, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._database.execute(f"pragma {pragma}")
        self._database.executescript(TABLES)

    def head(self) -> Head | None:
        """Return the newest signed head; None when this log never signed one."""
        return _head(self._database, self.origin)

    def advance(self, old: Head | None, new: Head) -> None:
        """Make `new` the head, if `old` still is; raises `SecondWriterError` when it is not."""
        if new.origin != self.origin or new.size <= (old.size if old else -1):
            raise ValueError(f"head of {new.origin!r} at {new.size} does not follow {old}")
        row = (new.origin, new.size, new.root, new.note)
        self._database.execute("begin immediate")
        try:
            self.require(old)
            self._database.execute("insert into signed values (?, ?, ?, ?)", row)
            self._database.execute(
                "insert or replace into head values (?, ?, ?, ?, ?)", (*row, new.published_ms)
            )
        except BaseException:
            self._database.execute("rollback")
            raise
        self._database.execute("commit")

    def require(self, known: Head | None) -> None:
        """Raise `SecondWriterError` unless the head is the one that the caller knows."""
        now = self.head()
        if (now and (now.size, now.root)) != (known and (known.size, known.root)):
            raise SecondWriterError(
                f"{self.origin} was signed at {now.size if now else 0} by another writer;"
                f" this one knows {known.size if known else 0}"
            )

    def say_again(self, now_ms: int) -> None:
        """Note that the head was published again, without growth."""
        self._database.execute(
            "update head set published_ms = ? where origin = ?", (now_ms, self.origin)
        )

    def close(self) -> None:
        """Close the database."""
        self._database.close()


class Signed:
    """What was signed, for processes that only read."""

    def __init__(self, path: Path, origin: str) -> None:
        self._path = path
        self._origin = origin

    def head(self) -> Head | None:
        """Return the newest signed head."""
        with closing(self._open()) as database:
            return _head(database, self._origin)

    def note(self, size: int) -> str | None:
        """Return the note that was signed at a size; None when none was."""
        query = "select note from signed where origin = ? and size = ?"
        with closing(self._open()) as database:
            row = database.execute(query, (self._origin, size)).fetchone()
        return None if row is None else str(row[0])

    def heads(self) -> Iterator[Head]:
        """Yield every head ever signed, smallest first, for fsck."""
        query = "select size, root, note from signed where origin = ? order by size"
        with closing(self._open()) as database:
            for size, root, note in database.execute(query, (self._origin,)):
                yield Head(self._origin, size, root, note, 0)

    def _open(self) -> sqlite3.Connection:
        if not self._path.exists():
            raise NotFoundError(f"there is no lock database at {self._path}")
        return sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", WAIT_S, uri=True)


def _head(database: sqlite3.Connection, origin: str) -> Head | None:
    query = "select size, root, note, published_ms from head where origin = ?"
    row = database.execute(query, (origin,)).fetchone()
    return None if row is None else Head(origin, *row)
