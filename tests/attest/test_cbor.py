"""CBOR has one spelling here, and everything else is refused."""

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest import cbor
from attest.errors import CborError, MalformedError, TrailingBytesError

KEYS = st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=8) | st.text(max_size=8)
VALUES = st.recursive(
    st.integers(-(2**64), 2**64 - 1) | st.binary() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_is_read_back(value):
    assert cbor.decode(cbor.encode(value)) == value


@given(VALUES)
def test_another_library_writes_the_same_bytes_and_reads_the_same_value(value):
    data = cbor.encode(value)
    assert cbor2.loads(data) == value
    assert cbor2.dumps(value, canonical=False) == data or sorted_otherwise(value)


def sorted_otherwise(value: object) -> bool:
    """That library sorts maps by RFC 7049's rule; only values without maps are comparable."""
    return isinstance(value, dict | list) and "{" in repr(value)


@given(st.binary(max_size=40))
def test_accepted_bytes_are_the_only_spelling_of_their_value(data):
    try:
        value = cbor.decode(data)
    except MalformedError:
        return
    assert cbor.encode(value) == data


@given(st.lists(VALUES, max_size=5))
def test_a_sequence_splits_into_its_items(values):
    items = [cbor.encode(value) for value in values]
    assert cbor.split(b"".join(items)) == items


def test_tags_keep_their_number():
    assert cbor.decode(b"\xd2\x80") == cbor.Tag(18, [])
    assert cbor.encode(cbor.Tag(18, [])) == b"\xd2\x80"


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        pytest.param("", MalformedError, id="nothing"),
        pytest.param("1800", CborError, id="zero in two bytes"),
        pytest.param("1817", CborError, id="23 in two bytes"),
        pytest.param("1900ff", CborError, id="255 in three bytes"),
        pytest.param("1a0000ffff", CborError, id="65535 in five bytes"),
        pytest.param("1b00000000ffffffff", CborError, id="2^32-1 in nine bytes"),
        pytest.param("3817", CborError, id="-24 in two bytes"),
        pytest.param("580161", CborError, id="length in two bytes"),
        pytest.param("d81280", CborError, id="tag in two bytes"),
        pytest.param("9fff", CborError, id="indefinite array"),
        pytest.param("5f4100ff", CborError, id="indefinite bytes"),
        pytest.param("bfff", CborError, id="indefinite map"),
        pytest.param("1c", CborError, id="reserved length"),
        pytest.param("ff", CborError, id="a break alone"),
        pytest.param("a202000100", CborError, id="map keys out of order"),
        pytest.param("a201000100", CborError, id="map key twice"),
        pytest.param("a2206001" + "60", CborError, id="negative before positive"),
        pytest.param("f5", MalformedError, id="true"),
        pytest.param("f6", MalformedError, id="null"),
        pytest.param("f93c00", MalformedError, id="half float"),
        pytest.param("fb3ff0000000000000", MalformedError, id="double"),
        pytest.param("f820", MalformedError, id="simple value in two bytes"),
        pytest.param("61ff", MalformedError, id="text that is not UTF-8"),
        pytest.param("63eda080", MalformedError, id="surrogate in a text"),
        pytest.param("18", MalformedError, id="length cut off"),
        pytest.param("1a0000", MalformedError, id="long length cut off"),
        pytest.param("42ff", MalformedError, id="string cut off"),
        pytest.param("82" + "00", MalformedError, id="array cut off"),
        pytest.param("a1" + "00", MalformedError, id="map cut off"),
        pytest.param("d2", MalformedError, id="tag of nothing"),
        pytest.param("9b" + "ff" * 8, MalformedError, id="an array of 2^64-1"),
        pytest.param("bb" + "ff" * 8, MalformedError, id="a map of 2^64-1"),
        pytest.param("5b" + "ff" * 8, MalformedError, id="a string of 2^64-1"),
        pytest.param("a1" + "80" + "00", MalformedError, id="array as a map key"),
        pytest.param("81" * 15 + "80", None, id="16 levels"),
        pytest.param("81" * 16 + "80", MalformedError, id="17 levels"),
        pytest.param("81" * 10_000 + "80", MalformedError, id="10,001 levels"),
        pytest.param("d2" * 10_000 + "80", MalformedError, id="10,000 tags"),
        pytest.param("0000", TrailingBytesError, id="a byte more"),
    ],
)
def test_any_other_spelling_is_refused(data, refusal):
    if refusal is None:
        assert cbor.encode(cbor.decode(bytes.fromhex(data))).hex() == data
        return
    with pytest.raises(refusal) as caught:
        cbor.decode(bytes.fromhex(data))
    assert caught.type is refusal


@pytest.mark.parametrize(
    "value",
    [True, None, 1.5, (), 2**64, -(2**64) - 1, "\ud800", {True: 1}, [object()]],
    ids=repr,
)
def test_what_has_no_place_is_not_written(value):
    with pytest.raises(MalformedError):
        cbor.encode(value)


def test_a_sequence_with_a_broken_item_is_refused_as_a_whole():
    with pytest.raises(MalformedError):
        cbor.split(b"\x00\x82\x00")
