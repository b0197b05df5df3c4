"""A signed permission to store one blob: who, which bytes, until when, for whose eyes.

`Authorization: Nguon <base64url statement of kind permit>` with the payload `{type: "permit",
id, cid, bytes, until, public}` (formats §6). It is never logged. The key must be valid now, and
`until` at most an hour ahead.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from attest import cid as cids
from attest import fields, spell, statement
from attest.errors import MalformedError
from attest.payload import Json
from attest.registry import Key
from attest.statement import Statement
from ledger.errors import ForbiddenError

SCHEME = "Nguon "
MEMBERS = ("type", "id", "cid", "bytes", "until", "public")
AHEAD_MS = 3_600_000
MAX_BYTES = 1 << 30


class PermitError(ForbiddenError):
    """The permit is for other bytes, or for another time."""

    code = "permit"


class Keyring(Protocol):
    """What a permit is checked against: the keys that are valid for the next entry."""

    def check(self, index: int, statement: Statement) -> Key:
        """Return the signer's key; raises a `KeyRefusal`."""


@dataclass(frozen=True, slots=True)
class Permit:
    """Bytes that a key may store; `identity` is that of the permit's statement."""

    cid: str
    size: int
    until_ms: int
    public: bool
    kid: bytes
    identity: bytes


def check(
    header: str, cid: str, now_ms: int, keys: Callable[[], tuple[int, Keyring]]
) -> Permit:
    """Read an Authorization header for a blob. Raises `PermitError` or what `attest` raises.

    `keys` returns the next index of the log and the registry as of now.
    """
    if not header.startswith(SCHEME):
        raise PermitError("a blob needs `Authorization: Nguon <statement of kind permit>`")
    said = statement.parse(spell.parse_base64url(header.removeprefix(SCHEME).strip()))
    permit = _parse(said)
    if permit.cid != cid:
        raise PermitError(f"permit is for {permit.cid}, not for {cid}")
    if not now_ms < permit.until_ms <= now_ms + AHEAD_MS:
        until = spell.time_text(permit.until_ms)
        raise PermitError(f"permit until {until} is over, or more than an hour ahead")
    index, registry = keys()
    statement.check_signature(said, registry.check(index, said).key)
    return permit


def _parse(said: Statement) -> Permit:
    record: dict[str, Json] = said.record
    if said.kind != "permit" or record.get("type") != "permit" or set(record) != set(MEMBERS):
        raise MalformedError(f"not a permit with exactly {', '.join(MEMBERS)}")
    public = record["public"]
    if not isinstance(public, bool):
        raise MalformedError("public is neither true nor false")
    size = fields.integer(record["bytes"], 0)
    if size > MAX_BYTES:
        raise PermitError(f"a blob has at most {MAX_BYTES} bytes, not {size}")
    name = cids.parse(fields.text(record["cid"])).text()
    until_ms = spell.time_ms(fields.text(record["until"]))
    return Permit(name, size, until_ms, public, said.header.kid, said.identity)
