"""A minute's manifest: whole, in order, under the root of exactly its GOPs."""

from dataclasses import replace
from hashlib import sha256

import pytest

from attest import payload, spell
from attest.errors import AttestError, MalformedError, ProofError
from attest.footage import manifest as manifests
from attest.footage import segment as segments
from attest.log import merkle
from support.boxes import gop
from support.footage import KEY, NODE, START_MS, manifest, said

PIECES = [gop(b"a") + gop(b"b"), gop(b"c"), gop(b"d") + gop(b"e")]
GOOD = manifest(PIECES)


def test_bytes_and_parse_are_inverse():
    for m in (GOOD, manifest([]), replace(GOOD, seq=3, prev=bytes(32), derived_from=bytes(32))):
        assert manifests.parse(m.to_bytes()) == m


def test_the_root_discloses_one_gop_without_the_rest():
    gops = [g.digest for row in GOOD.segments for g in row.gops]
    leaves = [merkle.leaf_hash(digest) for digest in gops]
    path = merkle.inclusion_proof(3, len(leaves), merkle.nodes_over(leaves))
    assert merkle.root_from_inclusion(leaves[3], 3, len(leaves), path) == GOOD.root


def test_an_empty_minute_has_the_empty_tree():
    assert manifest([]).root == merkle.EMPTY_ROOT


def test_what_the_statements_say_comes_back():
    assert [s.seq for s in manifests.statements(GOOD)] == [0, 1, 2]


def edited(change):
    record = payload.parse(GOOD.to_bytes())
    change(record)
    return payload.to_bytes(record)


def _swap(record):
    record["segments"][0], record["segments"][1] = record["segments"][1], record["segments"][0]


def _repair_root(record):
    gops = [g for row in record["segments"] for g in segments.parse_gops(row["gops"])]
    record["root"] = spell.base64url(manifests.root(gops))


def _without_the_second(record):
    del record["segments"][1]
    _repair_root(record)


def _foreign_statement(record):
    thief = segments.sign(said(PIECES[0]), KEY, NODE + "/other", 1)
    record["segments"][0]["statement"] = spell.base64url(thief.data)


def _other_prev(record):
    lying = segments.sign(said(PIECES[1], 1, bytes(32)), KEY, NODE, 1)
    record["segments"][1]["statement"] = spell.base64url(lying.data)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        pytest.param(lambda r: r.pop("gaps"), MalformedError, id="gaps left out"),
        pytest.param(lambda r: r.update(more=1), MalformedError, id="a member more"),
        pytest.param(lambda r: r.update(seq=2), MalformedError, id="no prev at seq 2"),
        pytest.param(lambda r: r.update(stats=[]), MalformedError, id="stats is a list"),
        pytest.param(lambda r: r.update(segments={}), MalformedError, id="segments an object"),
        pytest.param(
            lambda r: r["clock"].update(offsetMs=0.5), MalformedError, id="half milliseconds"
        ),
        pytest.param(
            lambda r: r["gaps"][0].update(reason="lunch"), MalformedError, id="unknown reason"
        ),
        pytest.param(
            lambda r: r["gaps"][0].update(to=r["gaps"][0]["from"]), MalformedError, id="no gap"
        ),
        pytest.param(lambda r: r["segments"].pop(), ProofError, id="segment gone, old root"),
        pytest.param(_without_the_second, ProofError, id="hole in seq, new root"),
        pytest.param(_swap, ProofError, id="segments swapped"),
        pytest.param(_foreign_statement, ProofError, id="statement of another node"),
        pytest.param(_other_prev, ProofError, id="prev of another statement"),
        pytest.param(
            lambda r: r["segments"][0].update(end=spell.time_text(START_MS + 1)),
            ProofError,
            id="row says other times than its statement",
        ),
        pytest.param(
            lambda r: r.update(init=[spell.ni(bytes(32))]), ProofError, id="another init"
        ),
    ],
)
def test_a_changed_manifest_is_refused(change, refusal):
    with pytest.raises(refusal):
        manifests.parse(edited(change))


def test_no_flipped_bit_passes_unseen():
    data = GOOD.to_bytes()
    for position in range(0, len(data) * 8, 97):
        flipped = bytearray(data)
        flipped[position // 8] ^= 1 << position % 8
        try:
            found = manifests.parse(bytes(flipped))
        except AttestError:
            continue
        assert found != GOOD


def test_overlapping_segments_are_refused():
    first, *_, last = GOOD.segments[:2]
    prev = sha256(first.statement).digest()
    early = replace(said(PIECES[1], 1, prev), start_ms=first.end_ms - 1)
    signed = segments.sign(early, KEY, NODE, 1)
    rows = (first, replace(last, start_ms=early.start_ms, statement=signed.data))
    with pytest.raises(ProofError, match="does not follow"):
        manifests.parse(replace(GOOD, segments=rows).to_bytes())
