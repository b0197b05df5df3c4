"""A segment statement fits exactly the bytes that were signed."""

import pytest

from attest import payload
from attest.errors import MalformedError, ProofError, SignatureError
from attest.footage import segment as segments
from attest.keys import PrivateKey
from attest.statement import check_signature, sign
from support.boxes import gop
from support.footage import CAMERA, NODE, said

KEY = PrivateKey.from_seed(b"node")
DATA = gop(b"one") + gop(b"two")
SAID = said(DATA)


def test_record_and_parse_are_inverse():
    assert segments.parse_record(SAID.record()) == SAID
    later = said(DATA, seq=5, prev=bytes(32))
    assert segments.parse_record(later.record()) == later


def test_a_signed_segment_reads_back_and_its_bytes_fit():
    signed, found = segments.parse(segments.sign(SAID, KEY, NODE, 1).data)
    check_signature(signed, KEY.key)
    assert found == SAID
    segments.check_bytes(found, DATA)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(gop(b"one") + gop(b"twO"), id="one byte of a picture"),
        pytest.param(gop(b"two") + gop(b"one"), id="gops swapped"),
        pytest.param(gop(b"one"), id="a gop left out"),
        pytest.param(DATA + gop(b"three"), id="a gop put in"),
        pytest.param(gop(b"one") + gop(b"two", 21), id="another frame count"),
    ],
)
def test_other_bytes_do_not_fit(data):
    with pytest.raises(ProofError):
        segments.check_bytes(SAID, data)


def changed(**members):
    return {**SAID.record(), **members}


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({k: v for k, v in SAID.record().items() if k != "boot"}, id="member gone"),
        pytest.param({**SAID.record(), "more": 1}, id="member more"),
        pytest.param(dict(reversed(SAID.record().items())), id="another order"),
        pytest.param(changed(seq=-1), id="negative seq"),
        pytest.param(changed(seq=True), id="seq is true"),
        pytest.param(changed(seq=1), id="no prev at seq 1"),
        pytest.param(changed(prev=SAID.record()["init"]), id="prev at seq 0"),
        pytest.param(changed(gops=[]), id="no pictures"),
        pytest.param(changed(gops="none"), id="gops is a text"),
        pytest.param(changed(gops=[{"bytes": 1}]), id="a gop without a digest"),
        pytest.param(changed(gops=[1]), id="a gop is a number"),
        pytest.param(changed(end=SAID.record()["start"]), id="no duration"),
        pytest.param(changed(start="2026-11-22T07:15:00+00:00"), id="zone spelled otherwise"),
        pytest.param(changed(init="ni:///sha-256;AAAA"), id="short digest"),
        pytest.param(changed(camera=""), id="no camera"),
    ],
)
def test_other_records_are_refused(record):
    with pytest.raises(MalformedError):
        segments.parse_record(record)


def test_another_camera_or_kind_is_refused():
    other = {"kind": "segment", "iss": NODE, "iat": 1, "record": SAID.record()}
    with pytest.raises(MalformedError, match="sub"):
        segments.parse(sign(KEY, **other, sub=CAMERA + "2").data)
    with pytest.raises(MalformedError, match="kind"):
        segments.parse(sign(KEY, **{**other, "kind": "footage"}, sub=CAMERA).data)


def test_a_forged_statement_does_not_hold():
    forged = segments.sign(SAID, PrivateKey.from_seed(b"thief"), NODE, 1)
    with pytest.raises(SignatureError):
        check_signature(forged, KEY.key)


def test_the_payload_has_the_one_spelling():
    assert payload.parse(segments.sign(SAID, KEY, NODE, 1).payload) == SAID.record()
