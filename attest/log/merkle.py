"""Proofs that an entry is in a tree, and that a tree only grew, as RFC 6962 hashes it.

The verifying half takes proofs from strangers and raises `ProofError`; the proving half asks
`nodes` for perfect subtrees, so that the same lines serve tiles, rolls and lists in memory.
Orders of proofs are those of RFC 9162, 2.1.3 and 2.1.4.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from attest.errors import ProofError

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()

Nodes = Callable[[int, int], bytes]
"""The hash of the perfect subtree `(level, index)`: leaves are level 0."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry's bytes as a leaf (RFC 6962, 2.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two subtrees (RFC 6962, 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root that a path claims for one leaf hash (RFC 9162, 2.1.3.2).

    Raises `ProofError` when the path cannot belong to that place in that tree. The caller
    compares the root with a signed one.
    """
    if not 0 <= index < size:
        raise ProofError(f"index {index} is outside a tree of {size}")
    _require_hashes([leaf, *path])
    at, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ProofError(f"path of {len(path)} hashes is too long for a tree of {size}")
        if at & 1 or at == last:
            root = node_hash(sibling, root)
            while at & 1 == 0 and at != 0:
                at, last = at >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        at, last = at >> 1, last >> 1
    if last != 0:
        raise ProofError(f"path of {len(path)} hashes is too short for a tree of {size}")
    return root


def check_consistency(
    m: int, n: int, root_m: bytes, root_n: bytes, proof: Sequence[bytes]
) -> None:
    """Accept only if the tree of `n` leaves begins with that of `m` (RFC 9162, 2.1.4.2).

    Raises `ProofError`; `m` must be above zero, and equal trees have an empty proof.
    """
    if not 0 < m <= n:
        raise ProofError(f"a tree of {n} cannot have grown from one of {m}")
    if m == n:
        if proof or root_m != root_n:
            raise ProofError(f"two trees of {m} must have one root and no proof")
        return
    _require_hashes([root_m, root_n, *proof])
    found_m, found_n = _roots_from_consistency(m, n, root_m, proof)
    if found_m != root_m or found_n != root_n:
        raise ProofError(f"the proof does not lead from {m} to {n}")


def tree_root(size: int, nodes: Nodes) -> bytes:
    """Return the root over the first `size` leaves."""
    return _range_hash(0, size, nodes) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """Return the path of leaf `index` in the tree of `size`, ordered from leaf to root."""
    if not 0 <= index < size:
        raise ProofError(f"index {index} is outside a tree of {size}")
    path = []
    start, end = 0, size
    while end - start > 1:
        split = start + _split(end - start)
        if index < split:
            path.append(_range_hash(split, end, nodes))
            end = split
        else:
            path.append(_range_hash(start, split, nodes))
            start = split
    return path[::-1]


def consistency_proof(m: int, n: int, nodes: Nodes) -> list[bytes]:
    """Return what shows that the tree of `n` begins with that of `m` (RFC 9162, 2.1.4.1)."""
    if not 0 < m <= n:
        raise ProofError(f"a tree of {n} cannot have grown from one of {m}")
    proof = []
    start, end = 0, n
    while m != end:
        split = start + _split(end - start)
        if m <= split:
            proof.append(_range_hash(split, end, nodes))
            end = split
        else:
            proof.append(_range_hash(start, split, nodes))
            start = split
    if start:  # else the whole old tree is a subtree, whose root the verifier knows
        proof.append(_range_hash(start, end, nodes))
    return proof[::-1]


@dataclass(frozen=True, slots=True)
class Frontier:
    """What a writer keeps of a tree: the roots of its perfect subtrees, largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> "Frontier":
        """Return the frontier with one more leaf hash."""
        hashes, level = list(self.hashes), self.size
        while level & 1:
            leaf, level = node_hash(hashes.pop(), leaf), level >> 1
        return Frontier(self.size + 1, (*hashes, leaf))

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in self.hashes[-2::-1]:
            root = node_hash(left, root)
        return root


def nodes_over(leaves: Sequence[bytes]) -> Nodes:
    """Return the nodes above leaf hashes held in memory."""

    def node(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    return node


def _roots_from_consistency(
    m: int, n: int, root_m: bytes, proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """Fold a proof into the two roots that it claims."""
    hashes = [root_m, *proof] if m & (m - 1) == 0 else list(proof)
    if not hashes:
        raise ProofError(f"the proof from {m} to {n} is empty")
    at, last = m - 1, n - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise ProofError(f"proof of {len(proof)} hashes is too long from {m} to {n}")
        if at & 1 or at == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while at & 1 == 0 and at != 0:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        at, last = at >> 1, last >> 1
    if last != 0:
        raise ProofError(f"proof of {len(proof)} hashes is too short from {m} to {n}")
    return old, new


def _range_hash(start: int, end: int, nodes: Nodes) -> bytes:
    """Return the hash over leaves `start` to `end`, which begin at a multiple of the split."""
    width = end - start
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return nodes(level, start >> level)
    middle = start + _split(width)
    return node_hash(_range_hash(start, middle, nodes), _range_hash(middle, end, nodes))


def _split(width: int) -> int:
    """Return the largest power of two below width, which is at least two."""
    return 1 << ((width - 1).bit_length() - 1)


def _require_hashes(hashes: Iterable[bytes]) -> None:
    for value in hashes:
        if len(value) != HASH_SIZE:
            raise ProofError(f"a hash of {len(value)} bytes is not SHA-256")
