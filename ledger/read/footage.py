"""What cameras recorded, from the log's footage entries, their manifests and what is live.

A logged minute is the truth about its segments. A segment that a node sent ahead of its minute
is listed with `manifest: null` until then; statement, key and bytes were checked on arrival.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

from sqlalchemy import Connection, Engine, delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from attest import spell, statement
from attest.errors import IssuerError, MalformedError, TooLargeError
from attest.footage import manifest as manifests
from attest.footage import segment as segments
from attest.footage.manifest import Gap, Manifest
from ledger.blobs import Blobs
from ledger.blobs.permit import Keyring
from ledger.errors import NotFoundError
from ledger.store import db
from ledger.store.derived_rows import table
from ledger.store.private_rows import LiveRow
from ledger.store.watch_rows import CameraRow, FootageRow

from .reel import Origin, Part, Reel

KEPT_MANIFESTS = 256
LONGEST_SEGMENT = 64 * 1024 * 1024  # bytes; a GOP of a camera node has at most as many
_camera, _footage, _live = table(CameraRow), table(FootageRow), table(LiveRow)

Keys = Callable[[], tuple[int, Keyring]]


class Minute(Protocol):
    """A row of the footage table, as far as it is needed here."""

    entry: int
    start_ms: int
    end_ms: int
    manifest: str


class Footage:
    """Recordings by camera and time. Raises `NotFoundError` for a camera nobody registered."""

    def __init__(self, engine: Engine, blobs: Blobs) -> None:
        self._engine = engine
        self._blobs = blobs
        self._uris: dict[str, str] = {}
        self._manifest = lru_cache(KEPT_MANIFESTS)(self._read_manifest)

    def reel(self, name: str, from_ms: int, to_ms: int) -> Reel:
        """Return what overlaps [from, to) of the camera whose URI ends in `name`."""
        with db.read(self._engine) as tx:
            camera = self._uri(tx, name)
            minutes = _minutes(tx, camera, from_ms, to_ms)
            live = _live_parts(tx, camera, from_ms, to_ms)
        parts: list[Part] = []
        gaps: list[Gap] = []
        for minute in minutes:
            found = self._minute(minute)
            parts += (p for p in found[0] if _overlaps(p.start_ms, p.end_ms, from_ms, to_ms))
            gaps += (g for g in found[1] if _overlaps(g.from_ms, g.to_ms, from_ms, to_ms))
        known = {part.seq for part in parts}
        parts += (part for part in live if part.seq not in known)
        ordered = tuple(sorted(parts, key=lambda part: part.seq))
        return Reel(camera, ordered, tuple(gaps))

    def keep_live(self, header: str, cid: str, keys: Keys) -> None:
        """List a stored blob as a live segment, once its statement, key and bytes fit.

        `header` is the segment statement in base64url. Raises what `attest` raises.
        """
        signed, said = segments.parse(spell.parse_base64url(header))
        index, registry = keys()
        statement.check_signature(signed, registry.check(index, signed).key)
        file = self._blobs.path(cid)
        if file.stat().st_size > LONGEST_SEGMENT:  # before it is read into memory
            raise TooLargeError(f"a segment has at most {LONGEST_SEGMENT} bytes")
        segments.check_bytes(said, file.read_bytes())
        row = {
            "camera": said.camera,
            "seq": said.seq,
            "start_ms": said.start_ms,
            "end_ms": said.end_ms,
            "cid": cid,
            "statement": signed.data,
        }
        with db.write(self._engine) as tx:
            node = tx.execute(
                select(_camera.c.node).where(_camera.c.id == said.camera)
            ).scalar()
            if node != signed.header.iss:
                raise IssuerError(f"{signed.header.iss} is not the node of {said.camera}")
            logged = select(func.max(_footage.c.end_ms)).where(_footage.c.camera == said.camera)
            old = tx.execute(logged).scalar() or 0
            tx.execute(
                delete(_live).where(_live.c.camera == said.camera, _live.c.end_ms <= old)
            )
            insert = postgres_insert if tx.dialect.name == "postgresql" else sqlite_insert
            tx.execute(insert(_live).values(row).on_conflict_do_nothing())

    def _uri(self, tx: Connection, name: str) -> str:
        if name not in self._uris:
            rows = tx.execute(select(_camera.c.id))
            self._uris = {uri.rstrip("/").rsplit("/", 1)[-1]: uri for (uri,) in rows}
        if name not in self._uris:
            raise NotFoundError(f"no camera is called {name[:80]!r}")
        return self._uris[name]

    def _minute(self, minute: Minute) -> tuple[list[Part], tuple[Gap, ...]]:
        try:
            found = self._manifest(minute.manifest)
        except (NotFoundError, MalformedError):  # erased, or not yet sent: shown as missing
            return [], (Gap(minute.start_ms, minute.end_ms, "unknown"),)
        origin = Origin(minute.manifest, minute.entry)
        parts = [
            Part(s.seq, s.start_ms, s.end_ms, s.cid, s.statement, origin)
            for s in found.segments
        ]
        return parts, found.gaps

    def _read_manifest(self, cid: str) -> Manifest:
        return manifests.parse(self._blobs.path(cid).read_bytes())


def _minutes(tx: Connection, camera: str, from_ms: int, to_ms: int) -> list[Minute]:
    own = (
        _footage.c.camera == camera,
        _footage.c.start_ms < to_ms,
        _footage.c.end_ms > from_ms,
    )
    columns = (
        _footage.c.entry,
        _footage.c.start_ms,
        _footage.c.end_ms,
        _footage.c.manifest,
    )
    return list(tx.execute(select(*columns).where(*own).order_by(_footage.c.seq)))


def _live_parts(tx: Connection, camera: str, from_ms: int, to_ms: int) -> list[Part]:
    own = (_live.c.camera == camera, _live.c.start_ms < to_ms, _live.c.end_ms > from_ms)
    rows = tx.execute(select(_live).where(*own).order_by(_live.c.seq))
    return [Part(r.seq, r.start_ms, r.end_ms, r.cid, r.statement, None) for r in rows]


def _overlaps(start: int, end: int, from_ms: int, to_ms: int) -> bool:
    return start < to_ms and end > from_ms
