"""Keys are read strictly and sign in one way."""

import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from attest import keys, spell
from attest.errors import AttestError, HighSError, MalformedError, SignatureError
from attest.keys import EDDSA, ES256, PrivateKey
from support import vectors_keys, vectors_said

VECTORS = json.loads((vectors_said.FOLDER / "keys.json").read_text())
BOTH = pytest.mark.parametrize("alg", [EDDSA, ES256])


@pytest.mark.parametrize("row", VECTORS["good"], ids=lambda row: row["name"])
def test_good_keys_have_their_thumbprint(row):
    key = keys.parse_public(spell.parse_base64url(row["cose"]))
    assert (key.alg, spell.base64url(key.kid)) == (row["alg"], row["kid"])


@pytest.mark.parametrize("row", VECTORS["bad"], ids=lambda row: row["name"])
def test_weak_and_misspelled_keys_are_refused(row):
    with pytest.raises(AttestError) as caught:
        keys.parse_public(spell.parse_base64url(row["cose"]))
    assert caught.value.code == row["code"]


@pytest.mark.parametrize("row", VECTORS["signatures"], ids=lambda row: row["name"])
def test_signatures_hold_or_are_refused(row):
    key = keys.parse_public(spell.parse_base64url(row["cose"]))
    message, signature = (spell.parse_base64url(row[n]) for n in ("message", "signature"))
    if row["code"] is None:
        key.verify(signature, message)
        return
    with pytest.raises(SignatureError) as caught:
        key.verify(signature, message)
    assert caught.value.code == row["code"]


def double(point: tuple[int, int]) -> tuple[int, int]:
    """RFC 8032's doubling, on affine points."""
    x, y = point
    p, d = vectors_keys.PRIME, -121665 * pow(121666, -1, vectors_keys.PRIME)
    k = d * x * x * y * y
    return (
        2 * x * y * pow(1 + k, -1, p) % p,
        (y * y + x * x) * pow(1 - k, -1, p) % p,
    )


def test_the_listed_points_are_all_of_small_order():
    p = vectors_keys.PRIME
    d = -121665 * pow(121666, -1, p)
    for y in keys._SMALL:
        square = (y * y - 1) * pow(d * y * y + 1, -1, p) % p
        x = pow(square, (p + 3) // 8, p)
        x = x if x * x % p == square else x * pow(2, (p - 1) // 4, p) % p
        assert x * x % p == square
        assert double(double(double((x, y)))) == (0, 1)
    assert len(keys._SMALL) == 5


@BOTH
@given(message=st.binary(max_size=100))
def test_what_is_signed_verifies_and_nothing_else(alg, message):
    private = PrivateKey.from_seed(b"a test", alg)
    signature = private.sign(message)
    private.key.verify(signature, message)
    with pytest.raises(SignatureError):
        private.key.verify(signature, message + b"!")


@given(bit=st.integers(0, 511))
@BOTH
def test_any_flipped_bit_of_a_signature_is_refused(alg, bit):
    private = PrivateKey.from_seed(b"a test", alg)
    flipped = bytearray(private.sign(b"a message"))
    flipped[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SignatureError):
        private.key.verify(bytes(flipped), b"a message")


def test_ecdsa_is_always_signed_in_the_lower_half():
    private = PrivateKey.generate(ES256)
    for _ in range(40):
        signature = private.sign(b"a message")
        private.key.verify(signature, b"a message")
        high = keys._N - int.from_bytes(signature[32:], "big")
        with pytest.raises(HighSError):
            private.key.verify(signature[:32] + high.to_bytes(32, "big"), b"a message")


@BOTH
def test_a_private_key_survives_its_file(alg):
    private = PrivateKey.generate(alg)
    again = PrivateKey.from_pem(private.to_pem())
    assert again.key == private.key
    private.key.verify(again.sign(b"m"), b"m")


def test_two_new_keys_are_not_the_same():
    assert PrivateKey.generate().key.kid != PrivateKey.generate().key.kid


def test_an_unknown_algorithm_makes_no_key():
    with pytest.raises(MalformedError):
        PrivateKey.generate(-37)


def pem(native: object, encryption: object | None = None) -> bytes:
    return native.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        encryption or serialization.NoEncryption(),
    )


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(
            b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", id="junk"
        ),
        pytest.param(pem(ec.generate_private_key(ec.SECP384R1())), id="P-384"),
        pytest.param(pem(rsa.generate_private_key(65537, 2048)), id="RSA"),
        pytest.param(
            pem(
                ec.generate_private_key(ec.SECP256R1()),
                serialization.BestAvailableEncryption(b"secret"),
            ),
            id="encrypted",
        ),
    ],
)
def test_other_key_files_are_refused(data):
    with pytest.raises(MalformedError):
        PrivateKey.from_pem(data)


def test_private_parts_are_not_shown():
    private = PrivateKey.from_seed(b"a test")
    assert "_native" not in repr(private)
