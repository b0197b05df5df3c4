"""What one camera recorded and what of it is proven, so that a power cut loses no promise.

Order of each write: the file under its last name, its folder, then the row. Every file is being
written (`.part`), journaled, or proven; a row goes ahead by its state, never back. `seq` of
segments and of manifests count from 0 for each camera, across boots, without holes.
"""

import errno
import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from attest.client import files
from attest.footage.manifest import Gap, Stored
from attest.footage.segment import Gop

from .sayings import Sealed

RESERVE = 16 * 1024 * 1024  # bytes that segments leave to the journal
SCHEMA = """
CREATE TABLE IF NOT EXISTS segment (
  seq INTEGER PRIMARY KEY, boot TEXT NOT NULL, init BLOB NOT NULL,
  start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, cid TEXT NOT NULL,
  digest BLOB NOT NULL, size INTEGER NOT NULL, gops TEXT NOT NULL, statement BLOB NOT NULL,
  uploaded INTEGER NOT NULL DEFAULT 0, manifest INTEGER, gone INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS manifest (
  seq INTEGER PRIMARY KEY, data BLOB NOT NULL, cid TEXT NOT NULL, digest BLOB NOT NULL,
  start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,
  uploaded INTEGER NOT NULL DEFAULT 0, statement BLOB, log_index INTEGER, proof TEXT);
CREATE TABLE IF NOT EXISTS silence (
  id INTEGER PRIMARY KEY, from_ms INTEGER NOT NULL, to_ms INTEGER, reason TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS violation (
  id INTEGER PRIMARY KEY, blob BLOB NOT NULL, cid TEXT NOT NULL, statement BLOB NOT NULL,
  log_index INTEGER, refusal TEXT);
CREATE TABLE IF NOT EXISTS evidence (cid TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS unsent ON segment (seq) WHERE uploaded = 0 AND gone = 0;
CREATE INDEX IF NOT EXISTS loose ON segment (seq) WHERE manifest IS NULL;
CREATE INDEX IF NOT EXISTS here ON segment (end_ms) WHERE gone = 0;
CREATE INDEX IF NOT EXISTS unproven ON manifest (seq) WHERE proof IS NULL;
CREATE INDEX IF NOT EXISTS unsaid ON violation (id) WHERE log_index IS NULL AND refusal IS NULL;
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A segment in the journal, with the boot and init segment that it belongs to."""

    boot: str
    init: bytes
    stored: Stored


