"""URIs and times that we take are those that a schema's asserted formats take."""

import jsonschema_rs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from attest.errors import AttestError
from attest.kinds import form, master, parts


def asserted(name: str) -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator({"format": name}, validate_formats=True)


URI, TIME = asserted("uri"), asserted("date-time")
PIECES = [
    "a",
    "http",
    ":",
    "/",
    "//",
    "?",
    "#",
    "%",
    "%4",
    "%41",
    "@",
    "[",
    "]",
    "::1",
    "8",
    " ",
]
PIECES += ["ă", "\\", "<", "{", "^", "|", "`", '"', "é", "\n", "urn:uuid:", ".", "-", "+", "80"]


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
@example("https://a:99999/")
@example("https://a:99999999/")
@example("https://user:pw@host:80/p?q#f")
@example("a:")
@example("a://")
@example("http://a%4/")
def test_a_uri_that_we_take_is_one_for_the_schema(text):
    if form.is_uri(text):
        assert URI.is_valid(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://id.gs1.org/01/09521000001015/10/L26-11",
        "urn:uuid:5f2d8c1e-0000-4000-8000-000000000001",
        "ni:///sha-256;uU0nuZNNPgilLlLX2n2r-sSE7-N6U4DukIj3rOLvzek",
        "ipfs://bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e",
        "https://trace.example/process/nuoc-mam#ferment",
        "nguon:hold",
        "cbvmda:lotNumber",
        "https://localhost:8080/lot/a%20b?x=1",
    ],
)
def test_the_uris_of_our_records_are_taken(text):
    assert form.is_uri(text)


DIGITS = st.text("0123456789", min_size=2, max_size=2)


@given(
    DIGITS, DIGITS, DIGITS, DIGITS, DIGITS, st.sampled_from(["Z", "+07:00", "-00:00", "+24:00"])
)
def test_a_time_that_we_take_is_one_for_the_schema(month, day, hour, minute, second, zone):
    text = f"2026-{month}-{day}T{hour}:{minute}:{second}{zone}"
    try:
        form.time(text)
    except AttestError:
        return
    assert TIME.is_valid(text)


@pytest.mark.parametrize(
    "day", ["2026-02-29", "2026-2-01", "20260201", "2026-02-01 ", "", None, 7]
)
def test_a_day_is_one_of_the_calendar(day):
    with pytest.raises(AttestError):
        form.day(day)


@pytest.mark.parametrize(
    ("take", "value"),
    [
        pytest.param(form.text, "x" * 4097, id="a text too long"),
        pytest.param(form.text, "", id="an empty text"),
        pytest.param(form.number, True, id="a number that is true"),
        pytest.param(form.boolean, 1, id="true that is a number"),
        pytest.param(form.names, {"tiếng Việt": "x"}, id="a language that is none"),
        pytest.param(form.names, {}, id="no names"),
        pytest.param(form.blob, "Qm", id="a CID of another version"),
        pytest.param(form.ipfs, "ipfs://Qm", id="an address of another version"),
        pytest.param(form.gtin, "9521000001015", id="13 digits"),
        pytest.param(form.several(form.text), ["x"] * 1001, id="a list too long"),
        pytest.param(parts.hexadecimal, "0x", id="a prefix in hexadecimal"),
        pytest.param(parts.ilmd, {}, id="no master data"),
        pytest.param(form.nested(parts.Named), [], id="a list for an object"),
    ],
)
def test_other_forms_are_refused(take, value):
    with pytest.raises(AttestError):
        take(value)


@pytest.mark.parametrize(
    ("uri", "gtin"),
    [
        ("https://id.gs1.org/01/09521000001015", "09521000001015"),
        ("https://trace.example/01/09521000001015/10/L1", "09521000001015"),
        ("https://id.gs1.org/01/09521000001016", None),
        ("https://trace.example/x/01/09521000001015", None),
        ("https://trace.example/lot/1", None),
        ("https://id.gs1.org/01/09521000001015/10/L1/99/x", None),
    ],
)
def test_a_gtin_is_read_off_a_digital_link_on_any_host(uri, gtin):
    assert master.gtin_of(uri) == gtin
