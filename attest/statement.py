"""A statement: who says what about which thing, signed, in one spelling.

COSE_Sign1 (RFC 9052) shaped as a SCITT signed statement (RFC 9943). `parse` accepts the format
of docs/formats/statement.md to the letter; whether the key signed it, and might, comes after.
"""

import re
from dataclasses import dataclass
from hashlib import sha256

from . import cbor, cose, payload
from .errors import AlgorithmError, HeaderError, TooLargeError
from .keys import EDDSA, ES256, KID_SIZE, PublicKey, Signer

MAX_SIZE = 65_535  # bytes, all told: the limit of an entry in a tlog-tiles bundle
MAX_URI = 2048
HASH_SIZE = 32
MAX_NUMBER = 2**53 - 1  # the largest integer that is safe in every language
LD_JSON = "application/ld+json"
JSON = "application/json"

_ALG, _CONTENT_TYPE, _KID, _CLAIMS, _TYPE = 1, 3, 4, 15, 16
_ISS, _SUB, _IAT = 1, 2, 6
_LABELS = {_ALG, _CONTENT_TYPE, _KID, _CLAIMS, _TYPE}
_SEEN = {"seen"}
_CLAIM_ORDER = (_ISS, _SUB, _IAT)
_CLAIM_NAMES = set(_CLAIM_ORDER)
_VALUES = (_ALG, _CONTENT_TYPE, _KID, _TYPE)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_TYP = re.compile(r"application/vnd\.nguon\.([a-z]{1,32})\+cose")


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest checkpoint that the signer knew: the statement is not older than that."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """What is signed beside the payload; `iat` is the claimed time in seconds UTC."""

    alg: int
    content_type: str
    kid: bytes
    iss: str
    sub: str
    iat: int
    kind: str
    seen: Seen | None = None

    def to_bytes(self) -> bytes:
        """Return the protected header."""
        labels: dict[cbor.Key, cbor.Value] = {
            _ALG: self.alg,
            _CONTENT_TYPE: self.content_type,
            _KID: self.kid,
            _CLAIMS: {_ISS: self.iss, _SUB: self.sub, _IAT: self.iat},
            _TYPE: f"application/vnd.nguon.{self.kind}+cose",
        }
        if self.seen:
            labels["seen"] = [self.seen.origin, self.seen.size, self.seen.root]
        return cbor.encode(labels)


@dataclass(frozen=True, slots=True)
class Statement:
    """A well-formed statement with the bytes as they were signed."""

    data: bytes
    header: Header
    record: dict[str, payload.Json]
    identity: bytes  # SHA-256 of the Sig_structure: equal for re-signed twins
    _parts: cose.Sign1

    @property
    def kind(self) -> str:
        """The kind of the record, from the typ label."""
        return self.header.kind

    @property
    def payload(self) -> bytes:
        """The record's bytes as they were signed."""
        return self._parts.payload

    @property
    def signature(self) -> bytes:
        """The 64 bytes at the end."""
        return self._parts.signature


def parse(data: bytes) -> Statement:
    """Read one statement. Raises MalformedError and its children."""
    if len(data) > MAX_SIZE:
        raise TooLargeError(f"statement has {len(data)} bytes, more than {MAX_SIZE}")
    parts = cose.parse(data)
    header = _parse_header(parts.protected)
    record = payload.parse(parts.payload)
    if header.content_type != media(record):
        raise HeaderError(f"content type {header.content_type} does not fit the payload")
    identity = sha256(parts.sig_structure()).digest()
    return Statement(data, header, record, identity, parts)


def parse_batch(data: bytes) -> list[Statement]:
    """Read a signed batch: a CBOR sequence of statements, all of them or none."""
    return [parse(item) for item in cbor.split(data)]


def sign(  # noqa: PLR0913  the header's members by name
    signer: Signer,
    *,
    kind: str,
    iss: str,
    sub: str,
    iat: int,
    record: dict[str, payload.Json],
    seen: Seen | None = None,
) -> Statement:
    """Say a record. Raises MalformedError when what comes out would be refused."""
    key = signer.key
    header = Header(key.alg, media(record), key.kid, iss, sub, iat, kind, seen)
    unsigned = cose.Sign1(header.to_bytes(), payload.to_bytes(record), bytes(64))
    signature = signer.sign(unsigned.sig_structure())
    return parse(cose.Sign1(unsigned.protected, unsigned.payload, signature).to_bytes())


def check_signature(statement: Statement, key: PublicKey) -> None:
    """Check that `key` signed it. Raises AlgorithmError, SignatureError or HighSError."""
    if statement.header.alg != key.alg:
        raise AlgorithmError(f"header says algorithm {statement.header.alg}, key has {key.alg}")
    key.verify(statement.signature, statement._parts.sig_structure())


def media(record: dict[str, payload.Json]) -> str:
    """Return the content type of a record: EPCIS documents are JSON-LD, all else is JSON."""
    return LD_JSON if record.get("type") == "EPCISDocument" else JSON


def is_uri(text: object) -> bool:
    """Say whether this is a URI in ASCII with a scheme (RFC 3986), at most MAX_URI long."""
    return isinstance(text, str) and len(text) <= MAX_URI and bool(_URI.fullmatch(text))


def _parse_header(data: bytes) -> Header:
    labels = cbor.decode(data)
    if not isinstance(labels, dict) or labels.keys() - _SEEN != _LABELS:
        raise HeaderError("protected header has other labels than the format's")
    claims = labels[_CLAIMS]
    if not isinstance(claims, dict) or claims.keys() != _CLAIM_NAMES:
        raise HeaderError("CWT claims are not exactly iss, sub and iat")
    values = (*(labels[n] for n in _VALUES), *(claims[n] for n in _CLAIM_ORDER))
    match values:
        case int(alg), str(content_type), bytes(kid), str(typ), str(iss), str(sub), int(iat):
            kind = _TYP.fullmatch(typ)
        case _:
            raise HeaderError("a label or claim has another type than the format's")
    if kind is None:
        raise HeaderError(f"typ {typ[:80]!r} names no kind of ours")
    seen = _parse_seen(labels["seen"]) if "seen" in labels else None
    header = Header(alg, content_type, kid, iss, sub, iat, kind[1], seen)
    _check_header(header)
    return header


def _check_header(header: Header) -> None:
    if header.alg not in (EDDSA, ES256):
        raise HeaderError(f"algorithm {header.alg} is neither -8 (EdDSA) nor -7 (ES256)")
    if len(header.kid) != KID_SIZE:
        raise HeaderError(f"kid has {len(header.kid)} bytes, not 32")
    if not is_uri(header.iss) or not is_uri(header.sub):
        raise HeaderError(f"iss {header.iss[:80]!r} or sub {header.sub[:80]!r} is not a URI")
    if not 0 <= header.iat <= MAX_NUMBER:
        raise HeaderError(f"iat {header.iat} is not a time in seconds")


def _parse_seen(value: object) -> Seen:
    match value:
        case [str(origin), int(size), bytes(root)] if (
            origin and 0 <= size <= MAX_NUMBER and len(root) == HASH_SIZE
        ):
            return Seen(origin, size, root)
    raise HeaderError("seen is not [origin, size, root of 32 bytes]")
