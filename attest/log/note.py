"""A text with the signatures of those who stand for it: c2sp.org/signed-note.

Parsing is strict: `parse(n.to_text()) == n`, and no other text parses to `n`. The text of a
note means nothing before `verify` has found the signature of a key that the reader knows.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from attest import keys
from attest.errors import MalformedError, SignatureError

ED25519 = 0x01
COSIGNATURE = 0x04
KEY_SIZE = 32
ID_SIZE = 4
MAX_SIGNATURES = 100
MAX_SIZE = 1_000_000
_COSE_ED25519 = bytes.fromhex("a301012006215820")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
_PRIVATE = "PRIVATE+KEY+"


@dataclass(frozen=True, slots=True)
class Signature:
    """One line below a note: who signed, the id of the key, and what it made."""

    name: str
    key_id: bytes
    data: bytes

    def line(self) -> str:
        """Return the line with its newline."""
        return f"— {self.name} {b64encode(self.key_id + self.data).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends in a newline, and the signatures below it."""

    text: str
    signatures: tuple[Signature, ...]

    def to_text(self) -> str:
        """Return the whole note as it is published."""
        return self.text + "\n" + "".join(s.line() for s in self.signatures)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public Ed25519 key under a name; `kind` says what its signatures mean."""

    name: str
    kind: int
    key: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature line names this key."""
        return _key_id(self.name, self.kind, self.key)

    def text(self) -> str:
        """Return the vkey: name, key id in hex, and key in base64, joined by plus signs."""
        material = b64encode(bytes([self.kind]) + self.key).decode()
        return f"{self.name}+{self.key_id.hex()}+{material}"

    def check(self, signature: bytes, message: bytes) -> None:
        """Accept only an Ed25519 signature by this key; raises `SignatureError`."""
        keys.parse_public(_COSE_ED25519 + self.key).verify(signature, message)


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """A name and the Ed25519 key that signs notes in it."""

    name: str
    key: Ed25519PrivateKey

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, ED25519, self.key.public_key().public_bytes_raw())

    def sign(self, text: str) -> Signature:
        """Return the signature line of this key for a note's text."""
        return Signature(self.name, self.verifier.key_id, self.key.sign(text.encode()))

    def text(self) -> str:
        """Return the secret in the form that Go's `note` package reads; keep it in a vault."""
        material = b64encode(bytes([ED25519]) + self.key.private_bytes_raw()).decode()
        return f"{_PRIVATE}{self.name}+{self.verifier.key_id.hex()}+{material}"


def parse(text: str) -> Note:
    """Read a note, refusing every spelling but the canonical one with `MalformedError`."""
    if len(text) > MAX_SIZE or _CONTROL.search(text):
        raise MalformedError("note is too long or has control characters")
    body, blank, lines = text.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise MalformedError("note has no empty line above its signatures, or no last newline")
    signatures = tuple(_parse_line(line) for line in lines[:-1].split("\n"))
    if len(signatures) > MAX_SIGNATURES:
        raise MalformedError(f"note has {len(signatures)} signatures")
    note = Note(body + "\n", signatures)
    if note.to_text() != text:
        raise MalformedError("note is not in canonical form")
    return note


def parse_bytes(data: bytes) -> Note:
    """Read a note from bytes, which must be UTF-8."""
    try:
        return parse(data.decode())
    except UnicodeDecodeError as e:
        raise MalformedError(f"note is not UTF-8: {e}") from e


def parse_key(text: str) -> VerifierKey:
    """Read a vkey of kind 0x01 or 0x04; a weak key is refused with `WeakKeyError`."""
    name, material = _parse_material(text)
    key = VerifierKey(name, material[0], material[1:])
    if key.kind not in (ED25519, COSIGNATURE) or key.text() != text:
        raise MalformedError(f"verifier key {text[:200]!r} is not in canonical form")
    keys.parse_public(_COSE_ED25519 + key.key)
    return key


def parse_signer(text: str) -> NoteSigner:
    """Read a secret as `NoteSigner.text` writes it; the message never repeats it."""
    if not text.startswith(_PRIVATE):
        raise MalformedError("signer key does not begin with PRIVATE+KEY+")
    name, material = _parse_material(text.removeprefix(_PRIVATE))
    signer = NoteSigner(name, Ed25519PrivateKey.from_private_bytes(material[1:]))
    if signer.text() != text:
        raise MalformedError(f"signer key of {name!r} is not in canonical form")
    return signer


def verify(note: Note, known: Iterable[VerifierKey]) -> list[Signature]:
    """Return the signatures of known 0x01 keys, once each.

    Unknown keys are ignored. Raises `SignatureError` when a line that names a known key does
    not hold, or when no line names one.
    """
    by_id = {(key.name, key.key_id): key for key in known}
    found: dict[tuple[str, bytes], Signature] = {}
    for signature in note.signatures:
        who = (signature.name, signature.key_id)
        if who in by_id:
            by_id[who].check(signature.data, note.text.encode())
            found.setdefault(who, signature)
    if not found:
        raise SignatureError("no key that is known signed this note")
    return list(found.values())


def _key_id(name: str, kind: int, key: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:ID_SIZE]


def _parse_line(line: str) -> Signature:
    try:
        dash, name, text = line.split(" ")
        data = b64decode(text, validate=True)
    except ValueError as e:
        raise MalformedError(f"signature line {line[:100]!r} has not three parts: {e}") from e
    if dash != "—" or not _is_name(name) or len(data) <= ID_SIZE:
        raise MalformedError(f"signature line {line[:100]!r} is not one")
    return Signature(name, data[:ID_SIZE], data[ID_SIZE:])


def _parse_material(text: str) -> tuple[str, bytes]:
    try:
        name, _, encoded = text.split("+", 2)
        material = b64decode(encoded, validate=True)
    except ValueError as e:
        raise MalformedError("key is not name, id and base64") from e
    if not _is_name(name) or len(material) != 1 + KEY_SIZE:
        raise MalformedError(f"key of {name[:100]!r} is not one byte and {KEY_SIZE} more")
    return name, material


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(c.isspace() for c in name)
