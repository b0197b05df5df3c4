"""What a `key` entry says: a key comes in, replaces another, or ends. Read strictly.

Enrol, Rotate and Revoke are the three actions of docs/formats/keys.md. `record()` prints what
`parse` read; a member that the action does not have is refused, unless its name has a prefix.
"""

from dataclasses import dataclass, field
from typing import Final, TypeAlias

from . import keys, spell
from .errors import MalformedError
from .payload import Json
from .statement import MAX_NUMBER, is_uri

ROLES: Final = (
    "registrar",
    "producer",
    "worker",
    "laboratory",
    "printer",
    "inspector",
    "regulator",
    "helper",
    "camera",
    "server",
)

_MEMBERS = {
    "enrol": (
        {"type", "id", "action", "kid", "key", "holder", "roles", "place", "proof"},
        {"name", "consent", "reason"},
    ),
    "rotate": ({"type", "id", "action", "kid", "key", "proof"}, {"reason"}),
    "revoke": ({"type", "id", "action", "kid"}, {"compromisedSince", "reason"}),
}


@dataclass(frozen=True, slots=True)
class Enrol:
    """A registrar brings in a key for a holder."""

    id: str
    key: keys.PublicKey
    holder: str
    name: str | None
    roles: tuple[str, ...]
    place: str
    proof: bytes
    consent: bytes | None = None
    reason: str | None = None
    more: dict[str, Json] = field(default_factory=dict)

    @property
    def kid(self) -> bytes:
        """The new key's thumbprint."""
        return self.key.kid

    def record(self) -> dict[str, Json]:
        """Return what is signed."""
        consent = None if self.consent is None else spell.base64url(self.consent)
        return _without_none(
            {
                "type": "key",
                "id": self.id,
                "action": "enrol",
                "kid": spell.base64url(self.kid),
                "key": spell.base64url(self.key.cose),
                "holder": self.holder,
                "name": self.name,
                "roles": list(self.roles),
                "place": self.place,
                "proof": spell.base64url(self.proof),
                "consent": consent,
                "reason": self.reason,
                **self.more,
            }
        )


@dataclass(frozen=True, slots=True)
class Rotate:
    """A key hands over to a new one; holder, roles and place carry over."""

    id: str
    key: keys.PublicKey
    proof: bytes
    reason: str | None = None
    more: dict[str, Json] = field(default_factory=dict)

    @property
    def kid(self) -> bytes:
        """The new key's thumbprint."""
        return self.key.kid

    def record(self) -> dict[str, Json]:
        """Return what is signed."""
        return _without_none(
            {
                "type": "key",
                "id": self.id,
                "action": "rotate",
                "kid": spell.base64url(self.kid),
                "key": spell.base64url(self.key.cose),
                "proof": spell.base64url(self.proof),
                "reason": self.reason,
                **self.more,
            }
        )


@dataclass(frozen=True, slots=True)
class Revoke:
    """A key ends; from index `compromised_since` on its entries are doubtful."""

    id: str
    kid: bytes
    compromised_since: int | None = None
    reason: str | None = None

    def record(self) -> dict[str, Json]:
        """Return what is signed."""
        return _without_none(
            {
                "type": "key",
                "id": self.id,
                "action": "revoke",
                "kid": spell.base64url(self.kid),
                "compromisedSince": self.compromised_since,
                "reason": self.reason,
            }
        )


KeyRecord: TypeAlias = Enrol | Rotate | Revoke


def parse(record: dict[str, Json]) -> KeyRecord:
    """Read a record of kind `key`. Raises MalformedError, WeakKeyError for a bad new key."""
    action = record.get("action")
    if record.get("type") != "key" or not isinstance(action, str) or action not in _MEMBERS:
        raise MalformedError(f"no key record with action {str(action)[:40]!r}")
    more = _check_members(record, action)
    reason = _optional_text(record, "reason")
    kid = spell.parse_base64url(_text(record, "kid"), keys.KID_SIZE)
    if action == "revoke":
        return Revoke(_uri(record, "id"), kid, _since(record), reason)
    key = keys.parse_public(spell.parse_base64url(_text(record, "key")))
    if key.kid != kid:
        raise MalformedError("kid is not the thumbprint of key")
    proof = _signature(record, "proof")
    if action == "rotate":
        return Rotate(_uri(record, "id"), key, proof, reason, more)
    return Enrol(
        id=_uri(record, "id"),
        key=key,
        holder=_uri(record, "holder"),
        name=_optional_text(record, "name"),
        roles=_roles(record["roles"]),
        place=_uri(record, "place"),
        proof=proof,
        consent=_signature(record, "consent") if "consent" in record else None,
        reason=reason,
        more=more,
    )


def _check_members(record: dict[str, Json], action: str) -> dict[str, Json]:
    """Refuse missing and foreign members; return those with a prefix."""
    required, optional = _MEMBERS[action]
    if missing := required - record.keys():
        raise MalformedError(f"{action} has no {min(missing)!r}")
    foreign = [name for name in record if name not in required | optional]
    if action == "revoke" or not all(":" in name for name in foreign):
        for name in foreign:
            raise MalformedError(f"{action} has no member {name[:40]!r}")
    return {name: record[name] for name in foreign}


def _text(record: dict[str, Json], name: str) -> str:
    value = record[name]
    if not isinstance(value, str) or not value:
        raise MalformedError(f"{name} is {str(value)[:40]!r}, not a text")
    return value


def _optional_text(record: dict[str, Json], name: str) -> str | None:
    return _text(record, name) if name in record else None


def _signature(record: dict[str, Json], name: str) -> bytes:
    return spell.parse_base64url(_text(record, name), keys.SIGNATURE_SIZE)


def _uri(record: dict[str, Json], name: str) -> str:
    value = _text(record, name)
    if not is_uri(value):
        raise MalformedError(f"{name} {value[:80]!r} is not a URI")
    return value


def _since(record: dict[str, Json]) -> int | None:
    value = record.get("compromisedSince")
    if type(value) is int and 0 <= value <= MAX_NUMBER:
        return value
    if "compromisedSince" not in record:
        return None
    raise MalformedError(f"compromisedSince {str(value)[:40]!r} is not an index")


def _roles(value: Json) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise MalformedError("roles is not a list of roles")
    roles = tuple(role for role in ROLES for given in value if given == role)
    if len(roles) != len(value) or len(set(roles)) != len(roles):
        raise MalformedError(f"roles {str(value)[:80]} has an unknown one or one twice")
    return tuple(str(role) for role in value)


def _without_none(record: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in record.items() if value is not None}
