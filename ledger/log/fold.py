"""The log as state: each entry in order of index takes effect, or has none for a named reason.

One fold serves the writer (`admit`, where a refusal means that nothing is logged) and whoever
reads a log that exists (`replay`, which is total: a rule-breaking entry has no effect and is
reported). Order as formats §1 says: parse, verify, dedup, key validity, rules of the kind.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import Connection, insert, select

from attest import keys, statement
from attest.errors import AttestError, SeenError
from attest.keys import PublicKey
from attest.registry import Registry
from attest.statement import Statement
from ledger.store.log_rows import EntryRow

from . import door, queue

ENTRIES = EntryRow.__table__  # type: ignore[attr-defined]  # SQLModel makes it
CHUNK = 500  # bound parameters in one query
DUPLICATE = "duplicate"
RootAt = Callable[[int], bytes]


class Rules(Protocol):
    """What the kinds mean: `ledger.kinds` is one."""

    def fold_one(
        self, tx: Connection, registry: Registry, index: int, statement: Statement
    ) -> None:
        """Let a statement take effect at an index, or raise with no effect."""
        ...

    def load_registry(self, tx: Connection, origin: str) -> Registry:
        """Return the keys as the rows have them."""
        ...


class Fold:
    """The state of one log after some entries, in the rows of a database and a registry."""

    def __init__(self, origin: str, root_at: RootAt, rules: Rules) -> None:
        self.origin = origin
        self._rules = rules
        self.registry = Registry(origin)
        self._root_at = lru_cache(4096)(root_at)
        self._keys: dict[bytes, PublicKey] = {}  # a kid never means another key

    def restore(self, tx: Connection) -> None:
        """Take the registry from the rows: at a start, and after a rollback."""
        self.registry = self._rules.load_registry(tx, self.origin)

    def admit(self, tx: Connection, index: int, said: Statement) -> None:
        """Let a statement take effect at the next index, or raise with no effect.

        The caller knows that it is signed and not in the log yet.
        """
        self._check_seen(said, index)
        self._rules.fold_one(tx, self.registry, index, said)

    def replay(self, tx: Connection, index: int, data: bytes) -> str | None:
        """Take in an entry that the log has; returns why it has no effect, as a code."""
        try:
            said = statement.parse(data)
        except AttestError as e:
            tx.execute(insert(ENTRIES), [_unread(index, e.code)])
            return e.code
        effect, signed = self._replay(tx, index, said)
        row = {**entry_row(index, said), "effect": effect}
        if effect == DUPLICATE or not signed:
            row["identity"] = None  # a forged twin does not keep the true one out
        tx.execute(insert(ENTRIES), [row])
        return effect

    def _replay(self, tx: Connection, index: int, said: Statement) -> tuple[str | None, bool]:
        """Return why an entry has no effect, and whether its signature holds."""
        brings = door.new_key(said)
        try:
            door.check_signature(said, lambda kid: self._find(tx, kid, brings, index))
        except AttestError as e:
            return e.code, False
        if known(tx, [said.identity]):
            return DUPLICATE, True
        queue.bring(tx, [brings] if brings else [])
        try:
            self.admit(tx, index, said)
        except AttestError as e:
            return e.code, True
        return None, True

    def _find(
        self, tx: Connection, kid: bytes, brings: PublicKey | None, index: int
    ) -> PublicKey | None:
        if index == 0 and brings and brings.kid == kid:
            return brings  # the root registrar enrols itself
        if kid not in self._keys:
            data = queue.key_bytes(tx, kid)
            if data is None:
                return None
            self._keys[kid] = keys.parse_public(data)
        return self._keys[kid]

    def _check_seen(self, said: Statement, index: int) -> None:
        seen = said.header.seen
        if seen is None:
            return
        if seen.origin != self.origin:
            raise SeenError(f"seen is of {seen.origin[:100]!r}, this log is {self.origin!r}")
        if seen.size > index or self._root_at(seen.size) != seen.root:
            raise SeenError(f"this log never had that root at size {seen.size}")


def entry_row(index: int, said: Statement) -> dict[str, Any]:
    """Return the row of an entry that has its effect."""
    header = said.header
    return {
        "index": index,
        "identity": said.identity,
        "kind": header.kind,
        "issuer": header.iss,
        "kid": header.kid,
        "sub": header.sub,
        "iat": header.iat,
        "effect": None,
    }


def enter(tx: Connection, rows: list[dict[str, Any]]) -> None:
    """Insert rows of entries."""
    if rows:
        tx.execute(insert(ENTRIES), rows)


def known(tx: Connection, identities: Iterable[bytes]) -> dict[bytes, int]:
    """Return the index of each statement that the log has."""
    wanted = list(identities)
    found: dict[bytes, int] = {}
    columns = (ENTRIES.c.identity, ENTRIES.c.index)
    for at in range(0, len(wanted), CHUNK):
        query = select(*columns).where(ENTRIES.c.identity.in_(wanted[at : at + CHUNK]))
        found.update((identity, index) for identity, index in tx.execute(query))
    return found


def size(tx: Connection) -> int:
    """Return how many entries the rows hold; they are contiguous from 0."""
    newest = select(ENTRIES.c.index).order_by(ENTRIES.c.index.desc()).limit(1)
    index: int | None = tx.execute(newest).scalar()
    return 0 if index is None else index + 1


def newest(tx: Connection, kind: str) -> int:
    """Return the index of the newest entry of a kind; -1 when there is none."""
    query = select(ENTRIES.c.index).where(ENTRIES.c.kind == kind)
    index: int | None = tx.execute(query.order_by(ENTRIES.c.index.desc()).limit(1)).scalar()
    return -1 if index is None else index


def _unread(index: int, code: str) -> dict[str, Any]:
    return {
        "index": index,
        "identity": None,
        "kind": "",
        "issuer": "",
        "kid": b"",
        "sub": "",
        "iat": 0,
        "effect": code,
    }
