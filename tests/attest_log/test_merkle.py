"""Trees: our prover against our verifier, the vectors of others, and a library of others."""

import json
from base64 import b64decode
from functools import cache
from pathlib import Path

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.errors import ProofError
from attest.log import merkle
from support import require

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/merkle.json").read_bytes())
LEAVES = [merkle.leaf_hash(f"entry {i}".encode()) for i in range(301)]


@cache
def node(level: int, index: int) -> bytes:
    if level == 0:
        return LEAVES[index]
    return merkle.node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))


@cache
def root(size: int) -> bytes:
    return merkle.tree_root(size, node)


def hashes(texts: list[str] | None) -> list[bytes]:
    return [b64decode(text) for text in texts or []]


def test_every_entry_of_every_tree_up_to_300_has_a_proof():
    for size in range(1, 301):
        for index in range(size):
            path = merkle.inclusion_proof(index, size, node)
            found = merkle.root_from_inclusion(LEAVES[index], index, size, path)
            assert found == root(size), (index, size)


def test_every_tree_up_to_300_leads_to_every_larger_one():
    for n in range(1, 301):
        for m in range(1, n + 1):
            proof = merkle.consistency_proof(m, n, node)
            merkle.check_consistency(m, n, root(m), root(n), proof)


def test_a_million_leaves_prove_as_few_do():
    size = 1_000_003
    deep = cache(lambda level, index: merkle.leaf_hash(b"%d %d" % (level, index)))
    top = merkle.tree_root(size, deep)
    for index in (0, 1, 65_536, 999_999, size - 1):
        path = merkle.inclusion_proof(index, size, deep)
        assert merkle.root_from_inclusion(deep(0, index), index, size, path) != root(300)
    aligned = 1_000_002  # its last leaf is a subtree of its own, so fake nodes agree
    path = merkle.inclusion_proof(aligned, size, deep)
    assert merkle.root_from_inclusion(deep(0, aligned), aligned, size, path) == top


def test_the_frontier_has_the_root_of_the_whole_tree():
    frontier = merkle.Frontier()
    assert frontier.root() == merkle.EMPTY_ROOT == root(0)
    for size, leaf in enumerate(LEAVES, 1):
        frontier = frontier.append(leaf)
        assert (frontier.size, frontier.root()) == (size, root(size))


def test_the_inclusion_vectors_of_others_agree():
    cases = json.loads(require.shared("vectors/rfc6962-inclusion.json").read_bytes())
    assert len(cases) == 98
    for case in cases:
        place = case["leafIdx"], case["treeSize"]
        good = True
        try:
            found = merkle.root_from_inclusion(
                b64decode(case["leafHash"]), *place, hashes(case["proof"])
            )
            good = found == b64decode(case["root"])
        except ProofError:
            good = False
        assert good is not case["wantErr"], case["name"]


def test_the_consistency_vectors_of_others_agree():
    cases = json.loads(require.shared("vectors/rfc6962-consistency.json").read_bytes())
    assert len(cases) == 98
    for case in cases:
        roots = b64decode(case["root1"]), b64decode(case["root2"])
        good = True
        try:
            merkle.check_consistency(
                case["size1"], case["size2"], *roots, hashes(case["proof"])
            )
        except ProofError:
            good = False
        assert good is not case["wantErr"], case["name"]


def test_a_library_that_others_wrote_makes_the_same_trees_and_proofs():
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for i in range(70):
        tree.append_entry(f"entry {i}".encode())
    for size in range(1, 71):
        assert tree.get_root(size) == root(size)
        for index in range(size):
            theirs = tree.prove_inclusion(index + 1, size)
            path = merkle.inclusion_proof(index, size, node)
            pymerkle.verify_inclusion(LEAVES[index], root(size), theirs)
            assert [bytes.fromhex(h) for h in theirs.serialize()["path"]][1:] == path


def test_the_shared_vectors_hold():
    for case in VECTORS["roots"]:
        assert root(case["size"]).hex() == case["root"]
    for case in VECTORS["inclusion"]:
        path = [bytes.fromhex(h) for h in case["path"]]
        leaf = bytes.fromhex(case["leaf"])
        found = merkle.root_from_inclusion(leaf, case["index"], case["size"], path)
        assert found.hex() == case["root"]
    for case in VECTORS["consistency"]:
        roots = bytes.fromhex(case["rootM"]), bytes.fromhex(case["rootN"])
        proof = [bytes.fromhex(h) for h in case["proof"]]
        merkle.check_consistency(case["m"], case["n"], *roots, proof)


