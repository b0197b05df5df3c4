"""A payload has the one spelling of JSON.stringify."""

import json
import math
import struct
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest import payload, spell
from attest.errors import AttestError, MalformedError, SpellingError
from support import vectors_said

VECTORS = json.loads((vectors_said.FOLDER / "payload.json").read_text())

FINITE = st.floats(allow_nan=False, allow_infinity=False)
# between 2^53 and 10^21 a double is printed with digits that only a double reads back as itself
NUMBERS = FINITE.filter(lambda n: not 2**53 < abs(n) < 1e21) | st.integers(-(2**53), 2**53)
TEXTS = st.text(max_size=8).map(lambda text: unicodedata.normalize("NFC", text))
NAMES = TEXTS.filter(lambda t: not (t.isascii() and t.isdigit()))
RECORDS = st.dictionaries(
    NAMES,
    st.recursive(
        NUMBERS | TEXTS | st.booleans() | st.none(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
        max_leaves=20,
    ),
    max_size=5,
)


def test_the_vectors_are_what_their_maker_makes():
    for stem in vectors_said.MAKERS:
        file = vectors_said.FOLDER / f"{stem}.json"
        assert file.read_text() == vectors_said.render(stem), stem


@pytest.mark.parametrize("row", VECTORS["good"], ids=lambda row: row["name"])
def test_good_spellings_are_accepted_and_printed_back(row):
    data = spell.parse_base64url(row["data"])
    assert payload.to_bytes(payload.parse(data)) == data


@pytest.mark.parametrize("row", VECTORS["bad"], ids=lambda row: row["name"])
def test_other_spellings_are_refused(row):
    with pytest.raises(AttestError) as caught:
        payload.parse(spell.parse_base64url(row["data"]))
    assert caught.value.code == row["code"]


@given(RECORDS)
def test_what_is_printed_is_read_back(record):
    again = payload.parse(payload.to_bytes(record))
    assert again == record
    assert list(again) == list(record)


@given(FINITE)
def test_a_printed_double_is_accepted_and_reads_back_as_itself(number):
    data = payload.to_bytes({"n": number})
    assert float(payload.parse(data)["n"]) == number


@given(st.binary(max_size=30))
def test_accepted_bytes_are_the_only_spelling(data):
    try:
        record = payload.parse(data)
    except AttestError:
        return
    assert payload.to_bytes(record) == data


@given(st.binary(min_size=8, max_size=8))
def test_any_double_is_printed_so_that_it_reads_back(raw):
    number = struct.unpack(">d", raw)[0]
    if math.isfinite(number):
        assert float(payload.number_text(number)) == number


def test_numbers_between_the_exponents_are_printed_without_one():
    assert payload.number_text(1e20) == "1" + "0" * 20
    assert payload.number_text(-1e21) == "-1e+21"
    assert payload.number_text(1e-6) == "0.000001"
    assert payload.number_text(-1.25e-7) == "-1.25e-7"
    assert payload.number_text(120.0) == "120"
    assert payload.number_text(-0.0) == "0"


@pytest.mark.parametrize("levels", [1_000, 10_000, 100_000])
@pytest.mark.parametrize("bracket", ["[]", "{}"])
def test_deep_nesting_is_a_refusal_and_no_crash(levels, bracket):
    opening = bracket[0] if bracket == "[]" else '{"a":'
    text = '{"a":' + opening * levels + "1" + bracket[1] * levels + "}"
    with pytest.raises(MalformedError):
        payload.parse(text.encode())


def test_an_integer_of_10_000_digits_is_refused():
    with pytest.raises(MalformedError):
        payload.parse(b'{"n":' + b"1" * 10_000 + b"}")


@pytest.mark.parametrize(
    ("record", "refusal"),
    [
        pytest.param({"n": math.nan}, SpellingError, id="not a number"),
        pytest.param({"n": math.inf}, SpellingError, id="infinite"),
        pytest.param({"n": 2**53 + 1}, SpellingError, id="not exact"),
        pytest.param({"n": 10**5_000}, SpellingError, id="huge"),
        pytest.param({"0": 1}, SpellingError, id="index name"),
        pytest.param({"t": "\ud800"}, SpellingError, id="lone surrogate"),
        pytest.param({"t": ["e\u0301"]}, SpellingError, id="not NFC"),
        pytest.param({"a": {"e\u0301": 1}}, SpellingError, id="name not NFC"),
        pytest.param({"t": (1,)}, MalformedError, id="tuple"),
        pytest.param({"t": b""}, MalformedError, id="bytes"),
    ],
)
def test_what_would_be_refused_is_not_printed(record, refusal):
    with pytest.raises(refusal):
        payload.to_bytes(record)


RECORD = {"a": [{"b/c": 1, "d~e": 2, "": 3}], "m~1n": 4}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", RECORD),
        ("/a/0/b~1c", 1),
        ("/a/0/d~0e", 2),
        ("/a/0/", 3),
        ("/m~01n", 4),
    ],
)
def test_pointers_find_values(text, value):
    assert payload.pointer(RECORD, text) == value


@pytest.mark.parametrize(
    "text", ["a", "/b", "/a/1", "/a/00", "/a/-", "/a/-1", "/a/0/b/c", "/a/ 0", "/a/\u0660"]
)
def test_pointers_to_nothing_are_refused(text):
    with pytest.raises(MalformedError):
        payload.pointer(RECORD, text)
