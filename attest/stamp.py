"""A printed code: twenty characters that only the holder of the stamp secret can make.

Six characters number the roll, four the stamp on it, ten are a MAC over both: Crockford's
base32, upper case. See docs/formats/stamps.md. A code is a value; whether it was issued is
said by its roll's root in the log, whether it was sold by an activation.
"""

import hmac
from dataclasses import dataclass

from attest.log import merkle

from .errors import MalformedError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SIZE = 20
GROUP = 4
ROLL_BITS = 30
INDEX_BITS = 20
MAC_BITS = 50
BLIND_SIZE = 16
_VALUES = {c: i for i, c in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_DROPPED = str.maketrans("", "", "- ")


class CodeError(MalformedError):
    """The text is not a stamp's code, however it is read."""

    code = "bad-code"


@dataclass(frozen=True, slots=True)
class Code:
    """Stamp `index` of roll `roll`, with its MAC of 50 bits as a number."""

    roll: int
    index: int
    mac: int

    @property
    def text(self) -> str:
        """The twenty characters, as QR codes carry them."""
        bits = (self.roll << INDEX_BITS | self.index) << MAC_BITS | self.mac
        return "".join(ALPHABET[bits >> 5 * i & 31] for i in range(SIZE - 1, -1, -1))

    @property
    def grouped(self) -> str:
        """The code as people read it: five groups of four, with hyphens."""
        text = self.text
        return "-".join(text[i : i + GROUP] for i in range(0, SIZE, GROUP))


def parse(text: str) -> Code:
    """Read a code as people type it: o is 0, i and l are 1; case, hyphens, spaces vanish.

    Raises `CodeError` for any other character or another length.
    """
    # Only ASCII is folded: other alphabets have letters whose upper case is I or S.
    if len(text) > 4 * SIZE or not text.isascii():
        raise CodeError("a code has twenty letters and digits")
    letters = text.translate(_DROPPED).upper()
    if len(letters) != SIZE:
        raise CodeError(f"a code has {SIZE} characters, not {len(letters)}")
    bits = 0
    for at, letter in enumerate(letters):
        if letter not in _VALUES:
            raise CodeError(f"group {at // GROUP + 1} of the code has {letter!r}")
        bits = bits << 5 | _VALUES[letter]
    mac = bits & (1 << MAC_BITS) - 1
    index = bits >> MAC_BITS & (1 << INDEX_BITS) - 1
    return Code(bits >> MAC_BITS + INDEX_BITS, index, mac)


def roll_key(secret: bytes, roll: int) -> bytes:
    """Return the key of one roll: K = HMAC-SHA-256(secret, `nguon roll` ‖ uint32 roll)."""
    if not 0 <= roll < 1 << ROLL_BITS:
        raise CodeError(f"roll {roll} is outside {ROLL_BITS} bits")
    return hmac.digest(secret, b"nguon roll" + roll.to_bytes(4, "big"), "sha256")


def code(key: bytes, roll: int, index: int) -> Code:
    """Return the code of stamp `index`, made with the key of its roll."""
    if not (0 <= roll < 1 << ROLL_BITS and 0 <= index < 1 << INDEX_BITS):
        raise CodeError(
            f"roll {roll} and index {index} are outside {ROLL_BITS}, {INDEX_BITS} bits"
        )
    mac = hmac.digest(key, Code(roll, index, 0).text[:10].encode(), "sha256")
    return Code(roll, index, int.from_bytes(mac[:7], "big") >> 56 - MAC_BITS)


def blind(key: bytes, index: int) -> bytes:
    """Return the sixteen bytes that keep a proof from telling its neighbours' codes."""
    return hmac.digest(key, b"leaf" + index.to_bytes(4, "big"), "sha256")[:BLIND_SIZE]


def leaf(stamp: Code, blind: bytes) -> bytes:
    """Return the leaf hash of a stamp in its roll's tree."""
    if len(blind) != BLIND_SIZE:
        raise MalformedError(f"a blind has {BLIND_SIZE} bytes, not {len(blind)}")
    return merkle.leaf_hash(stamp.text.encode() + blind)


def check(secret: bytes, stamp: Code) -> bool:
    """Say whether this secret made the code; takes as long for every code."""
    made = code(roll_key(secret, stamp.roll), stamp.roll, stamp.index)
    return hmac.compare_digest(made.text.encode(), stamp.text.encode())