@given(st.integers(1, 300), st.data())
def test_any_flipped_bit_of_a_path_is_refused(size, data):
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_proof(index, size, node)
    at = data.draw(st.integers(0, 32 * len(path) + 31))
    changed = bytearray(LEAVES[index] + b"".join(path))
    changed[at] ^= 1 << data.draw(st.integers(0, 7))
    parts = [bytes(changed[i : i + 32]) for i in range(0, len(changed), 32)]
    assert merkle.root_from_inclusion(parts[0], index, size, parts[1:]) != root(size)


@given(st.integers(1, 300), st.data())
def test_any_flipped_bit_of_a_consistency_proof_is_refused(n, data):
    m = data.draw(st.integers(1, n))
    parts = [root(m), root(n), *merkle.consistency_proof(m, n, node)]
    changed = bytearray(b"".join(parts))
    at = data.draw(st.integers(0, len(changed) - 1))
    changed[at] ^= 1 << data.draw(st.integers(0, 7))
    parts = [bytes(changed[i : i + 32]) for i in range(0, len(changed), 32)]
    with pytest.raises(ProofError):
        merkle.check_consistency(m, n, parts[0], parts[1], parts[2:])


@pytest.mark.parametrize(
    ("index", "size", "change"),
    [
        pytest.param(7, 7, lambda p: p, id="index is the size"),
        pytest.param(-1, 7, lambda p: p, id="index below zero"),
        pytest.param(2, 7, lambda p: p[:-1], id="path cut"),
        pytest.param(2, 7, lambda p: [*p, p[0]], id="path longer"),
        pytest.param(2, 7, lambda _: [], id="no path"),
        pytest.param(2, 7, lambda p: [p[0][:31], *p[1:]], id="hash of 31 bytes"),
        pytest.param(0, 0, lambda _: [], id="empty tree"),
    ],
)
def test_a_path_that_cannot_fit_is_refused(index, size, change):
    path = merkle.inclusion_proof(2, 7, node)
    with pytest.raises(ProofError):
        merkle.root_from_inclusion(LEAVES[2], index, size, change(path))


@pytest.mark.parametrize(
    ("m", "n", "change"),
    [
        pytest.param(0, 7, lambda p: p, id="from nothing"),
        pytest.param(8, 7, lambda p: p, id="a log cannot shrink"),
        pytest.param(4, 7, lambda p: p[:-1], id="proof cut"),
        pytest.param(4, 7, lambda p: [*p, p[0]], id="proof longer"),
        pytest.param(4, 7, lambda _: [], id="no proof"),
        pytest.param(6, 7, lambda _: [], id="no proof, no power of two"),
        pytest.param(7, 7, lambda p: p, id="a proof between equals"),
        pytest.param(4, 7, lambda p: [p[0] + b"x", *p[1:]], id="hash of 33 bytes"),
    ],
)
def test_a_consistency_proof_that_cannot_fit_is_refused(m, n, change):
    proof = merkle.consistency_proof(4, 7, node)
    with pytest.raises(ProofError):
        merkle.check_consistency(m, n, root(4), root(7), change(proof))


def test_two_roots_of_one_size_are_refused():
    merkle.check_consistency(7, 7, root(7), root(7), [])
    with pytest.raises(ProofError):
        merkle.check_consistency(7, 7, root(7), root(6), [])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_there_is_no_proof_of_what_is_not_there(index, size):
    with pytest.raises(ProofError):
        merkle.inclusion_proof(index, size, node)


@pytest.mark.parametrize(("m", "n"), [(0, 3), (4, 3), (-1, 3)])
def test_there_is_no_growth_backwards_or_from_nothing(m, n):
    with pytest.raises(ProofError):
        merkle.consistency_proof(m, n, node)


def test_nodes_over_a_list_are_those_of_the_tree():
    nodes = merkle.nodes_over(LEAVES[:16])
    assert nodes(4, 0) == root(16)
