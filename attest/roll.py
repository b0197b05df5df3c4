"""A million stamps under one root, whose proofs need only the groups of sixteen kept.

The leaves of a roll are made from its key (`attest.stamp`), so nothing below the groups is
stored. `groups` is a pure function of a range: a caller with two cores runs two of them and
joins the bytes. See docs/formats/stamps.md.
"""

from dataclasses import dataclass
from hashlib import sha256

from attest.log import merkle

from . import stamp
from .errors import ProofError

HASH = merkle.HASH_SIZE
GROUP_LEVEL = 4
GROUP = 1 << GROUP_LEVEL
MAX_COUNT = 1 << stamp.INDEX_BITS
BLOCK = 64  # of SHA-256, for HMAC
_INNER, _OUTER = (bytes(b ^ pad for b in range(256)) for pad in (0x36, 0x5C))
_PAIRS = [(a + b).encode() for a in stamp.ALPHABET for b in stamp.ALPHABET]


@dataclass(frozen=True, slots=True)
class RollTree:
    """What is kept of a printed roll: all its perfect subtrees of sixteen stamps and more.

    `kept` holds them level by level, from the groups up, each from left to right; it may be
    a memory map of a file. Two million bytes a million stamps for the groups, twice in all.
    """

    roll: int
    count: int
    kept: bytes | memoryview

    def root(self, key: bytes) -> bytes:
        """Return the root which the roll's entry in the log states."""
        return merkle.tree_root(self.count, self._nodes(key))

    def proof(self, key: bytes, index: int) -> list[bytes]:
        """Return the path of one stamp, from leaf to root; makes sixteen leaves anew."""
        return merkle.inclusion_proof(index, self.count, self._nodes(key))

    def _nodes(self, key: bytes) -> merkle.Nodes:
        maker = _Maker(key, self.roll)
        starts = _level_starts(self.count)

        def node(level: int, index: int) -> bytes:
            if level >= GROUP_LEVEL:
                at = (starts[level - GROUP_LEVEL] + index) * HASH
                return bytes(self.kept[at : at + HASH])
            if level == 0:
                return maker.leaf(index)
            return merkle.node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

        return node


def leaf(key: bytes, roll: int, index: int) -> bytes:
    """Return the leaf hash of stamp `index`."""
    return stamp.leaf(stamp.code(key, roll, index), stamp.blind(key, index))


def build(key: bytes, roll: int, count: int, made: bytes | None = None) -> RollTree:
    """Return the tree of a roll of `count` stamps.

    `made` are its groups where a caller has made them already, in order; else they are made
    here, five seconds or less a million.
    """
    if not 0 < count <= MAX_COUNT:
        raise ProofError(f"a roll has 1 to {MAX_COUNT} stamps, not {count}")
    row = groups(key, roll, 0, count) if made is None else made
    if len(row) != count // GROUP * HASH:
        raise ProofError(f"{len(row)} bytes are not the groups of {count} stamps")
    kept = [row]
    while len(row) >= 2 * HASH:
        pairs = len(row) // (2 * HASH)
        row = b"".join(
            sha256(b"\x01" + row[at : at + 2 * HASH]).digest()
            for at in range(0, pairs * 2 * HASH, 2 * HASH)
        )
        kept.append(row)
    return RollTree(roll, count, b"".join(kept))


def groups(key: bytes, roll: int, first: int, count: int) -> bytes:
    """Return the hashes of the whole groups of sixteen in a range that begins with one."""
    if first % GROUP:
        raise ProofError(f"stamp {first} does not begin a group")
    maker = _Maker(key, roll)
    return b"".join(
        maker.group(start) for start in range(first, first + count - GROUP + 1, GROUP)
    )


def root(key: bytes, roll: int, count: int) -> bytes:
    """Return the root of a roll; `build` where its proofs are wanted too."""
    return build(key, roll, count).root(key)


class _Maker:
    """Makes leaves as `leaf` does, but fast: one HMAC set-up a roll, not two a stamp."""

    def __init__(self, key: bytes, roll: int) -> None:
        if len(key) > BLOCK:
            raise ProofError(f"a roll's key has {HASH} bytes, not {len(key)}")
        padded = key.ljust(BLOCK, b"\0")
        self._inner = sha256(padded.translate(_INNER))
        self._outer = sha256(padded.translate(_OUTER))
        self._roll = stamp.Code(roll, 0, 0).text[:6].encode()

    def group(self, first: int) -> bytes:
        """Return the root over sixteen stamps."""
        row = [self.leaf(index) for index in range(first, first + GROUP)]
        while len(row) > 1:
            row = [
                sha256(b"\x01" + row[at] + row[at + 1]).digest() for at in range(0, len(row), 2)
            ]
        return row[0]

    def leaf(self, index: int) -> bytes:
        """Return the leaf hash of one stamp."""
        head = self._roll + _PAIRS[index >> 10] + _PAIRS[index & 1023]
        mac = int.from_bytes(self._hmac(head)[:7], "big") >> 6
        tail = b"".join([_PAIRS[mac >> shift & 1023] for shift in (40, 30, 20, 10, 0)])
        blind = self._hmac(b"leaf" + index.to_bytes(4, "big"))[: stamp.BLIND_SIZE]
        return sha256(b"\x00" + head + tail + blind).digest()

    def _hmac(self, message: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()


def _level_starts(count: int) -> list[int]:
    """Return at which hash of `kept` each level begins, groups first."""
    starts = [0]
    width = count // GROUP
    while width > 1:
        starts.append(starts[-1] + width)
        width //= 2
    return starts
