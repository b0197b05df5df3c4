"""COSE_Sign1 as bytes: a signed header, a payload, one signature, nothing unsigned.

RFC 9052 §4.2 under tag 18, in deterministic CBOR, with an empty unprotected header.
`parse(s.to_bytes()) == s`, and no other bytes parse to `s`.
"""

from dataclasses import dataclass

from . import cbor
from .errors import HeaderError, MalformedError
from .keys import SIGNATURE_SIZE

_TAG = 18
_CONTEXT = "Signature1"


@dataclass(frozen=True, slots=True)
class Sign1:
    """The three byte strings of a COSE_Sign1 message."""

    protected: bytes
    payload: bytes
    signature: bytes

    def to_bytes(self) -> bytes:
        """Return the tagged message."""
        return cbor.encode(cbor.Tag(_TAG, [self.protected, {}, self.payload, self.signature]))

    def sig_structure(self) -> bytes:
        """Return the bytes that are signed (RFC 9052 §4.4, no external data)."""
        return cbor.encode([_CONTEXT, self.protected, b"", self.payload])


def parse(data: bytes) -> Sign1:
    """Read a tagged message. Raises MalformedError and its children."""
    match cbor.decode(data):
        case cbor.Tag(18, [bytes(protected), dict(open_), bytes(payload), bytes(signature)]):
            if open_:
                raise HeaderError(f"unprotected header has {len(open_)} members")
            if len(signature) != SIGNATURE_SIZE:
                raise MalformedError(f"signature has {len(signature)} bytes, not 64")
            return Sign1(protected, payload, signature)
    raise MalformedError("not a COSE_Sign1 under tag 18 with an attached payload")
