"""Sealed blobs belong to the record that named them first; only a decision opens one.

Otherwise somebody could name another's sealed recipe in a suspicion of his own, and have it
published by its confirmation.
"""

from sqlalchemy import bindparam, insert, null, update

from attest.payload import Json

from .case import Case
from .prepared import Prepared
from .refusals import IdTakenError
from .view import SEALED

_INSERT = Prepared(insert(SEALED))
_OPEN = Prepared(
    update(SEALED)
    .where(SEALED.c.record == bindparam("whose"), SEALED.c.public.is_(None))
    .values(public=bindparam("decided"))
)
_SHUT = Prepared(
    update(SEALED).where(SEALED.c.record == bindparam("whose")).values(public=null())
)


def check_unnamed(case: Case) -> None:
    """Refuse sealed parts that an earlier record named."""
    for part in case.record.sealed or ():
        first = case.view.sealed_by(_cid(part.uri))
        if first is not None:
            raise IdTakenError(f"sealed blob {part.uri} is {first}'s")


def keep(case: Case, record: str, parts: Json) -> None:
    """Note which blobs a record seals, as its payload lists them."""
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, dict):
            _keep_one(case, record, _cid(str(part["uri"])))


def open_parts(case: Case, record: str) -> None:
    """Make the sealed parts of a record public by this entry."""
    case.view.database.run(_OPEN, whose=record, decided=case.index)


def shut_parts(case: Case, record: str) -> None:
    """Take that back; what was read meanwhile was read."""
    case.view.database.run(_SHUT, whose=record)


def _keep_one(case: Case, record: str, cid: str) -> None:
    if case.view.sealed_by(cid) is None:
        case.view.database.run(_INSERT, cid=cid, record=record, entry=case.index, public=None)


def _cid(uri: str) -> str:
    return uri.removeprefix("ipfs://")
