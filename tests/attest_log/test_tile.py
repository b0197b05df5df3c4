"""The names and widths of a log's files, and the bundles in them."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.errors import MalformedError, TooLargeError
from attest.log import tile

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/tile.json").read_bytes())


@given(
    st.one_of(st.none(), st.integers(0, 63)),
    st.integers(0, tile.MAX_INDEX - 1),
    st.integers(1, 256),
)
def test_path_and_parse_are_inverse(level, index, width):
    t = tile.Tile(level, index, width)
    assert tile.parse_path(t.path()) == t


@pytest.mark.parametrize("case", VECTORS["paths"], ids=lambda c: c["path"])
def test_paths_are_those_of_the_vectors(case):
    t = tile.Tile(case["level"], case["index"], case["width"])
    assert tile.parse_path(case["path"]) == t
    assert t.path() == case["path"]


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda c: c["why"])
def test_any_other_path_is_refused(case):
    with pytest.raises(MalformedError):
        tile.parse_path(case["path"])


def test_an_index_beyond_2_to_56_is_refused():
    with pytest.raises(MalformedError):
        tile.parse_path(tile.Tile(0, tile.MAX_INDEX).path())


def test_files_by_size_are_those_of_the_vectors():
    for case in VECTORS["sizes"]:
        assert [t.path() for t in tile.tiles_between(0, case["size"])] == case["paths"]
    for case in VECTORS["growth"]:
        found = tile.tiles_between(case["old"], case["new"])
        assert [t.path() for t in found] == case["paths"]


@pytest.mark.parametrize(
    "sizes", [range(1101), range(65_535, 65_794), [70_000]], ids=["small", "65536", "70000"]
)
def test_a_tree_has_exactly_the_files_that_the_specification_asks_for(sizes):
    for size in sizes:
        wanted = set()
        for level in range(8):
            count = size // 256**level
            wanted |= {(level, i, 256) for i in range(count // 256)}
            if count % 256:
                wanted.add((level, count // 256, count % 256))
        wanted |= {(None, index, width) for level, index, width in wanted if level == 0}
        found = tile.tiles_between(0, size)
        assert {(t.level, t.index, t.width) for t in found} == wanted
        assert len(found) == len(wanted)


@given(st.integers(0, 70_000), st.integers(0, 3_000))
def test_growth_adds_the_files_that_the_larger_tree_has_more(old, more):
    before = set(tile.tiles_between(0, old))
    after = set(tile.tiles_between(0, old + more))
    assert set(tile.tiles_between(old, old + more)) == after - before


def test_a_log_does_not_shrink():
    with pytest.raises(ValueError, match="from 2 to 1"):
        tile.tiles_between(2, 1)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_bundle_and_parse_are_inverse(entries):
    assert tile.parse_bundle(tile.bundle(entries)) == entries


@pytest.mark.parametrize("size", [0, 1, 65_535])
def test_entries_up_to_65535_bytes_fit_a_bundle(size):
    entries = [bytes(size), b"next"]
    assert tile.parse_bundle(tile.bundle(entries)) == entries


def test_an_entry_of_65536_bytes_is_refused():
    with pytest.raises(TooLargeError, match="65536"):
        tile.bundle([bytes(65_536)])


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x00", id="half a length"),
        pytest.param(b"\x00\x02a", id="cut entry"),
        pytest.param(b"\x00\x01ab", id="rest"),
        pytest.param(b"\x00\x00" * 257, id="257 entries"),
    ],
)
def test_a_bundle_that_ends_wrongly_is_refused(data):
    with pytest.raises(MalformedError):
        tile.parse_bundle(data)
