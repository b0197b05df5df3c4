"""Blobs with who put them there and who may see them: the store, and its private rows."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from ledger.errors import ForbiddenError, NotFoundError
from ledger.store import db
from ledger.store.derived_rows import table
from ledger.store.private_rows import UploadRow
from ledger.store.watch_rows import SealedRow

from . import Blobs, OtherBytesError, place
from .permit import Permit

_upload, _sealed = table(UploadRow), table(SealedRow)


class QuotaError(ForbiddenError):
    """The key has stored as much as it may."""

    code = "quota"


class Shelf:
    """A blob store with permits: `quota` is in bytes per key."""

    def __init__(self, engine: Engine, blobs: Blobs, quota: int) -> None:
        self._engine = engine
        self.blobs = blobs
        self._quota = quota

    def put(self, permit: Permit, chunks: Iterable[bytes], now_ms: int) -> bool:
        """Keep a permitted blob durably; say whether it is new.

        The bytes come before the row: a stop in between leaves a blob that nobody may see.
        Raises `QuotaError`, `OtherBytesError`, `LocatedPictureError`.
        """
        used = self.used(permit.kid)
        if used + permit.size > self._quota:
            raise QuotaError(f"key holds {used} bytes, {self._quota} are allowed")
        new = not self.blobs.has(permit.cid)
        kept = place.without(chunks) if permit.public else chunks
        size = self.blobs.put(permit.cid, kept)
        if size != permit.size:
            raise OtherBytesError(f"body has {size} bytes, the permit says {permit.size}")
        self._note(permit, now_ms)
        return new

    def used(self, kid: bytes) -> int:
        """Return how many bytes a key has stored."""
        total = select(func.coalesce(func.sum(_upload.c.size), 0))
        with db.read(self._engine) as tx:
            return int(tx.execute(total.where(_upload.c.kid == kid)).scalar_one())

    def public(self, cid: str) -> Path:
        """Return the file of a blob that everybody may see; raises `NotFoundError`.

        A blob that is here but not public is as absent as any other. What a record names as
        sealed is opened by a decision alone, whatever its permit said.
        """
        sealed = select(_sealed.c.public).where(_sealed.c.cid == cid)
        sent = select(_upload.c.id).where(_upload.c.cid == cid, _upload.c.public)
        with db.read(self._engine) as tx:
            decided = tx.execute(sealed).one_or_none()
            shown = decided.public is not None if decided else tx.execute(sent.limit(1)).first()
        if not shown:
            raise NotFoundError(f"blob {cid} is not here")
        return self.blobs.path(cid)

    def _note(self, permit: Permit, now_ms: int) -> None:
        row = {
            "permit": permit.identity,
            "kid": permit.kid,
            "cid": permit.cid,
            "size": permit.size,
            "public": permit.public,
            "at_ms": now_ms,
        }
        with db.write(self._engine) as tx:
            insert = postgres_insert if tx.dialect.name == "postgresql" else sqlite_insert
            tx.execute(insert(_upload).values(row).on_conflict_do_nothing())
