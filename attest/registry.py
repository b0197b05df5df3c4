"""Which key may sign what at which index: the log's `key` entries, folded in order.

Validity is by index, never by claimed time: a key that entry `start` brought in and entry
`until` ended may sign entry i iff start < i ≤ until (the root's own enrolment: i = 0). The fold
works on any rising subset of the entries that holds what made a key valid: `Key.entries`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from . import key_record
from .errors import (
    AlgorithmError,
    ConflictError,
    IssuerError,
    KeyEndedError,
    KeyNotYetError,
    KeyProofError,
    KidEndedError,
    KidEnrolledError,
    RoleError,
    RuleError,
    SeenError,
    SignatureError,
    UnknownKeyError,
)
from .keys import PublicKey
from .statement import Statement

_PROOF_CONTEXT = b"nguon key"
_ANY = frozenset({"key", "permit", "correction"})
_SIGNS: Final = {
    "registrar": "party place cluster facility camera",
    "producer": "facility zone product process certificate opening acceptance diary processing "
    "packaging aggregation activation void shipment arrival return disposal selfcheck label "
    "hold recall response appeal",
    "worker": "acceptance diary processing packaging aggregation shipment arrival selfcheck",
    "laboratory": "labtest sampling",
    "printer": "roll void",
    "inspector": "inspection sampling rapidtest hold",
    "regulator": "certificate place cluster facility camera decision rating hold release "
    "recall support training",
    "helper": "visit training support",
    "camera": "footage violation segment",
    "server": "feedback scans access",
}
ROLES: Final = {role: frozenset(kinds.split()) | _ANY for role, kinds in _SIGNS.items()}


class CompromisedSinceError(RuleError):
    """A revocation says that the key was stolen after its own index."""

    code = "compromised-since"


@dataclass(frozen=True, slots=True)
class Key:
    """A key as the entries so far leave it.

    `entries` are all that make it what it is, down to entry 0. `replaced` says that its holder
    had a valid key which did not consent. `signer` is the kid that brought it in.
    """

    kid: bytes
    key: PublicKey
    holder: str
    name: str | None
    roles: frozenset[str]
    place: str
    start: int
    until: int | None
    compromised_since: int | None
    entries: tuple[int, ...]
    replaced: bool
    signer: bytes

    def valid_at(self, index: int) -> bool:
        """Say whether the key may sign the entry at this index."""
        begun = self.start < index or self.start == index == 0
        return begun and (self.until is None or index <= self.until)

    def doubtful_at(self, index: int) -> bool:
        """Say whether its entry at this index was perhaps signed by a thief."""
        return self.compromised_since is not None and index >= self.compromised_since


class Registry:
    """The keys of the log `origin`; `apply` is the fold, all else only looks."""

    def __init__(self, origin: str, known: Iterable[Key] = ()):
        self.origin = origin
        self._keys: dict[bytes, Key] = {}
        self._by_holder: dict[str, list[bytes]] = {}
        self._by_signer: dict[bytes, list[bytes]] = {}
        for key in known:
            self._add(key)

    @property
    def root(self) -> bytes | None:
        """The kid that entry 0 enrolled."""
        return next((key.kid for key in self._keys.values() if key.start == 0), None)

    def get(self, kid: bytes) -> Key | None:
        """Return a key by its thumbprint."""
        return self._keys.get(kid)

    def keys(self) -> list[Key]:
        """Return all keys in the order they came in."""
        return list(self._keys.values())

    def check(self, index: int, statement: Statement) -> Key:
        """Return the signer's key if it may sign this entry. Raises a KeyRefusal.

        The signature itself is `statement.check_signature`; whether `seen` is one of the log's
        heads only the log can say.
        """
        header = statement.header
        key = self._get(header.kid)
        if key.until is not None and index > key.until:
            raise KeyEndedError(f"key {_short(key.kid)} ended at {key.until}, before {index}")
        if not key.valid_at(index):
            raise KeyNotYetError(f"key {_short(key.kid)} is valid after {key.start}")
        if header.alg != key.key.alg:
            raise AlgorithmError(f"header says {header.alg}, the key is {key.key.alg}")
        if header.iss != key.holder:
            raise IssuerError(f"issuer {header.iss} is not the key's holder {key.holder}")
        if not any(statement.kind in ROLES[role] for role in key.roles):
            raise RoleError(f"{', '.join(sorted(key.roles))} may not sign {statement.kind}")
        if header.seen and header.seen.origin != self.origin:
            raise SeenError(f"seen is a head of {header.seen.origin}, not of {self.origin}")
        return key

    def apply(self, index: int, statement: Statement) -> None:
        """Fold one entry of kind `key`. Raises a refusal, and then has no effect."""
        if statement.kind != "key":
            raise RuleError(f"a {statement.kind} says nothing about keys")
        record = key_record.parse(statement.record)
        if index == 0 and isinstance(record, key_record.Enrol):
            self._found(statement, record)
            return
        signer = self.check(index, statement)
        if isinstance(record, key_record.Enrol):
            self._enrol(index, signer, record)
        elif isinstance(record, key_record.Rotate):
            self._rotate(index, signer, record)
        else:
            self._revoke(index, signer, record)

    def _found(self, statement: Statement, record: key_record.Enrol) -> None:
        """Entry 0: the root registrar enrols itself."""
        if self._keys:
            raise ConflictError("the log has its root already")
        if statement.header.kid != record.kid or "registrar" not in record.roles:
            raise RoleError("entry 0 is not a registrar's enrolment of itself")
        if statement.header.iss != record.holder:
            raise IssuerError(f"issuer {statement.header.iss} is not holder {record.holder}")
        self._check_proof(record.key, record.proof, record.holder, record.kid, record.kid)
        self._add(_new_key(0, record, record.kid, (0,), replaced=False))

    def _enrol(self, index: int, signer: Key, record: key_record.Enrol) -> None:
        if "registrar" not in signer.roles:
            raise RoleError(f"{', '.join(sorted(signer.roles))} may not enrol keys")
        self._check_new(record.kid)
        self._check_proof(record.key, record.proof, record.holder, record.kid, signer.kid)
        before = self._valid_keys(record.holder, index)
        other = before[-1] if before else None
        if other and record.consent is not None:
            other = self._consenting(before, record.consent, record.kid, signer.kid)
        made_by = {*signer.entries, *(other.entries if other else ()), index}
        replaced = other is not None and record.consent is None
        self._add(_new_key(index, record, signer.kid, made_by, replaced=replaced))

    def _rotate(self, index: int, old: Key, record: key_record.Rotate) -> None:
        self._check_new(record.kid)
        self._check_proof(record.key, record.proof, old.holder, record.kid, old.kid)
        entries = (*old.entries, index)
        self._keys[old.kid] = replace(old, until=index, entries=entries)
        self._add(
            replace(
                old,
                kid=record.kid,
                key=record.key,
                start=index,
                entries=entries,
                replaced=False,
                signer=old.kid,
            )
        )

    def _revoke(self, index: int, signer: Key, record: key_record.Revoke) -> None:
        key = self._get(record.kid)
        since = record.compromised_since
        if signer.kid != key.kid and "registrar" not in signer.roles:
            raise RoleError(f"{', '.join(sorted(signer.roles))} may revoke only its own key")
        if since is not None and since > index:
            raise CompromisedSinceError(f"compromised since {since}, which is after {index}")
        if key.until is not None and since is None:
            raise KidEndedError(f"key {_short(key.kid)} ended at {key.until} already")
        known = [s for s in (since, key.compromised_since) if s is not None]
        made_by = {*signer.entries, index}
        ended = _end(key, index, made_by)
        self._keys[key.kid] = replace(ended, compromised_since=min(known, default=None))
        if since is not None:
            self._end_brought(key.kid, since, index, made_by)

    def _end_brought(self, kid: bytes, since: int, index: int, made_by: set[int]) -> None:
        """End the keys that a thief brought in from `since` on, and theirs in turn."""
        waiting = [kid]
        while waiting:
            parent = waiting.pop()
            for child in map(self._get, self._by_signer.get(parent, [])):
                if parent != kid or child.start >= since:
                    self._keys[child.kid] = _end(child, index, made_by)
                    waiting.append(child.kid)

    def _get(self, kid: bytes) -> Key:
        key = self._keys.get(kid)
        if key is None:
            raise UnknownKeyError(f"no entry enrolled key {_short(kid)}")
        return key

    def _valid_keys(self, holder: str, index: int) -> list[Key]:
        known = map(self._get, self._by_holder.get(holder, []))
        return [key for key in known if key.valid_at(index)]

    def _check_new(self, kid: bytes) -> None:
        if kid in self._keys:
            raise KidEnrolledError(f"key {_short(kid)} was enrolled at {self._get(kid).start}")

    def _check_proof(
        self, key: PublicKey, proof: bytes, holder: str, kid: bytes, signer_kid: bytes
    ) -> None:
        try:
            key.verify(proof, key_proof_message(self.origin, holder, kid, signer_kid))
        except SignatureError as e:
            raise KeyProofError(f"key {_short(kid)} did not sign its enrolment: {e}") from e

    def _consenting(
        self, before: list[Key], consent: bytes, kid: bytes, signer_kid: bytes
    ) -> Key:
        """Return the present key of the holder that signed the newcomer's enrolment."""
        message = key_proof_message(self.origin, before[0].holder, kid, signer_kid)
        for key in before:
            try:
                key.key.verify(consent, message)
            except SignatureError:
                continue
            return key
        raise KeyProofError(f"no present key of {before[0].holder} gave this consent")

    def _add(self, key: Key) -> None:
        self._keys[key.kid] = key
        self._by_holder.setdefault(key.holder, []).append(key.kid)
        if key.signer != key.kid:  # the root has nobody above it
            self._by_signer.setdefault(key.signer, []).append(key.kid)


def key_proof_message(origin: str, holder: str, kid: bytes, signer_kid: bytes) -> bytes:
    """Return what a new key signs as `proof`, and a present one as `consent`."""
    digests = sha256(origin.encode()).digest() + sha256(holder.encode()).digest()
    return _PROOF_CONTEXT + digests + kid + signer_kid


def _new_key(
    index: int,
    record: key_record.Enrol,
    signer: bytes,
    made_by: Iterable[int],
    *,
    replaced: bool,
) -> Key:
    return Key(
        kid=record.kid,
        key=record.key,
        holder=record.holder,
        name=record.name,
        roles=frozenset(record.roles),
        place=record.place,
        start=index,
        until=None,
        compromised_since=None,
        entries=tuple(sorted(made_by)),
        replaced=replaced,
        signer=signer,
    )


def _end(key: Key, index: int, made_by: set[int]) -> Key:
    until = index if key.until is None else min(key.until, index)
    return replace(key, until=until, entries=tuple(sorted({*key.entries, *made_by})))


def _short(kid: bytes) -> str:
    return kid.hex()[:16]
