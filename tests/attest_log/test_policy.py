"""Cosignatures and the quorum over them."""

import json
from pathlib import Path

import pytest

from attest.errors import AttestError, MalformedError
from attest.log import cosignature, note, policy

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/note.json").read_bytes())
KEYS = [note.parse_key(text) for text in VECTORS["witnesses"]]


def test_three_witnesses_say_when_they_saw_the_log():
    parsed = note.parse(VECTORS["cosigned"])
    found = {f"w{i}": cosignature.verify(parsed, key) for i, key in enumerate(KEYS, 1)}
    assert found == VECTORS["times"]
    rule = policy.parse(VECTORS["policies"][4]["text"])
    assert rule.times(parsed) == VECTORS["times"]


def test_a_witness_that_did_not_sign_is_none():
    parsed = note.parse(VECTORS["accepted"][0]["note"])
    assert cosignature.verify(parsed, KEYS[0]) is None


@pytest.mark.parametrize("case", VECTORS["refusedCosignatures"], ids=lambda c: c["why"])
def test_a_bad_line_of_a_known_witness_is_refused(case):
    with pytest.raises(AttestError):
        cosignature.verify(note.parse(case["note"]), KEYS[0])


@pytest.mark.parametrize("case", VECTORS["policies"], ids=lambda c: c["why"])
def test_a_quorum_holds_when_enough_have_witnessed(case):
    rule = policy.parse(case["text"])
    assert rule.met(case["times"]) is case["met"]
    assert rule.quorum_time(case["times"]) == case["quorumTime"]


@pytest.mark.parametrize("case", VECTORS["refusedPolicies"], ids=lambda c: c["why"])
def test_any_other_policy_is_refused(case):
    with pytest.raises(MalformedError):
        policy.parse(case["text"])


def test_one_fast_clock_does_not_make_a_quorum_newer():
    rule = policy.parse(VECTORS["policies"][4]["text"])  # two of three
    assert rule.quorum_time({"w1": 9_999_999_999, "w2": 100, "w3": 200}) == 200
