"""A dossier is read strictly and printed back; what it says is not believed here."""

import copy
import json
from functools import cache

import pytest

from attest import dossier
from attest.dossier import VersionError
from attest.errors import MalformedError, TooLargeError
from support import coop_troubles
from support import vectors_dossier as made


@cache
def bases() -> dict[str, dossier.Dossier]:
    return coop_troubles.bases()


def record() -> dict:
    return copy.deepcopy(bases()["active"].record())


@pytest.mark.parametrize("name", ["active", "inactive", "not anchored", "corrected"])
def test_a_dossier_prints_back(name):
    base = bases()[name]
    assert dossier.parse(base.to_bytes()) == base
    assert json.loads(base.to_bytes()) == base.record()


def test_white_space_and_order_are_free():
    shuffled = json.dumps(dict(sorted(record().items())), indent=4)
    assert dossier.parse(shuffled.encode()) == bases()["active"]


def test_a_log_without_a_chain_has_nulls():
    none = dict.fromkeys(("chainId", "genesis", "contract", "originId")) | {
        "independent": False
    }
    parsed = dossier.parse_record(record() | {"chain": none})
    assert parsed.record()["chain"] == none


def test_a_stamp_that_nobody_looked_at_has_no_first_check():
    parsed = dossier.parse_record(record() | {"checks": {"first": None, "count": 0}})
    assert parsed.record()["checks"] == {"first": None, "count": 0}


def test_time_and_summary_may_be_missing():
    changed = record()
    changed["timeline"][0] |= {"time": None, "summary": None}
    assert dossier.parse_record(changed).record() == changed


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        pytest.param(b"", MalformedError, id="empty"),
        pytest.param(b"[]", MalformedError, id="array"),
        pytest.param(b"null", MalformedError, id="null"),
        pytest.param(b"\xff", MalformedError, id="not UTF-8"),
        pytest.param(b"{}", VersionError, id="no version"),
        pytest.param(b'{"version":1}', MalformedError, id="nothing but a version"),
        pytest.param(b'{"version":1,"version":1}', MalformedError, id="member twice"),
        pytest.param(b'{"version":NaN}', MalformedError, id="not a number"),
        pytest.param(b'{"version":1e999}', MalformedError, id="beyond doubles"),
        pytest.param(b'{"version":' + b"1" * 5_000 + b"}", MalformedError, id="5,000 digits"),
        pytest.param(b"[" * 65 + b"]" * 65, MalformedError, id="65 levels"),
        pytest.param(b"[" * 10_000 + b"]" * 10_000, MalformedError, id="10,000 levels"),
        pytest.param(b'{"a":' * 10_000 + b"1" + b"}" * 10_000, MalformedError, id="in objects"),
        pytest.param(b" " * (16 * 2**20 + 1), TooLargeError, id="beyond 16 MiB"),
    ],
)
def test_what_is_no_dossier_is_refused(data, refusal):
    with pytest.raises(refusal):
        dossier.parse(data)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/version", 2),
        ("/version", True),
        ("/version", "1"),
        ("/stamp", None),
        ("/stamp/code", "0000-0700"),
        ("/stamp/code", record()["stamp"]["code"].lower()),
        ("/stamp/blind", "AAAA"),
        ("/stamp/state", "genuine"),
        ("/stamp/state", "unable"),
        ("/stamp/roll", -1),
        ("/stamp/index", 1.0),
        ("/stamp/rollEntry", True),
        ("/stamp/rollEntry", 2**53),
        ("/stamp/rollProof", "hash"),
        ("/stamp/rollProof/0", "AAAA"),
        ("/product", None),
        ("/product/name", "a name"),
        ("/product/name/value", None),
        ("/product/name/pointer", 5),
        ("/product/name/by", "server"),
        ("/lot", []),
        ("/lot/coverage", {"value": 1, "by": "maker"}),
        ("/lot/rating", {"value": 1, "entry": 1, "pointer": ""}),
        ("/timeline", {}),
        ("/timeline/0/kind", ""),
        ("/timeline/0/index", None),
        ("/entries", []),
        ("/entries/x", {}),
        ("/entries/01", record()["entries"]["0"]),
        ("/entries/-1", record()["entries"]["0"]),
        ("/entries/0/statement", "A"),
        ("/entries/0/proof", None),
        ("/entries/0/leaf", ""),
        ("/keys", []),
        ("/keys/AAAA", {"entries": [0]}),
        ("/checkpoint", None),
        ("/anchor/root", "0x00"),
        ("/anchor/root", "0x" + "AB" * 32),
        ("/anchor/final", 1),
        ("/anchor/time", "yesterday"),
        ("/anchor/size", "12"),
        ("/consistency", None),
        ("/checkpointTime", "2025-11-24T16:00:00"),
        ("/chain", None),
        ("/chain/chainId", None),
        ("/chain/independent", None),
        ("/checks/count", -1),
        ("/checks/first", {"day": "2026-11-20"}),
        ("/notProven", None),
        ("/notProven/0", 1),
        ("/extra", 1),
    ],
)
def test_a_member_of_another_form_is_refused(pointer, value):
    with pytest.raises(MalformedError):
        dossier.parse(json.dumps(made.apply(record(), [[pointer, value]])).encode())


def test_a_dossier_of_too_many_entries_is_refused():
    changed = record()
    changed["entries"] = {str(i): changed["entries"]["0"] for i in range(2_001)}
    with pytest.raises(MalformedError):
        dossier.parse_record(changed)


@pytest.mark.parametrize("name", sorted(record()))
def test_no_member_may_be_missing(name):
    changed = record()
    del changed[name]
    with pytest.raises(MalformedError):
        dossier.parse(json.dumps(changed).encode())
