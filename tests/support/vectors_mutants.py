"""Makes mutants.json: 1,000 changes to good statements and what each must lead to."""

import random

from attest import cose, statement
from attest.errors import AttestError
from attest.keys import PublicKey

from .said import b64
from .vectors_statement import good_statements

MUTANTS = 1_000
PARTS = ("whole", "header", "payload", "signature")


def mutate(data: bytes, part: str, position: int, cut: int, new: bytes) -> bytes:
    """Replace `cut` bytes at `position` of one part by `new`, lengths set right again."""
    if part == "whole":
        return data[:position] + new + data[position + cut :]
    parts = cose.parse(data)
    named = {
        "header": parts.protected,
        "payload": parts.payload,
        "signature": parts.signature,
    }
    old = named[part]
    named[part] = old[:position] + new + old[position + cut :]
    return cose.Sign1(named["header"], named["payload"], named["signature"]).to_bytes()


def respellings(text: bytes, chance: random.Random) -> tuple[int, int, bytes]:
    """Choose a place where the JSON can be spelled otherwise, or said otherwise."""
    choices = [
        (b":", b": "),
        (b",", b", "),
        (b"}", b" }"),
        (b"https", b"http"),
        (b"e-7", b"e-07"),
    ]
    choices += [
        (b"/", b"\\/"),
        (b"12.5", b"12.50"),
        (b"12.5", b"13"),
        (b"party", b"p\\u0061rty"),
    ]
    choices += [("ư".encode(), "u\u031b".encode()), (b'"type"', b'"0"'), (b"{", b'{"type":1,')]
    choices = [(old, new) for old, new in choices if old in text]
    old, new = chance.choice(choices)
    places = [at for at in range(len(text)) if text.startswith(old, at)]
    return chance.choice(places), len(old), new


def mutant(data: bytes, chance: random.Random) -> list:
    part = chance.choice(PARTS)
    parts = cose.parse(data)
    size = {
        "whole": len(data),
        "header": len(parts.protected),
        "payload": len(parts.payload),
        "signature": 64,
    }[part]
    if part == "payload" and chance.random() < 0.6:
        return [part, *respellings(parts.payload, chance)]
    position = chance.randrange(size)
    old = (data if part == "whole" else getattr(parts, _FIELDS[part]))[position]
    flipped = bytes([old ^ 1 << chance.randrange(8)])
    return [
        part,
        position,
        *chance.choice([(1, flipped), (1, flipped), (0, flipped), (1, b""), (9, b"")]),
    ]


_FIELDS = {"header": "protected", "payload": "payload", "signature": "signature"}


def verdict(data: bytes, key: PublicKey) -> tuple[str | None, str | None]:
    """Return why parsing refuses, and why parsing or verification does."""
    try:
        parsed = statement.parse(data)
    except AttestError as refusal:
        return refusal.code, refusal.code
    try:
        statement.check_signature(parsed, key)
    except AttestError as refusal:
        return None, refusal.code
    return None, None


def mutants() -> dict:
    chance = random.Random(17)  # noqa: S311  the same every time is the point
    bases = good_statements()
    rows = []
    while len(rows) < MUTANTS:
        name = chance.choice(list(bases))
        base, key = bases[name]
        part, position, cut, new = mutant(base.data, chance)
        changed = mutate(base.data, part, position, cut, new)
        rows.append([name, part, position, cut, b64(new), *verdict(changed, key)])
    return {
        "columns": ["base", "part", "position", "cut", "new", "parse", "verify"],
        "rows": rows,
    }
