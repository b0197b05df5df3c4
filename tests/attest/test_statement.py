"""A statement is accepted in one form, and a refusal says which rule it broke."""

import json
from dataclasses import replace
from hashlib import sha256

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest import cose, keys, payload, spell, statement
from attest.errors import (
    AttestError,
    HeaderError,
    MalformedError,
    SignatureError,
    TooLargeError,
    TrailingBytesError,
)
from attest.keys import ES256, PrivateKey
from attest.statement import Seen
from support import vectors_mutants, vectors_said
from support.said import EVENT, MAKER, PARTY, THIEF, uri

VECTORS = json.loads((vectors_said.FOLDER / "statement.json").read_text())
MUTANTS = json.loads((vectors_said.FOLDER / "mutants.json").read_text())
GOOD = {row["name"]: spell.parse_base64url(row["statement"]) for row in VECTORS["good"]}
KEYS = {row["name"]: spell.parse_base64url(row["key"]) for row in VECTORS["good"]}


def said(**changes: object) -> statement.Statement:
    parts = {
        "kind": "party",
        "iss": uri("party/maker"),
        "sub": PARTY["id"],
        "iat": 5,
        "record": PARTY,
    }
    return statement.sign(changes.pop("signer", MAKER), **(parts | changes))


@pytest.mark.parametrize("row", VECTORS["good"], ids=lambda row: row["name"])
def test_good_statements_are_read_whole(row):
    parsed = statement.parse(spell.parse_base64url(row["statement"]))
    header = parsed.header
    seen = header.seen and [
        header.seen.origin,
        header.seen.size,
        spell.base64url(header.seen.root),
    ]
    assert (header.iss, header.sub, header.iat) == (row["iss"], row["sub"], row["iat"])
    assert (parsed.kind, seen, spell.base64url(parsed.identity)) == (
        row["kind"],
        row["seen"],
        row["identity"],
    )
    assert parsed.payload.decode() == row["payload"]
    statement.check_signature(parsed, keys.parse_public(spell.parse_base64url(row["key"])))


@pytest.mark.parametrize("row", VECTORS["bad"], ids=lambda row: row["name"])
def test_other_forms_are_refused_with_their_code(row):
    with pytest.raises(AttestError) as caught:
        statement.parse(spell.parse_base64url(row["statement"]))
    assert caught.value.code == row["code"]


@pytest.mark.parametrize("row", VECTORS["unsigned"], ids=lambda row: row["name"])
def test_what_the_key_did_not_sign_is_refused(row):
    parsed = statement.parse(spell.parse_base64url(row["statement"]))
    with pytest.raises(AttestError) as caught:
        statement.check_signature(parsed, keys.parse_public(spell.parse_base64url(row["key"])))
    assert caught.value.code == row["code"]


def test_a_thousand_mutants_come_out_as_the_vectors_say():
    for base, part, position, cut, new, *verdicts in MUTANTS["rows"]:
        fresh = spell.parse_base64url(new)
        data = vectors_mutants.mutate(GOOD[base], part, position, cut, fresh)
        key = keys.parse_public(KEYS[base])
        assert list(vectors_mutants.verdict(data, key)) == verdicts
    assert len(MUTANTS["rows"]) == 1_000
    assert {row[5] for row in MUTANTS["rows"]} >= {None, "payload-spelling", "malformed"}


@given(bit=st.integers(0, 8 * len(GOOD["ES256, event, seen"]) - 1))
def test_any_flipped_bit_is_refused(bit):
    data = bytearray(GOOD["ES256, event, seen"])
    data[bit // 8] ^= 1 << bit % 8
    key = keys.parse_public(KEYS["ES256, event, seen"])
    with pytest.raises(AttestError):
        statement.check_signature(statement.parse(bytes(data)), key)


@given(st.binary(max_size=200))
def test_rubbish_is_a_refusal_and_no_crash(data):
    with pytest.raises(MalformedError):
        statement.parse(data)


def test_a_resigned_twin_has_the_same_identity():
    signer = PrivateKey.from_seed(b"a phone", ES256)
    one, two = said(signer=signer), said(signer=signer)
    assert one.data != two.data
    assert one.identity == two.identity


def test_identity_is_the_digest_of_what_is_signed():
    one = said()
    protected = cose.parse(one.data).protected
    signed = cbor2.dumps(["Signature1", protected, b"", one.payload])
    assert one.identity == sha256(signed).digest()
    MAKER.key.verify(one.signature, signed)


def test_the_header_prints_back():
    one = said(record=EVENT, kind="acceptance", seen=Seen("trace.example/log", 3, bytes(32)))
    assert one.header.content_type == "application/ld+json"
    assert one.header.to_bytes() == cose.parse(one.data).protected


def test_a_statement_of_65_535_bytes_is_the_largest():
    room = statement.MAX_SIZE - len(said(record=PARTY | {"note": "n" * 60_000}).data)
    largest = said(record=PARTY | {"note": "n" * (60_000 + room)})
    assert len(largest.data) == 65_535
    with pytest.raises(TooLargeError):
        said(record=PARTY | {"note": "n" * (60_001 + room)})


def test_the_largest_is_counted_before_it_is_read():
    with pytest.raises(TooLargeError):
        statement.parse(bytes(100_000))


def test_what_would_be_refused_is_not_signed():
    with pytest.raises(HeaderError):
        said(iat=-1)
    with pytest.raises(HeaderError):
        said(kind="Party")
    with pytest.raises(MalformedError):
        said(record=PARTY | {"name": object()})


def test_a_batch_is_read_whole_or_not_at_all():
    items = list(GOOD.values())
    assert [one.data for one in statement.parse_batch(b"".join(items))] == items
    assert statement.parse_batch(b"") == []
    with pytest.raises(MalformedError):
        statement.parse_batch(b"".join(items)[:-1])
    with pytest.raises(MalformedError):
        statement.parse_batch(items[0] + b"\x00" + items[1])


def test_another_mans_signature_does_not_hold():
    one = said()
    with pytest.raises(SignatureError):
        statement.check_signature(one, THIEF.key)


@pytest.mark.parametrize(
    "text",
    ["https://a.example/1", "urn:uuid:5f2d8c1e-0000-4000-8000-000000000001", "a:b"],
)
def test_uris_are_known(text):
    assert statement.is_uri(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "maker",
        "//a.example",
        "https:",
        "https://a b",
        "1a:b",
        "a:\n",
        "a:ö",
        "a:" + "b" * 2048,
        5,
    ],
)
def test_other_texts_are_no_uris(text):
    assert not statement.is_uri(text)


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_cose_messages_print_back(protected, body):
    message = cose.Sign1(protected, body, bytes(64))
    assert cose.parse(message.to_bytes()) == message
    assert cose.parse(replace(message, payload=b"").to_bytes()).payload == b""


def test_a_byte_after_the_message_is_refused():
    with pytest.raises(TrailingBytesError):
        statement.parse(said().data + b"\0")


def test_media_follows_the_record():
    assert statement.media(EVENT) == statement.LD_JSON
    assert statement.media(PARTY) == statement.JSON
    assert payload.parse(said().payload) == PARTY