@dataclass(frozen=True, slots=True)
class Closed:
    """A manifest in the journal: its bytes, and what the log said of it so far."""

    seq: int
    data: bytes
    cid: str
    digest: bytes
    start_ms: int
    end_ms: int
    uploaded: int
    statement: bytes | None
    log_index: int | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was recorded, and how much of it is not yet sent or proven."""

    segments: int
    last_segment: int | None
    unsent: int
    manifests: int
    last_manifest: int | None
    unproven: int


class Journal:
    """The journal of one camera in its folder; one process writes, others may look."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        files.make_folder(folder / "segments")
        files.make_folder(folder / "init")
        self._db = sqlite3.connect(
            folder / "journal.db", isolation_level=None, check_same_thread=False, timeout=10
        )
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(SCHEMA)
        self._held: int | None = None

    def close(self) -> None:
        """Close the database, and let go of the folder."""
        self._db.close()
        if self._held is not None:
            os.close(self._held)
            self._held = None

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
            self._db.execute("COMMIT")  # on a full disk it is this that fails
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def hold(self) -> None:
        """Be the one process that records here until it ends; `OSError` when there is one."""
        self._held = os.open(self.folder / "recorder.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as e:
            raise OSError(e.errno, f"another process records into {self.folder}") from e

    def mend(self) -> None:
        """Remove files that a stop left between file and row; only for the one who records."""
        for path in (*self.folder.glob("*/*.part"), *self.strangers()):
            path.unlink(missing_ok=True)

    def strangers(self) -> list[Path]:
        """Files of segments that no row owns: never journaled, or forgotten."""
        found = {path.name: path for path in (self.folder / "segments").glob("*.m4s")}
        for (seq,) in self._db.execute("SELECT seq FROM segment WHERE gone = 0"):
            found.pop(self.segment_path(seq).name, None)
        return list(found.values())

    # Segments

    def segment_path(self, seq: int) -> Path:
        """Where the bytes of a segment lie."""
        return self.folder / "segments" / f"{seq:010d}.m4s"

    def init_path(self, digest: bytes) -> Path:
        """Where an init segment lies."""
        return self.folder / "init" / f"{digest.hex()}.mp4"

    def keep_init(self, digest: bytes, data: bytes) -> None:
        """Keep an init segment, once."""
        path = self.init_path(digest)
        if not path.exists():
            files.write_durably(path, data)

    def add(self, kept: Kept, data: bytes) -> None:
        """Keep a segment: its file first, then its row. `OSError` where there is no room."""
        stored = kept.stored
        self.require_room(len(data))
        files.write_durably(self.segment_path(stored.seq), data)
        gops = " ".join(f"{gop.digest.hex()}:{gop.size}:{gop.frames}" for gop in stored.gops)
        row = (stored.seq, kept.boot, kept.init, stored.start_ms, stored.end_ms, stored.cid)
        rest = (stored.digest, stored.size, gops, stored.statement)
        with self._write() as tx:
            tx.execute(
                "INSERT INTO segment (seq, boot, init, start_ms, end_ms, cid, digest, size,"
                " gops, statement) VALUES (?,?,?,?,?,?,?,?,?,?)",
                row + rest,
            )

    def require_room(self, size: int = 0) -> None:
        """Leave the journal its own room, so that a full disk can still be written down.

        Raises `OSError` (no space) when a segment of `size` bytes would take of it.
        """
        free = shutil.disk_usage(self.folder).free
        if free < size + RESERVE:
            raise OSError(errno.ENOSPC, f"{free} bytes are free, {RESERVE} are left alone")

    def last_segment(self) -> Kept | None:
        """The newest segment, or none yet."""
        found = self._segments("ORDER BY seq DESC LIMIT 1")
        return found[0] if found else None

    def unsent(self, limit: int, after: int = -1) -> list[Kept]:
        """The oldest segments after a number whose bytes the server does not have yet."""
        rest = "WHERE uploaded = 0 AND gone = 0 AND seq > ? ORDER BY seq LIMIT ?"
        return self._segments(rest, after, limit)

    def sent(self, seq: int) -> None:
        """Note that the server has a segment's bytes."""
        with self._write() as tx:
            tx.execute("UPDATE segment SET uploaded = 1 WHERE seq = ?", (seq,))

    def loose(self) -> list[Kept]:
        """The segments that no manifest names yet, oldest first."""
        return self._segments("WHERE manifest IS NULL ORDER BY seq")

    def proven_before(self, before_ms: int) -> list[Kept]:
        """Segments older than a time whose manifest is proven and whose bytes were sent."""
        return self._segments(
            "WHERE gone = 0 AND uploaded = 1 AND end_ms < ? AND manifest IN"
            " (SELECT seq FROM manifest WHERE proof IS NOT NULL) ORDER BY end_ms LIMIT 500",
            before_ms,
        )

    def forget(self, seq: int) -> None:
        """Delete the bytes of a segment: the row first says so, then the file goes."""
        with self._write() as tx:
            tx.execute("UPDATE segment SET gone = 1 WHERE seq = ?", (seq,))
        self.segment_path(seq).unlink(missing_ok=True)

    def is_present(self, seq: int) -> bool:
        """Tell whether a segment's bytes should be here."""
        return bool(self._segments("WHERE gone = 0 AND seq = ?", seq))

    def present(self) -> list[Kept]:
        """The segments whose bytes should be here, newest first."""
        return self._segments("WHERE gone = 0 ORDER BY seq DESC")

    def counts(self) -> Counts:
        """Count what there is."""
        one = "SELECT count(*), max(seq), coalesce(sum({}), 0) FROM {}"
        segments = self._db.execute(
            one.format("uploaded = 0 AND gone = 0", "segment")
        ).fetchone()
        manifests = self._db.execute(one.format("proof IS NULL", "manifest")).fetchone()
        return Counts(*segments, *manifests)

    def _segments(self, rest: str, *values: int) -> list[Kept]:
        columns = "boot, init, seq, start_ms, end_ms, cid, digest, size, gops, statement"
        rows = self._db.execute(f"SELECT {columns} FROM segment {rest}", values)  # noqa: S608 (constants)
        return [_kept(row) for row in rows]

    # Manifests

    def close_minute(self, closed: Closed, segments: list[int]) -> None:
        """Keep a manifest and bind its segments to it, in one step."""
        row = (closed.seq, closed.data, closed.cid, closed.digest)
        with self._write() as tx:
            tx.execute(
                "INSERT INTO manifest (seq, data, cid, digest, start_ms, end_ms)"
                " VALUES (?,?,?,?,?,?)",
                (*row, closed.start_ms, closed.end_ms),
            )
            tx.executemany(
                "UPDATE segment SET manifest = ? WHERE seq = ?",
                [(closed.seq, seq) for seq in segments],
            )

    def last_manifest(self) -> Closed | None:
        """The newest manifest, or none yet."""
        found = self._manifests("ORDER BY seq DESC LIMIT 1")
        return found[0] if found else None

    def unproven(self, limit: int) -> list[Closed]:
        """The oldest manifests that have no proof yet."""
        return self._manifests("WHERE proof IS NULL ORDER BY seq LIMIT ?", limit)

    def manifest_sent(self, seq: int) -> None:
        """Note that the server has a manifest's bytes."""
        with self._write() as tx:
            tx.execute("UPDATE manifest SET uploaded = 1 WHERE seq = ?", (seq,))

    def signed(self, seq: int, statement: bytes) -> None:
        """Keep the `footage` statement of a manifest, so that it is signed only once."""
        with self._write() as tx:
            tx.execute("UPDATE manifest SET statement = ? WHERE seq = ?", (statement, seq))

    def proven(self, seq: int, index: int, proof: str) -> None:
        """Keep the proof that was checked for a manifest."""
        with self._write() as tx:
            tx.execute(
                "UPDATE manifest SET log_index = ?, proof = ? WHERE seq = ?",
                (index, proof, seq),
            )

    def proof(self, seq: int) -> str | None:
        """The proof that was checked for a manifest, or None before there is one."""
        found = self._db.execute("SELECT proof FROM manifest WHERE seq = ?", (seq,)).fetchone()
        return found[0] if found else None

    def forgotten_early(self) -> list[int]:
        """Segments whose bytes went before they were sent and proven: there must be none."""
        rows = self._db.execute(
            "SELECT seq FROM segment WHERE gone = 1 AND (uploaded = 0 OR manifest IS NULL OR"
            " manifest NOT IN (SELECT seq FROM manifest WHERE proof IS NOT NULL))"
        )
        return [row[0] for row in rows]

    def closed(self, newest: int) -> list[Closed]:
        """The newest manifests, oldest of them first."""
        return self._manifests("ORDER BY seq DESC LIMIT ?", newest)[::-1]

    def _manifests(self, rest: str, *values: int) -> list[Closed]:
        columns = "seq, data, cid, digest, start_ms, end_ms, uploaded, statement, log_index"
        rows = self._db.execute(f"SELECT {columns} FROM manifest {rest}", values)  # noqa: S608 (constants)
        return [Closed(*row) for row in rows]

    # Times without pictures

    def silence_begins(self, from_ms: int, reason: str) -> None:
        """Note that pictures stopped, unless that is noted already."""
        with self._write() as tx:
            tx.execute(
                "INSERT INTO silence (from_ms, reason) SELECT ?, ? WHERE NOT EXISTS"
                " (SELECT 1 FROM silence WHERE to_ms IS NULL AND reason = ?)",
                (from_ms, reason, reason),
            )

    def silence_ends(self, to_ms: int, reason: str) -> None:
        """Note that pictures are back."""
        with self._write() as tx:
            tx.execute(
                "UPDATE silence SET to_ms = ? WHERE to_ms IS NULL AND reason = ?",
                (to_ms, reason),
            )

    def silence(self, from_ms: int, to_ms: int, reason: str) -> None:
        """Note a silence that is over."""
        with self._write() as tx:
            tx.execute(
                "INSERT INTO silence (from_ms, to_ms, reason) VALUES (?,?,?)",
                (from_ms, to_ms, reason),
            )

    def silences(self, from_ms: int, to_ms: int) -> list[Gap]:
        """The noted silences that touch a time, cut to it."""
        rows = self._db.execute(
            "SELECT max(from_ms, ?), min(coalesce(to_ms, ?), ?), reason FROM silence"
            " WHERE from_ms < ? AND coalesce(to_ms, ?) > ? ORDER BY from_ms",
            (from_ms, to_ms, to_ms, to_ms, to_ms, from_ms),
        )
        return [Gap(*row) for row in rows if row[0] < row[1]]

    # Violations

    def add_violation(self, said: Sealed, statement: bytes, gops: Mapping[str, bytes]) -> None:
        """Keep a violation with its sealed part and the GOPs that show it, by their CIDs."""
        with self._write() as tx:
            tx.execute(
                "INSERT INTO violation (blob, cid, statement) VALUES (?,?,?)",
                (said.blob, said.cid, statement),
            )
            tx.executemany("INSERT OR IGNORE INTO evidence VALUES (?,?)", gops.items())

    def unsent_violations(self) -> list[tuple[int, bytes, str, bytes]]:
        """Violations that the log has neither taken nor refused: id, blob, CID, statement."""
        return self._db.execute(
            "SELECT id, blob, cid, statement FROM violation"
            " WHERE log_index IS NULL AND refusal IS NULL ORDER BY id LIMIT 50"
        ).fetchall()

    def unsent_evidence(self) -> list[tuple[str, bytes]]:
        """GOPs that show a violation and are not at the server yet: CID, bytes."""
        return self._db.execute("SELECT cid, data FROM evidence LIMIT 20").fetchall()

    def evidence_sent(self, cid: str) -> None:
        """Forget a GOP that the server keeps; its segment is still here."""
        with self._write() as tx:
            tx.execute("DELETE FROM evidence WHERE cid = ?", (cid,))

    def violation_done(self, row: int, index: int | None, refusal: str | None) -> None:
        """Keep what became of a violation."""
        with self._write() as tx:
            tx.execute(
                "UPDATE violation SET log_index = ?, refusal = ? WHERE id = ?",
                (index, refusal, row),
            )

    # Facts about the node itself

    def fact(self, name: str) -> str | None:
        """Return what was noted under a name."""
        row = self._db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return None if row is None else row[0]

    def note(self, name: str, value: str) -> None:
        """Note a value under a name."""
        with self._write() as tx:
            tx.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))


def _kept(row: tuple[str, bytes, int, int, int, str, bytes, int, str, bytes]) -> Kept:
    boot, init, seq, start_ms, end_ms, cid, digest, size, gops, statement = row
    found = []
    for item in gops.split():
        hashed, length, frames = item.split(":")
        found.append(Gop(bytes.fromhex(hashed), int(length), int(frames)))
    stored = Stored(seq, start_ms, end_ms, cid, digest, size, tuple(found), statement)
    return Kept(boot, init, stored)
