"""The file that shows one entry: strict to the bit, here as in the browser."""

import json
from pathlib import Path

import pytest

from attest.errors import AttestError, ProofError
from attest.log import note, proof

VECTORS = json.loads((Path(__file__).parents[1] / "vectors/proof.json").read_bytes())
VKEY = note.parse_key(VECTORS["vkey"])
ENTRY = bytes.fromhex(VECTORS["entry"])


def test_a_proof_is_read_printed_back_and_holds():
    parsed = proof.parse(VECTORS["proof"])
    assert parsed.text() == VECTORS["proof"]
    assert parsed.index == VECTORS["index"]
    assert [h.hex() for h in parsed.path] == VECTORS["path"]
    assert parsed.check(ENTRY, VKEY).size == 7


def test_a_proof_of_another_entry_is_refused():
    with pytest.raises(ProofError):
        proof.parse(VECTORS["proof"]).check(b"entry 6", VKEY)


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda c: c["why"])
def test_any_other_proof_is_refused(case):
    with pytest.raises(AttestError):
        proof.parse(case["proof"]).check(ENTRY, VKEY)


def test_every_flipped_bit_is_refused():
    data = VECTORS["proof"].encode()
    for at in range(len(data) * 8):
        changed = bytearray(data)
        changed[at // 8] ^= 1 << at % 8
        with pytest.raises((AttestError, UnicodeDecodeError)):
            proof.parse(bytes(changed).decode()).check(ENTRY, VKEY)
