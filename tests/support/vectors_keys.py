"""Makes keys.json: public keys and signatures, good and bad."""

from attest import cbor

from .said import MAKER, ORDER_P256, PHONE, Repeatable, b64

ORDER_ED25519 = 2**252 + 27742317777372353535851937790883648493
PRIME = 2**255 - 19
Y8 = 2707385501144840649318225287225658788936804267575313519463743609750303402022


def okp(y: int, sign: int = 0) -> bytes:
    x = (y | sign << 255).to_bytes(32, "little")
    return cbor.encode({1: 1, -1: 6, -2: x})


def key_vectors() -> dict:
    ed, p256 = MAKER.key.cose, PHONE.key.cose
    x, y = p256[8:40], p256[43:]
    bad = {
        "Ed25519 order 1": (okp(1), "weak-key"),
        "Ed25519 order 1, sign bit": (okp(1, 1), "weak-key"),
        "Ed25519 order 2": (okp(PRIME - 1), "weak-key"),
        "Ed25519 order 4": (okp(0), "weak-key"),
        "Ed25519 order 4, sign bit": (okp(0, 1), "weak-key"),
        "Ed25519 order 8": (okp(Y8), "weak-key"),
        "Ed25519 order 8, other": (okp(PRIME - Y8, 1), "weak-key"),
        "Ed25519 not canonical": (okp(PRIME + 3), "weak-key"),
        "Ed25519 order 4 not canonical": (okp(PRIME), "weak-key"),
        "Ed25519 all ones": (okp(2**255 - 1, 1), "weak-key"),
        "Ed25519 not on the curve": (okp(2), "weak-key"),
        "Ed25519 of 31 bytes": (cbor.encode({1: 1, -1: 6, -2: bytes(31)}), "malformed"),
        "X25519": (cbor.encode({1: 1, -1: 4, -2: ed[-32:]}), "malformed"),
        "with alg": (cbor.encode({1: 1, 3: -8, -1: 6, -2: ed[-32:]}), "malformed"),
        "with private part": (
            cbor.encode({1: 1, -1: 6, -2: ed[-32:], -4: bytes(32)}),
            "malformed",
        ),
        "labels out of order": (
            b"\xa3\x20\x06\x01\x01\x21\x58\x20" + ed[-32:],
            "cbor-not-deterministic",
        ),
        "trailing byte": (ed + b"\0", "trailing-bytes"),
        "not a map": (b"\x80", "malformed"),
        "empty": (b"", "malformed"),
        "P-256 not on the curve": (
            cbor.encode({1: 2, -1: 1, -2: x, -3: bytes(31) + b"\1"}),
            "weak-key",
        ),
        "P-256 zero": (cbor.encode({1: 2, -1: 1, -2: bytes(32), -3: bytes(32)}), "weak-key"),
        "P-256 x beyond the field": (
            cbor.encode({1: 2, -1: 1, -2: b"\xff" * 32, -3: y}),
            "weak-key",
        ),
        "P-256 with y as a sign": (
            b"\xa4\x01\x02\x20\x01\x21\x58\x20" + x + b"\x22\xf5",
            "malformed",
        ),
        "P-384": (cbor.encode({1: 2, -1: 2, -2: x, -3: y}), "malformed"),
    }
    return {
        "good": [
            {"name": name, "alg": s.key.alg, "cose": b64(s.key.cose), "kid": b64(s.key.kid)}
            for name, s in {"Ed25519": MAKER, "P-256": PHONE}.items()
        ],
        "bad": [{"name": n, "cose": b64(c), "code": code} for n, (c, code) in bad.items()],
        "signatures": [*signatures(MAKER, ORDER_ED25519, "little"), *ecdsa_signatures()],
    }


def signatures(signer: Repeatable, order: int, endian: str) -> list[dict]:
    message = b"a message"
    good = signer.sign(message)
    lifted = int.from_bytes(good[32:], endian) + order
    rows = {
        "good": (message, good, None),
        "another message": (b"another", good, "bad-signature"),
        "flipped R": (message, bytes([good[0] ^ 1]) + good[1:], "bad-signature"),
        "flipped S": (message, good[:32] + bytes([good[32] ^ 1]) + good[33:], "bad-signature"),
        "S beyond the order": (
            message,
            good[:32] + lifted.to_bytes(32, endian),
            "bad-signature",
        ),
        "zeros": (message, bytes(64), "bad-signature"),
        "63 bytes": (message, good[:63], "bad-signature"),
        "65 bytes": (message, good + b"\0", "bad-signature"),
    }
    return [
        {
            "name": f"alg {signer.key.alg}: {name}",
            "cose": b64(signer.key.cose),
            "message": b64(m),
            "signature": b64(s),
            "code": code,
        }
        for name, (m, s, code) in rows.items()
    ]


def ecdsa_signatures() -> list[dict]:
    message = b"a message"
    good = PHONE.sign(message)
    high = good[:32] + (ORDER_P256 - int.from_bytes(good[32:], "big")).to_bytes(32, "big")
    rows = [r for r in signatures(PHONE, 0, "big") if "beyond" not in r["name"]]
    more = {
        "high s": (high, "high-s"),
        "r is zero": (bytes(32) + good[32:], "bad-signature"),
        "s is zero": (good[:32] + bytes(32), "bad-signature"),
        "r is the order": (ORDER_P256.to_bytes(32, "big") + good[32:], "bad-signature"),
        "s is the order": (good[:32] + ORDER_P256.to_bytes(32, "big"), "high-s"),
    }
    return rows + [
        {**rows[0], "name": f"alg -7: {name}", "signature": b64(s), "code": code}
        for name, (s, code) in more.items()
    ]
