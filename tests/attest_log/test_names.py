"""Names of blobs and products, pins of readers, and the files that all languages share."""

import itertools
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import biip
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from hypothesis import given
from hypothesis import strategies as st

from attest import cid, gs1, trust
from attest.errors import MalformedError
from support import vectors

FOLDER = Path(__file__).parents[1] / "vectors"
CIDS = json.loads((FOLDER / "cid.json").read_bytes())
GS1 = json.loads((FOLDER / "gs1.json").read_bytes())
TRUST = json.loads((FOLDER / "trust.json").read_bytes())
SMALL, LARGE = CIDS["files"][:4], CIDS["files"][4:]


def content(case: dict) -> Iterator[bytes]:
    if "text" in case:
        yield case["text"].encode()
        return
    key = sha256(case["seed"].encode()).digest()
    stream = Cipher(algorithms.ChaCha20(key, bytes(16)), None).encryptor()
    for at in range(0, case["size"], 1 << 22):
        yield stream.update(bytes(min(1 << 22, case["size"] - at)))


@pytest.mark.parametrize("name", vectors.MAKERS)
def test_the_shared_vectors_are_what_their_makers_make(name):
    assert (FOLDER / f"{name}.json").read_text() == vectors.render(name)


@pytest.mark.parametrize("case", SMALL, ids=lambda c: c["cid"][-8:])
def test_a_blob_has_the_name_that_kubo_gives_it(case):
    assert cid.of_bytes(b"".join(content(case))) == case["cid"]


@pytest.mark.integration
@pytest.mark.parametrize("case", LARGE, ids=lambda c: c["cid"][-8:])
def test_a_blob_of_a_gigabyte_has_the_name_that_kubo_gives_it(case):
    assert cid.of_stream(content(case)) == case["cid"]


@given(st.lists(st.integers(0, 3 << 20), max_size=6))
def test_a_name_does_not_depend_on_the_pieces(cuts):
    data = bytes(3 << 20)
    edges = sorted({0, *cuts, len(data)})
    pieces = [data[a:b] for a, b in itertools.pairwise(edges)]
    assert cid.of_stream(pieces) == cid.of_bytes(data)


@given(st.sampled_from([cid.RAW, cid.DAG_PB]), st.binary(min_size=32, max_size=32))
def test_cid_text_and_parse_are_inverse(codec, digest):
    made = cid.Cid(codec, digest)
    assert cid.parse(made.text()) == made


@pytest.mark.parametrize("case", CIDS["refused"], ids=lambda c: c["why"])
def test_any_other_cid_is_refused(case):
    with pytest.raises(MalformedError):
        cid.parse(case["text"])


@pytest.mark.parametrize("case", GS1["accepted"], ids=lambda c: c["path"])
def test_a_digital_link_is_read(case):
    link = gs1.parse(case["path"])
    assert (link.gtin, link.lot, link.serial) == (case["gtin"], case["lot"], case["serial"])
    assert link.text() == case["text"]
    assert gs1.parse(link.text()) == gs1.parse_uri(link.uri()) == link


@pytest.mark.parametrize("case", GS1["accepted"], ids=lambda c: c["path"])
def test_a_reader_that_others_wrote_reads_the_same(case):
    link = gs1.parse(case["path"])
    theirs = biip.parse(link.uri()).gs1_digital_link_uri.element_strings
    assert {e.ai.ai: e.value for e in theirs} == {
        key: value
        for key, value in (("01", link.gtin), ("10", link.lot), ("21", link.serial))
        if value is not None
    }


@pytest.mark.parametrize("case", GS1["refused"], ids=lambda c: c["why"])
def test_any_other_path_is_no_digital_link(case):
    with pytest.raises(gs1.DigitalLinkError):
        gs1.parse(case["path"])


def test_an_id_under_another_domain_is_no_gs1_id():
    with pytest.raises(gs1.DigitalLinkError):
        gs1.parse_uri("https://id.gs1.example/01/09506000134352")


def test_a_path_of_a_thousand_letters_is_refused():
    with pytest.raises(gs1.DigitalLinkError):
        gs1.parse("/01/09506000134352/10/" + "a" * 1000)


@pytest.mark.parametrize("case", GS1["checkDigits"], ids=lambda c: c["digits"])
def test_check_digits_follow_the_gs1_rule(case):
    assert gs1.check_digit(case["digits"]) == case["digit"]


@pytest.mark.parametrize("digits", ["", "12a", "\u0661\u0662"])
def test_only_digits_have_a_check_digit(digits):
    with pytest.raises(gs1.DigitalLinkError):
        gs1.check_digit(digits)


@pytest.mark.parametrize("case", TRUST["accepted"], ids=lambda c: c["why"])
def test_pins_are_read_and_printed_back(case):
    pins = trust.parse(json.dumps(case["trust"]).encode())
    assert pins.record() == case["trust"]
    assert trust.parse(pins.to_bytes()) == pins


@pytest.mark.parametrize("case", TRUST["accepted"], ids=lambda c: c["why"])
def test_a_fingerprint_covers_log_key_and_root_only(case):
    pins = trust.parse(json.dumps(case["trust"]).encode())
    lines = [case["trust"][name] + "\n" for name in ("origin", "vkey", "root")]
    wanted = sha256("".join(lines).encode()).hexdigest()[:20]
    assert pins.fingerprint == wanted == case["fingerprint"]


@pytest.mark.parametrize("case", TRUST["refused"], ids=lambda c: c["why"])
def test_any_other_pins_are_refused(case):
    with pytest.raises(MalformedError):
        trust.parse(json.dumps(case["trust"]).encode())


@pytest.mark.parametrize("name", TRUST["accepted"][0]["trust"])
def test_every_pin_is_required_and_typed(name):
    record = dict(TRUST["accepted"][0]["trust"])
    with pytest.raises(MalformedError):
        trust.parse(json.dumps(record | {name: [1]}).encode())
    del record[name]
    with pytest.raises(MalformedError):
        trust.parse(json.dumps(record).encode())


@pytest.mark.parametrize("case", TRUST["refusedTexts"], ids=lambda c: c["why"])
def test_pins_that_are_not_one_json_object_are_refused(case):
    with pytest.raises(MalformedError):
        trust.parse(case["text"].encode())


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xff", id="not UTF-8"),
        pytest.param(b"[" * 50_000, id="deep"),
        pytest.param(b" " * 100_001, id="long"),
    ],
)
def test_hostile_bytes_are_no_pins(data):
    with pytest.raises(MalformedError):
        trust.parse(data)
