"""A box's size is a claim; only what is there counts."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.errors import MalformedError
from attest.footage import boxes
from support.boxes import INIT, box, gop

GOOD = gop(b"one") + gop(b"two", 3)


def test_a_segment_is_its_gops_and_nothing_else():
    assert boxes.gops(GOOD) == [gop(b"one"), gop(b"two", 3)]
    assert [boxes.frames(g) for g in boxes.gops(GOOD)] == [20, 3]


def test_large_sizes_are_read_where_the_format_has_them():
    large = (1).to_bytes(4) + b"mdat" + (16 + 3).to_bytes(8) + b"abc"
    moof = gop(b"")[: -len(box("mdat"))]
    assert boxes.gops(moof + large) == [moof + large]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(GOOD[:-1], id="cut at the end"),
        pytest.param(GOOD + b"\0", id="a byte too many"),
        pytest.param(box("styp") + GOOD, id="styp in front"),
        pytest.param(GOOD + box("free"), id="free behind"),
        pytest.param(box("mdat", b"x") + box("moof"), id="wrong order"),
        pytest.param(INIT, id="an init segment"),
        pytest.param(b"#EXTM3U\n#EXT-X-VERSION:7\n", id="a playlist"),
        pytest.param((0).to_bytes(4) + b"moof" + bytes(8), id="size zero"),
        pytest.param((7).to_bytes(4) + b"moof" + bytes(8), id="smaller than its header"),
        pytest.param(b"\x7f\xff\xff\xff" + b"moof" + bytes(8), id="larger than what is there"),
        pytest.param((1).to_bytes(4) + b"moof" + (2**63).to_bytes(8), id="size 2^63"),
        pytest.param((1).to_bytes(4) + b"moof" + (15).to_bytes(8), id="large size too small"),
        pytest.param((1).to_bytes(4) + b"moof", id="large size cut off"),
        pytest.param(box("free") * (boxes.MAX_BOXES + 1), id="too many boxes"),
    ],
)
def test_what_is_no_segment_is_refused(data):
    with pytest.raises(MalformedError):
        boxes.gops(data)


def test_nesting_ends_before_the_stack_does():
    nested = box("trun", bytes(8))
    for _ in range(3000):
        nested = box("moof", nested)
    with pytest.raises(MalformedError, match="deeper"):
        boxes.frames(nested)


def test_a_run_too_short_to_state_a_count_states_none():
    assert boxes.frames(box("moof", box("traf", box("trun", bytes(4))))) == 0


def test_an_init_segment_is_ftyp_and_moov():
    assert boxes.init_segment(INIT) == INIT
    with pytest.raises(MalformedError, match="init segment"):
        boxes.init_segment(INIT + GOOD)


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(data):
    with contextlib.suppress(MalformedError):
        assert b"".join(boxes.gops(data)) == data
