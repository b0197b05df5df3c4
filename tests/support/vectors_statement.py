"""Makes statement.json: statements of both algorithms, and each refusal with its code."""

from attest import cbor, cose, payload, statement
from attest.keys import PublicKey
from attest.statement import Seen, Statement

from .said import EVENT, MAKER, ORDER_P256, ORIGIN, PARTY, PHONE, THIEF, TIME, b64, sign, uri


def good_statements() -> dict[str, tuple[Statement, PublicKey]]:
    maker = uri("party/maker")
    seen = Seen(ORIGIN, 17, bytes(range(32)))
    lot = uri("lot/anchovy-1")
    event = {"kind": "acceptance", "sub": lot, "seen": seen}
    return {
        "Ed25519, plain": (sign(MAKER, maker, PARTY), MAKER.key),
        "Ed25519, event, seen": (sign(MAKER, maker, EVENT, **event), MAKER.key),
        "ES256, plain": (sign(PHONE, maker, PARTY), PHONE.key),
        "ES256, event, seen": (sign(PHONE, maker, EVENT, **event), PHONE.key),
    }


def labels(**changes: object) -> dict:
    names = {"alg": 1, "content": 3, "kid": 4, "claims": 15, "typ": 16, "seen": "seen"}
    header = {
        1: -8,
        3: "application/json",
        4: MAKER.key.kid,
        15: {1: uri("party/maker"), 2: uri("party/maker"), 6: TIME},
        16: "application/vnd.nguon.party+cose",
    }
    header.update({names[name]: value for name, value in changes.items()})
    return header


def wrap(protected: bytes, body: bytes | None = None, signature: bytes = bytes(64)) -> bytes:
    return cose.Sign1(protected, body or payload.to_bytes(PARTY), signature).to_bytes()


def bad_headers() -> dict[str, tuple[bytes, str]]:
    iss, sub = uri("party/maker"), uri("party/maker")
    fine = labels()
    changed = {
        "unknown algorithm": labels(alg=-37),
        "algorithm as text": labels(alg="EdDSA"),
        "content type of another": labels(content="application/ld+json"),
        "content type unknown": labels(content="text/plain"),
        "kid of 31 bytes": labels(kid=bytes(31)),
        "kid as text": labels(kid="kid"),
        "no subject": labels(claims={1: iss, 6: TIME}),
        "one claim more": labels(claims={1: iss, 2: sub, 4: TIME, 6: TIME}),
        "issuer is no URI": labels(claims={1: "maker", 2: sub, 6: TIME}),
        "subject is no URI": labels(claims={1: iss, 2: "https://trace.example/ö", 6: TIME}),
        "time before 1970": labels(claims={1: iss, 2: sub, 6: -1}),
        "time as text": labels(claims={1: iss, 2: sub, 6: "now"}),
        "time beyond 2^53": labels(claims={1: iss, 2: sub, 6: 2**53}),
        "foreign typ": labels(typ="application/cose"),
        "typ with capitals": labels(typ="application/vnd.nguon.Party+cose"),
        "seen without a root": labels(seen=[ORIGIN, 17]),
        "seen root of 31 bytes": labels(seen=[ORIGIN, 17, bytes(31)]),
        "seen size below zero": labels(seen=[ORIGIN, -1, bytes(32)]),
        "seen without an origin": labels(seen=["", 17, bytes(32)]),
        "unknown crit": {**fine, 2: ["seen"]},
        "another label": {**fine, 33: b"chain"},
        "another text label": {**fine, "saw": 1},
        "no typ": {label: value for label, value in fine.items() if label != 16},
    }
    rows = {name: (wrap(cbor.encode(header)), "bad-header") for name, header in changed.items()}
    encoded = cbor.encode(fine)
    rows["header is not a map"] = wrap(b"\x80"), "bad-header"
    rows["header is empty"] = wrap(b""), "malformed"
    rows["header with a trailing byte"] = wrap(encoded + b"\0"), "trailing-bytes"
    long_alg = b"\xa5\x01\x38\x07" + encoded[3:]
    rows["header with a long integer"] = wrap(long_alg), "cbor-not-deterministic"
    swapped = b"\xa5" + encoded[3:] + encoded[1:3]
    rows["header out of order"] = wrap(swapped), "cbor-not-deterministic"
    twice = b"\xa6" + encoded[1:3] + encoded[1:]
    rows["header label twice"] = wrap(twice), "cbor-not-deterministic"
    rows["header of indefinite length"] = (
        wrap(b"\xbf" + encoded[1:] + b"\xff"),
        "cbor-not-deterministic",
    )
    claims = cbor.encode({1: iss, 2: sub, 6: TIME})
    true_time = encoded.replace(claims, claims[:-5] + b"\xf5")
    rows["time is true"] = wrap(true_time), "malformed"
    float_time = encoded.replace(claims, claims[:-5] + b"\xfa\x4e\xd6\x04\x00")
    rows["time is a float"] = wrap(float_time), "malformed"
    return rows


