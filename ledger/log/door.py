"""What may be queued: bytes in the one form, each signed by a key that somebody brought.

The door keeps nothing but keys it has read, so that any web process can be one. It looks at a
signature before anything else is asked, also of a statement that the log knows: a forged twin
of it is refused. What a key may sign, and when, is for the fold, which alone knows the index.
"""

from base64 import urlsafe_b64decode
from collections.abc import Callable

from sqlalchemy import Engine

from attest import keys, statement
from attest.errors import AttestError, MalformedError, UnknownKeyError
from attest.keys import PublicKey
from attest.statement import Statement
from ledger.errors import BodyTooLargeError, MediaTypeError, NotLoggedError
from ledger.store import db

from . import queue
from .queue import Admitted

MAX_BATCH = 1_000
MAX_BODY = 8 * 1024 * 1024
KEPT_KEYS = 100_000
ONE = "application/cose"
BATCH = "application/cbor-seq"
OPENING = b"\xd2\x84"  # tag 18, an array of four
EMPTY_MAP = b"\xa0"
BYTES = 0x40  # major type of byte strings
LENGTHS = {0x58: 1, 0x59: 2, 0x5A: 4}  # by initial byte: how many bytes of length follow
ELSEWHERE = {"permit": "a permit goes with PUT /blobs", "segment": "a segment is in a manifest"}

FindKey = Callable[[bytes], PublicKey | None]


class Door:
    """The way in to one log, for one process."""

    def __init__(self, engine: Engine, origin: str) -> None:
        self.origin = origin
        self._engine = engine
        self._keys: dict[bytes, PublicKey] = {}

    def admit(self, body: bytes, media: str) -> list[Admitted]:
        """Read a body; each statement is admitted, or refused with a reason of its own.

        Raises for the body as a whole: `MediaTypeError`, `BodyTooLargeError`, and
        `MalformedError` when any statement does not parse.
        """
        brought: dict[bytes, PublicKey] = {}
        items = []
        for said in _read(body, media):
            item = self._look(said, lambda kid: brought.get(kid) or self.key(kid))
            if item.brings:
                brought[item.brings.kid] = item.brings
            items.append(item)
        return items

    def key(self, kid: bytes) -> PublicKey | None:
        """Return a key that some statement past the door brought."""
        found = self._keys.get(kid)
        if found is None:
            with db.read(self._engine) as tx:
                data = queue.key_bytes(tx, kid)
            if data is None:
                return None
            if len(self._keys) >= KEPT_KEYS:
                self._keys.clear()
            found = self._keys[kid] = keys.parse_public(data)
        return found

    def _look(self, said: Statement, find: FindKey) -> Admitted:
        try:
            if said.kind in ELSEWHERE:
                raise NotLoggedError(f"{ELSEWHERE[said.kind]}, not to the log")
            check_signature(said, find)
        except AttestError as e:
            return Admitted(said, refusal=queue.refused(e))
        return Admitted(said, brings=new_key(said))


def check_signature(said: Statement, find: FindKey) -> None:
    """Check who signed; raises `UnknownKeyError` or what `statement.check_signature` raises."""
    key = find(said.header.kid)
    if key is None:
        raise UnknownKeyError(f"nobody brought a key {said.header.kid.hex()[:16]}")
    statement.check_signature(said, key)


def new_key(said: Statement) -> PublicKey | None:
    """Return the key that a statement wants to bring, when it is one."""
    text = said.record.get("key")
    if said.kind != "key" or not isinstance(text, str):
        return None
    try:
        return keys.parse_public(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (AttestError, ValueError):
        return None  # the fold says what is wrong with it


def _read(body: bytes, media: str) -> list[Statement]:
    if media not in (ONE, BATCH):
        raise MediaTypeError(f"{media[:100]!r} is neither {ONE} nor {BATCH}")
    if len(body) > MAX_BODY:
        raise BodyTooLargeError(f"body of {len(body)} bytes is above {MAX_BODY}")
    if media == ONE:
        return [statement.parse(body)]
    if not body:
        raise MalformedError("batch is empty")
    said: list[Statement] = []
    at = 0
    while at < len(body):
        if len(said) == MAX_BATCH:
            raise BodyTooLargeError(f"batch has more than {MAX_BATCH} statements")
        end = _end(body, at)
        said.append(statement.parse(body[at:end]))
        at = end
    return said


def _end(body: bytes, start: int) -> int:
    """Return where a statement ends, looking at its lengths alone.

    Whatever has another shape ends with the largest statement, so that parsing it says what is
    wrong: eight megabytes of one-byte items must not be read as eight million of them.
    """
    at = start + len(OPENING)
    if body[start:at] == OPENING:
        at = _after_string(body, at)  # protected header
        if body[at : at + 1] == EMPTY_MAP:
            end = _after_string(body, _after_string(body, at + 1))  # payload, signature
            if end - start <= statement.MAX_SIZE:
                return end
    return start + statement.MAX_SIZE


def _after_string(body: bytes, at: int) -> int:
    """Return where a CBOR byte string of up to four length bytes ends; else beyond the body."""
    head = body[at] if at < len(body) else 0
    if BYTES <= head < BYTES + 24:
        return at + 1 + head - BYTES
    width = LENGTHS.get(head)
    if width is None:
        return len(body) + statement.MAX_SIZE
    return at + 1 + width + int.from_bytes(body[at + 1 : at + 1 + width], "big")
