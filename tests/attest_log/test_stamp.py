"""Codes, blinds, rolls: what is printed, and what only the holder of the secret can make."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest import roll, stamp
from attest.errors import MalformedError, ProofError
from attest.log import merkle

FOLDER = Path(__file__).parents[1] / "vectors"
VECTORS = json.loads((FOLDER / "stamp.json").read_bytes())
ROLLS = json.loads((FOLDER / "roll.json").read_bytes())
SECRET = bytes.fromhex(VECTORS["secret"])
KEY = bytes.fromhex(ROLLS["rollKey"])


@given(st.integers(0, 2**30 - 1), st.integers(0, 2**20 - 1), st.integers(0, 2**50 - 1))
def test_text_and_parse_are_inverse(number, index, mac):
    code = stamp.Code(number, index, mac)
    assert len(code.text) == 20
    assert stamp.parse(code.text) == stamp.parse(code.grouped) == code


@pytest.mark.parametrize("case", VECTORS["codes"], ids=lambda c: c["code"])
def test_codes_are_those_of_the_vectors(case):
    key = stamp.roll_key(SECRET, case["roll"])
    code = stamp.code(key, case["roll"], case["index"])
    blind = stamp.blind(key, case["index"])
    assert (key.hex(), code.text, code.grouped, blind.hex(), stamp.leaf(code, blind).hex()) == (
        case["rollKey"],
        case["code"],
        case["grouped"],
        case["blind"],
        case["leaf"],
    )
    assert stamp.check(SECRET, code)


@pytest.mark.parametrize("case", VECTORS["spellings"], ids=lambda c: c["text"].strip())
def test_people_may_type_a_code_as_they_read_it(case):
    assert stamp.parse(case["text"]).text == case["code"]


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda c: c["why"])
def test_any_other_text_is_no_code(case):
    with pytest.raises(stamp.CodeError):
        stamp.parse(case["text"])


def test_a_wrong_letter_is_named_by_its_group():
    with pytest.raises(stamp.CodeError, match="group 3"):
        stamp.parse("0000-0000-00U0-0000-0000")


@pytest.mark.parametrize("text", VECTORS["forged"])
def test_a_code_that_nobody_issued_is_told_apart(text):
    assert not stamp.check(SECRET, stamp.parse(text))


@given(st.integers(0, 99))
def test_any_flipped_bit_makes_a_code_that_nobody_issued(bit):
    good = VECTORS["codes"][2]["code"]
    value = int("".join(f"{stamp.ALPHABET.index(c):05b}" for c in good), 2) ^ 1 << bit
    text = "".join(stamp.ALPHABET[value >> 5 * i & 31] for i in range(19, -1, -1))
    assert not stamp.check(SECRET, stamp.parse(text))


def test_a_blind_of_another_length_is_refused():
    with pytest.raises(MalformedError):
        stamp.leaf(stamp.parse(VECTORS["codes"][0]["code"]), bytes(15))


@pytest.mark.parametrize(("number", "index"), [(2**30, 0), (-1, 0), (0, 2**20), (0, -1)])
def test_numbers_beyond_their_bits_are_refused(number, index):
    with pytest.raises(MalformedError):
        stamp.code(KEY, number, index)


def test_a_roll_beyond_its_bits_has_no_key():
    with pytest.raises(MalformedError):
        stamp.roll_key(SECRET, 2**30)


@pytest.mark.parametrize("case", ROLLS["rolls"], ids=lambda c: f"{c['count']} stamps")
def test_a_roll_has_the_root_of_the_plain_tree_and_proves_each_stamp(case):
    count, number = case["count"], ROLLS["roll"]
    leaves = [roll.leaf(KEY, number, i) for i in range(count)]
    root = merkle.tree_root(count, merkle.nodes_over(leaves))
    tree = roll.build(KEY, number, count)
    assert tree.root(KEY) == roll.root(KEY, number, count) == root
    assert root.hex() == case["root"]
    for index in range(count):
        path = tree.proof(KEY, index)
        assert merkle.root_from_inclusion(leaves[index], index, count, path) == root


def test_the_proofs_of_the_vectors_hold():
    for case in ROLLS["rolls"]:
        for one in case["proofs"]:
            leaf = stamp.leaf(stamp.parse(one["code"]), bytes.fromhex(one["blind"]))
            path = [bytes.fromhex(h) for h in one["proof"]]
            found = merkle.root_from_inclusion(leaf, one["index"], case["count"], path)
            assert found.hex() == case["root"]


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 15))
def test_ranges_of_groups_join_to_the_whole(first, second, rest):
    count = (first + second) * roll.GROUP + rest
    one = roll.groups(KEY, 7, 0, first * roll.GROUP)
    two = roll.groups(KEY, 7, first * roll.GROUP, count - first * roll.GROUP)
    assert one + two == roll.groups(KEY, 7, 0, count)
    if count:
        made = roll.build(KEY, 7, count, one + two)
        assert made == roll.build(KEY, 7, count)


def test_a_kept_tree_may_be_a_view_of_a_file():
    tree = roll.build(KEY, 7, 100)
    view = roll.RollTree(7, 100, memoryview(tree.kept))
    assert view.proof(KEY, 99) == tree.proof(KEY, 99)


@pytest.mark.parametrize("count", [0, -1, 2**20 + 1])
def test_a_roll_of_no_stamps_or_too_many_is_refused(count):
    with pytest.raises(ProofError):
        roll.build(KEY, 7, count)


def test_groups_of_another_roll_s_length_are_refused():
    with pytest.raises(ProofError):
        roll.build(KEY, 7, 100, bytes(32))


def test_a_range_begins_with_a_group():
    with pytest.raises(ProofError):
        roll.groups(KEY, 7, 8, 16)


def test_a_key_longer_than_a_block_is_refused():
    with pytest.raises(ProofError):
        roll.groups(bytes(65), 7, 0, 16)