def bad_messages() -> dict[str, tuple[bytes, str]]:
    good = good_statements()["Ed25519, plain"][0]
    data, head = good.data, cbor.encode(labels())
    parts = [head, {}, good.payload, good.signature]
    body = data[2:]
    return {
        "empty": (b"", "malformed"),
        "cut off": (data[:-1], "malformed"),
        "trailing byte": (data + b"\0", "trailing-bytes"),
        "two statements": (data + data, "trailing-bytes"),
        "no tag": (data[1:], "malformed"),
        "tag of COSE_Sign": (b"\xd8\x62" + data[1:], "malformed"),
        "long tag": (b"\xd8\x12" + data[1:], "cbor-not-deterministic"),
        "tagged twice": (b"\xd2" + data, "malformed"),
        "indefinite array": (b"\xd2\x9f" + body + b"\xff", "cbor-not-deterministic"),
        "three parts": (cbor.encode(cbor.Tag(18, parts[:3])), "malformed"),
        "five parts": (cbor.encode(cbor.Tag(18, [*parts, b""])), "malformed"),
        "unsigned header": (
            cbor.encode(cbor.Tag(18, [head, {4: b"kid"}, *parts[2:]])),
            "bad-header",
        ),
        "null payload": (
            b"\xd2\x84" + cbor.encode(head) + b"\xa0\xf6" + cbor.encode(good.signature),
            "malformed",
        ),
        "empty payload": (cose.Sign1(head, b"", bytes(64)).to_bytes(), "malformed"),
        "payload as text": (
            cbor.encode(cbor.Tag(18, [head, {}, good.payload.decode(), good.signature])),
            "malformed",
        ),
        "payload with a space": (wrap(head, b'{"type": "party"}'), "payload-spelling"),
        "signature of 63 bytes": (wrap(head, None, bytes(63)), "malformed"),
        "signature of 65 bytes": (wrap(head, None, bytes(65)), "malformed"),
        "an array 20 deep": (b"\xd2" + b"\x81" * 20 + b"\x80", "malformed"),
        "a huge count": (b"\xd2\x9b\xff\xff\xff\xff\xff\xff\xff\xff", "malformed"),
        "a huge string": (b"\xd2\x5b\x7f\xff\xff\xff\xff\xff\xff\xff", "malformed"),
    }


def unsigned_rows() -> list[dict]:
    """Statements that parse, but that this key did not sign."""
    plain, phone = good_statements()["Ed25519, plain"][0], good_statements()["ES256, plain"][0]
    s = int.from_bytes(phone.signature[32:], "big")
    high = phone.signature[:32] + (ORDER_P256 - s).to_bytes(32, "big")
    parts = cose.parse(phone.data)
    twin = cose.Sign1(parts.protected, parts.payload, high).to_bytes()
    rows = {
        "another key": (plain, THIEF.key, "bad-signature"),
        "key of another algorithm": (plain, PHONE.key, "alg-mismatch"),
        "high s": (statement.parse(twin), PHONE.key, "high-s"),
    }
    return [
        {"name": n, "statement": b64(s.data), "key": b64(k.cose), "code": code}
        for n, (s, k, code) in rows.items()
    ]


def statements() -> dict:
    return {
        "good": [
            {
                "name": name,
                "statement": b64(s.data),
                "key": b64(key.cose),
                "identity": b64(s.identity),
                "kind": s.kind,
                "iss": s.header.iss,
                "sub": s.header.sub,
                "iat": s.header.iat,
                "seen": s.header.seen
                and [s.header.seen.origin, s.header.seen.size, b64(s.header.seen.root)],
                "payload": s.payload.decode(),
            }
            for name, (s, key) in good_statements().items()
        ],
        "bad": [
            {"name": n, "statement": b64(d), "code": code}
            for n, (d, code) in (bad_messages() | bad_headers()).items()
        ],
        "unsigned": unsigned_rows(),
    }
