"""A key is its COSE_Key bytes; it verifies strictly and is named by its thumbprint.

Only Ed25519 (COSE -8) and ECDSA P-256 (-7). Refused where the key is read: points of small
order, points not on the curve, spellings that are not canonical. An ECDSA signature is
64 bytes r ‖ s in the lower half, so that nobody can make a second one from the first.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

from . import cbor
from .errors import HighSError, MalformedError, SignatureError, WeakKeyError

EDDSA: Final = -8
ES256: Final = -7
SIGNATURE_SIZE = 64
KID_SIZE = 32

_SIZE = 32
_KTY, _CRV, _X, _Y = 1, -1, -2, -3
_OKP, _EC2, _ED25519, _P256 = 1, 2, 6, 1
_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
# y of the points whose order divides 8, RFC 8032 §5.1: orders 4, 1, 2 and twice 8
_Y8 = 2707385501144840649318225287225658788936804267575313519463743609750303402022
_SMALL = {0, 1, _P - 1, _Y8, _P - _Y8}
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # order of P-256
_CURVE = ec.SECP256R1()
_ECDSA = ec.ECDSA(hashes.SHA256())


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that `parse_public` found fit: its algorithm, COSE_Key bytes and thumbprint."""

    alg: int
    cose: bytes
    kid: bytes
    _native: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey = field(
        repr=False, compare=False
    )

    def verify(self, signature: bytes, message: bytes) -> None:
        """Check a signature of 64 bytes. Raises SignatureError, for upper twins HighSError."""
        if len(signature) != SIGNATURE_SIZE:
            raise SignatureError(f"signature has {len(signature)} bytes, not 64")
        try:
            if isinstance(self._native, ed25519.Ed25519PublicKey):
                self._native.verify(signature, message)
            else:
                self._native.verify(_to_der(signature), message, _ECDSA)
        except InvalidSignature as e:
            raise SignatureError(f"key {self.kid.hex()[:16]} did not sign this") from e


class Signer(Protocol):
    """Whatever holds a private key: a file, a browser, a hardware token."""

    @property
    def key(self) -> PublicKey:
        """The public half."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return 64 bytes; ECDSA with low s."""
        ...


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private key in memory; a `Signer`."""

    key: PublicKey
    _native: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey = field(
        repr=False, compare=False
    )

    @classmethod
    def generate(cls, alg: int = EDDSA) -> "PrivateKey":
        """Make a key from the system's randomness."""
        if alg == EDDSA:
            return _private(ed25519.Ed25519PrivateKey.generate())
        if alg == ES256:
            return _private(ec.generate_private_key(_CURVE))
        raise MalformedError(f"algorithm {alg} is neither -8 (EdDSA) nor -7 (ES256)")

    @classmethod
    def from_seed(cls, seed: bytes, alg: int = EDDSA) -> "PrivateKey":
        """Make the same key from the same seed: for tests and invented data only."""
        secret = sha256(seed).digest()
        if alg == EDDSA:
            return _private(ed25519.Ed25519PrivateKey.from_private_bytes(secret))
        scalar = int.from_bytes(secret, "big") % (_N - 1) + 1
        return _private(ec.derive_private_key(scalar, _CURVE))

    @classmethod
    def from_pem(cls, data: bytes) -> "PrivateKey":
        """Read what `to_pem` wrote. Raises MalformedError for anything else."""
        try:
            native = serialization.load_pem_private_key(data, None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as e:
            raise MalformedError("not an unencrypted PKCS #8 key in PEM") from e
        if isinstance(native, ed25519.Ed25519PrivateKey):
            return _private(native)
        if isinstance(native, ec.EllipticCurvePrivateKey) and native.curve.name == _CURVE.name:
            return _private(native)
        raise MalformedError("the key is neither Ed25519 nor P-256")

    def sign(self, message: bytes) -> bytes:
        """Return 64 bytes; ECDSA with low s."""
        if isinstance(self._native, ed25519.Ed25519PrivateKey):
            return self._native.sign(message)
        r, s = utils.decode_dss_signature(self._native.sign(message, _ECDSA))
        return r.to_bytes(_SIZE, "big") + min(s, _N - s).to_bytes(_SIZE, "big")

    def to_pem(self) -> bytes:
        """Return the key as unencrypted PKCS #8; whoever stores it guards it (mode 0600)."""
        return self._native.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def parse_public(cose: bytes) -> PublicKey:
    """Read COSE_Key bytes with exactly the members that RFC 9679 hashes.

    Raises MalformedError for other members or lengths, CborError for another spelling and
    WeakKeyError for a point that must not be used.
    """
    match cbor.decode(cose):
        case {1: 1, -1: 6, -2: bytes(x), **rest} if len(x) == _SIZE and not rest:
            _require_strong(x)
            return PublicKey(
                EDDSA,
                cose,
                sha256(cose).digest(),
                ed25519.Ed25519PublicKey.from_public_bytes(x),
            )
        case {1: 2, -1: 1, -2: bytes(x), -3: bytes(y), **rest} if (
            len(x) == len(y) == _SIZE and not rest
        ):
            return PublicKey(ES256, cose, sha256(cose).digest(), _point(x, y))
    raise MalformedError("not a COSE_Key with the RFC 9679 members of Ed25519 or P-256")


def _private(native: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> PrivateKey:
    if isinstance(native, ed25519.Ed25519PrivateKey):
        raw = native.public_key().public_bytes_raw()
        cose = cbor.encode({_KTY: _OKP, _CRV: _ED25519, _X: raw})
    else:
        numbers = native.public_key().public_numbers()
        x, y = numbers.x.to_bytes(_SIZE, "big"), numbers.y.to_bytes(_SIZE, "big")
        cose = cbor.encode({_KTY: _EC2, _CRV: _P256, _X: x, _Y: y})
    return PrivateKey(parse_public(cose), native)


def _require_strong(x: bytes) -> None:
    """Refuse encodings that RFC 8032 §5.1.3 does not decode and points of small order."""
    sign, y = x[31] >> 7, int.from_bytes(x, "little") & (2**255 - 1)
    if y >= _P:
        raise WeakKeyError("Ed25519 key is not in canonical form")
    if y in _SMALL:
        raise WeakKeyError(f"Ed25519 key with sign {sign} is a point of small order")
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    if pow(square, (_P - 1) // 2, _P) != 1:
        raise WeakKeyError("Ed25519 key is not on the curve")


def _point(x: bytes, y: bytes) -> ec.EllipticCurvePublicKey:
    numbers = int.from_bytes(x, "big"), int.from_bytes(y, "big")
    try:
        return ec.EllipticCurvePublicNumbers(*numbers, _CURVE).public_key()
    except ValueError as e:
        raise WeakKeyError("P-256 key is not a point of the curve") from e


def _to_der(signature: bytes) -> bytes:
    r, s = int.from_bytes(signature[:_SIZE], "big"), int.from_bytes(signature[_SIZE:], "big")
    if s > _N // 2:
        raise HighSError("ECDSA signature has its s in the upper half")
    return utils.encode_dss_signature(r, s)
