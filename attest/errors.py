"""Why bytes are refused: one class a reason, and each reason has a code that never changes.

Callers catch `AttestError`; tests name the subclass. The code is the last part of
`https://w3id.org/nguon/v1/problems/<code>`; the text says what was wrong, with the values.
"""

from typing import ClassVar


class AttestError(Exception):
    """Base of every refusal in this package; `code` is its name for ever."""

    code: ClassVar[str]


class MalformedError(AttestError):
    """The bytes are not in the one accepted form."""

    code = "malformed"


class CborError(MalformedError):
    """The CBOR is not spelled as RFC 8949 §4.2.1 asks."""

    code = "cbor-not-deterministic"


class TrailingBytesError(MalformedError):
    """Something follows the last byte that means anything."""

    code = "trailing-bytes"


class SpellingError(MalformedError):
    """The payload is JSON, but not as `JSON.stringify` prints it."""

    code = "payload-spelling"


class HeaderError(MalformedError):
    """A statement's header has other labels or values than the format allows."""

    code = "bad-header"


class TooLargeError(MalformedError):
    """More bytes than the format allows."""

    code = "too-large"


class WeakKeyError(AttestError):
    """A public key that proves nothing: small order, not canonical, not on its curve."""

    code = "weak-key"


class SignatureError(AttestError):
    """The bytes are well formed, but this key did not sign them."""

    code = "bad-signature"


class HighSError(SignatureError):
    """The upper twin of an ECDSA signature, which anybody can make from the lower one."""

    code = "high-s"


class ProofError(AttestError):
    """The proof does not lead from the leaf to the signed root."""

    code = "bad-proof"


class KeyRefusal(AttestError):  # noqa: N818  a family, never raised itself
    """The signature holds, but this key may not sign this, here, now."""

    code = "key-refused"


class UnknownKeyError(KeyRefusal):
    """No entry of the log brought this key in."""

    code = "unknown-key"


class KeyEndedError(KeyRefusal):
    """The key ended before this index."""

    code = "key-ended"


class KeyNotYetError(KeyRefusal):
    """The key was brought in at this index or later."""

    code = "key-not-yet"


class RoleError(KeyRefusal):
    """None of the key's roles may sign this kind."""

    code = "role"


class IssuerError(KeyRefusal):
    """The issuer that the statement names is not the key's holder."""

    code = "issuer"


class AlgorithmError(KeyRefusal):
    """The header names another algorithm than the registered key's."""

    code = "alg-mismatch"


class KeyProofError(KeyRefusal):
    """The new key, or the holder's present key, did not sign the enrolment."""

    code = "key-proof"


class SeenError(KeyRefusal):
    """`seen` names another log, or a head that this log never had."""

    code = "seen"


class ConflictError(AttestError):
    """What the log already holds rules this out."""

    code = "conflict"


class KidEnrolledError(ConflictError):
    """A kid is enrolled once, whatever became of it."""

    code = "kid-enrolled"


class KidEndedError(ConflictError):
    """The key to be revoked has ended already, and nothing new is said about it."""

    code = "kid-ended"


class RuleError(AttestError):
    """A rule of the kind is broken."""

    code = "rule"


class TrustError(AttestError):
    """What is shown belongs to another log, key or root than the reader pinned."""

    code = "other-trust"
