"""Notes, checkpoints and verifier keys: one spelling, and only keys that the reader knows."""

import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.errors import AttestError, MalformedError, SignatureError, WeakKeyError
from attest.log import checkpoint, note
from attest.log.checkpoint import Checkpoint
from support.vector_keys import LOG, WITNESSES

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/note.json").read_bytes())
VKEY = note.parse_key(VECTORS["vkey"])
GOOD = Checkpoint("trace.example/log", 12, bytes(range(32))).text()

# c2sp.org/signed-note prints this note; the key is in golang.org/x/mod/sumdb/note.
PETERS = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngot"
    "pRZb6KE6RyyBwJnAM=\n"
)


def test_a_note_that_others_signed_is_verified():
    found = note.verify(note.parse(PETERS_NOTE), [note.parse_key(PETERS)])
    assert [s.name for s in found] == ["PeterNeumann"]
    signer = note.parse_signer(
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    )
    assert found == [signer.sign(note.parse(PETERS_NOTE).text)]


@pytest.mark.parametrize("case", VECTORS["accepted"], ids=lambda c: c["why"])
def test_a_note_of_the_log_is_read_and_printed_back(case):
    parsed = note.parse(case["note"])
    assert parsed.to_text() == case["note"]
    assert note.parse_bytes(case["note"].encode()) == parsed
    assert [s.name for s in note.verify(parsed, [VKEY])] == [VKEY.name]
    head = checkpoint.open_note(case["note"], VKEY)
    assert (head.origin, head.size, head.root.hex()) == tuple(VECTORS["head"].values())


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda c: c["why"])
def test_any_other_note_is_refused(case):
    with pytest.raises(AttestError):
        checkpoint.open_note(case["note"], VKEY)


def test_every_flipped_bit_of_a_note_is_refused():
    data = VECTORS["accepted"][0]["note"].encode()
    for at in range(len(data) * 8):
        changed = bytearray(data)
        changed[at // 8] ^= 1 << at % 8
        with pytest.raises(AttestError):
            checkpoint.open_note(note.parse_bytes(bytes(changed)).to_text(), VKEY)


def test_an_em_dash_is_three_bytes():
    assert b"\n\xe2\x80\x94 trace.example/log " in VECTORS["accepted"][0]["note"].encode()


def test_the_text_ends_at_the_last_empty_line():
    text = "one\n\ntwo\n"
    made = note.Note(text, (LOG.sign(text),))
    assert note.parse(made.to_text()) == made


def test_bytes_that_are_not_utf8_are_refused():
    with pytest.raises(MalformedError):
        note.parse_bytes(b"text\n\n\xff\n")


def test_a_note_of_a_million_letters_is_refused():
    with pytest.raises(MalformedError):
        note.parse("a" * note.MAX_SIZE + VECTORS["accepted"][0]["note"])


@pytest.mark.parametrize("kind", [1, 4])
def test_key_ids_follow_the_formula(kind):
    key = note.VerifierKey("a.example", kind, LOG.verifier.key)
    wanted = sha256(b"a.example\n" + bytes([kind]) + LOG.verifier.key).digest()[:4]
    assert key.key_id == wanted
    assert note.parse_key(key.text()) == key


@pytest.mark.parametrize("case", VECTORS["refusedKeys"], ids=lambda c: c["why"])
def test_any_other_verifier_key_is_refused(case):
    with pytest.raises((MalformedError, WeakKeyError)):
        note.parse_key(case["vkey"])


def test_a_signer_s_secret_is_read_and_printed_back():
    assert note.parse_signer(VECTORS["signer"]).text() == VECTORS["signer"] == LOG.text()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda t: t.removeprefix("PRIVATE+"), id="no prefix"),
        pytest.param(lambda t: t.replace("PRIVATE+KEY+", "PRIVATE+KEY+x"), id="another name"),
        pytest.param(lambda t: t + "=", id="longer"),
    ],
)
def test_a_secret_in_another_form_is_refused_without_repeating_it(change):
    with pytest.raises(MalformedError) as refusal:
        note.parse_signer(change(VECTORS["signer"]))
    assert VECTORS["signer"][-20:] not in str(refusal.value)


@given(st.integers(0, 2**63), st.binary(min_size=32, max_size=32))
def test_checkpoint_text_and_parse_are_inverse(size, root):
    c = Checkpoint("trace.example/log", size, root)
    assert checkpoint.parse(c.text()) == c


@pytest.mark.parametrize("case", VECTORS["refusedCheckpoints"], ids=lambda c: c["why"])
def test_any_other_spelling_of_a_checkpoint_is_refused(case):
    with pytest.raises(MalformedError):
        checkpoint.parse(case["text"])


def test_a_log_signs_only_its_own_name():
    with pytest.raises(SignatureError):
        checkpoint.sign(Checkpoint("other.example/log", 1, bytes(32)), LOG)


def test_a_checkpoint_of_another_origin_under_our_key_is_refused():
    text = Checkpoint("other.example/log", 1, bytes(32)).text()
    forged = note.Note(text, (LOG.sign(text),)).to_text()
    with pytest.raises(SignatureError, match=r"other\.example"):
        checkpoint.open_note(forged, VKEY)


def test_an_anchor_keeps_the_log_s_own_line_only():
    alone, company = VECTORS["accepted"][0]["note"], VECTORS["cosigned"]
    assert checkpoint.own_note(company, VKEY) == alone
    assert checkpoint.note_hash(company, VKEY) == sha256(alone.encode()).digest()


def test_a_cosignature_key_verifies_no_plain_signature():
    key = WITNESSES[0].verifier
    assert key.kind == note.COSIGNATURE
    with pytest.raises(SignatureError):
        checkpoint.open_note(VECTORS["cosigned"], key)


def test_base64_of_a_signature_has_one_spelling():
    line = note.parse(VECTORS["accepted"][0]["note"]).signatures[0]
    text = b64encode(line.key_id + line.data).decode()
    loose = text[:-2] + ("B=" if text[-2] == "A" else "A=")
    with pytest.raises(AttestError):
        checkpoint.open_note(VECTORS["accepted"][0]["note"].replace(text, loose), VKEY)
