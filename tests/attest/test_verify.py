"""What a stranger finds in a dossier: each layer forged or taken away, and what then shows."""

import json
import random
from dataclasses import replace
from functools import cache

import pytest

from attest import dossier, statement, verify
from attest.errors import AttestError, MalformedError
from support import coop, coop_troubles, vectors_said
from support import vectors_dossier as made
from support.coop import NOW_MS, TRUST
from support.judging import judge, results
from support.said import THIEF

VECTORS = json.loads((vectors_said.FOLDER / "dossier.json").read_text())

# Members that only the server says: docs/formats/dossier.md, "Not authenticated".
TOLD = (
    "/stamp/state",
    "/lot/coverage",
    "/checkpointTime",
    "/checks",
    "/notProven",
    "/chain",
    "/anchor/noteHash",
    "/anchor/block",
    "/anchor/blockHash",
    "/anchor/tx",
    "/anchor/time",
    "/anchor/final",
)


@cache
def bases() -> dict[str, dossier.Dossier]:
    return coop_troubles.bases()


def record_of(name: str) -> dict:
    base = VECTORS["bases"][name]
    return base.get("dossier") or made.apply(record_of(base["base"]), base["set"])


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_each_case_comes_out_as_the_vectors_say(case):
    pins = case["trust"] and VECTORS["trusts"][case["trust"]]
    found = made.judged(
        made.apply(record_of(case["base"]), case["set"]),
        pins,
        case["nowMs"],
        rooted=case["rooted"],
        asked=case["asked"],
    )
    assert found == {name: case[name] for name in found}


def test_the_vectors_hold_every_result_of_every_step():
    seen = {(n, r) for c in VECTORS["cases"] if not c["refused"] for n, r in c["steps"].items()}
    for step in verify.STEPS:
        assert (step, "failed") in seen or step == "fresh"  # an old note is no contradiction
        assert (step, "held") in seen
    assert {(n, "unable") for n in ("keys", "signature", "stamp", "facts")} <= seen


def test_a_genuine_stamp_holds_with_each_level_that_its_evidence_has():
    shown = bases()["active"]
    assert judge(shown).levels == ("signed", "logged", "witnessed", "fresh")
    asked = judge(shown, rooted=shown.anchor.root)
    assert asked.levels == ("signed", "logged", "witnessed", "anchored", "fresh")
    assert (asked.result, asked.state, asked.alarm) == ("held", "active", None)


def test_without_pins_nothing_is_more_than_told():
    for shown in bases().values():
        verdict = judge(shown, None)
        assert verdict.result in ("told", "failed")
        assert verdict.levels == ()


def test_a_forgers_own_root_log_and_chain_never_pass_the_real_pins():
    forged = bases()["forged"]
    assert judge(forged, None).result == "told"  # consistent in itself, and no more
    for pins in (TRUST, replace(TRUST, root=THIEF.key.kid)):
        verdict = judge(forged, pins, rooted=forged.anchor.root)
        assert verdict.result == "failed"
        assert "logged" not in verdict.levels


def test_an_alarm_names_the_step_and_the_values():
    shown = dossier.parse_record(
        made.apply(bases()["active"].record(), [["/lot/bestBefore/value", "2030-01-01"]])
    )
    alarm = judge(shown).alarm
    assert alarm is not None
    assert alarm.startswith("facts: lot.bestBefore is shown as '2030-01-01'")


def differs_only_in_told(old: object, new: object, at: str = "") -> bool:
    if old == new:
        return True
    if at.startswith(TOLD) or at.endswith("/summary/value"):
        return True
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        return all(differs_only_in_told(old[k], new[k], f"{at}/{k}") for k in old)
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return all(
            differs_only_in_told(a, b, f"{at}/{i}")
            for i, (a, b) in enumerate(zip(old, new, strict=True))
        )
    return False


def test_200_random_flipped_bits_each_fail_or_lie_in_what_is_only_told():
    chance = random.Random(4)  # noqa: S311  the same bits each time
    shown = bases()["active"]
    data, told = shown.to_bytes(), 0
    for _ in range(200):
        at, bit = chance.randrange(len(data)), chance.randrange(8)
        flipped = data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
        try:
            changed = dossier.parse(flipped)
            verdict = judge(changed)
        except AttestError:
            continue
        if verdict.result != "held":
            continue
        told += 1
        assert differs_only_in_told(shown.record(), changed.record()), data[at - 40 : at + 40]
    assert told < 20  # almost everything is authenticated


def test_each_told_member_can_be_changed_without_notice():
    """The list of what is not authenticated is no longer than it must be."""
    record = bases()["active"].record()
    changes = {
        "/stamp/state": "suspicious",
        "/lot/coverage": {"value": 1, "by": "server"},
        "/checkpointTime": "2020-01-01T00:00:00Z",
        "/checks": {"first": None, "count": 0},
        "/notProven": [],
        "/chain": record["chain"] | {"independent": True, "chainId": 1},
        "/anchor/noteHash": "0x" + "11" * 32,
        "/anchor/block": 1,
        "/anchor/blockHash": "0x" + "11" * 32,
        "/anchor/tx": "0x" + "11" * 32,
        "/anchor/time": "2020-01-01T00:00:00Z",
        "/anchor/final": False,
    }
    assert set(changes) == set(TOLD)
    for pointer, value in changes.items():
        changed = dossier.parse_record(made.apply(record, [[pointer, value]]))
        assert judge(changed).result == "held", pointer


def test_a_dossier_of_yesterday_is_not_fresh():
    verdict = judge(bases()["active"], now_ms=NOW_MS + 25 * 3_600_000)
    assert "fresh" not in verdict.levels
    assert results(verdict)["fresh"] == "absent"


def test_the_dossier_of_another_stamp_is_a_contradiction():
    verdict = judge(bases()["active"], asked=bases()["inactive"].stamp.code)
    assert results(verdict)["stamp"] == "failed"
    assert verdict.state == "mismatch"


def test_the_notes_hash_is_checked_where_anchor_and_note_are_of_one_size():
    story = coop.coop()
    log = story.log()
    from attest.log import checkpoint  # noqa: PLC0415

    right = checkpoint.note_hash(log.checkpoint(), TRUST.vkey)
    for note_hash, result in ((right, "told"), (bytes(32), "failed")):
        anchor = coop.anchor_at(log, log.size(), note_hash=note_hash)
        shown = story.dossier(log=log, anchor=anchor, consistency=())
        assert results(judge(shown))["anchor"] == result


def test_a_dossier_without_a_checkpoint_is_none():
    shown = replace(bases()["active"], checkpoint="hello")
    with pytest.raises(MalformedError):
        judge(shown)


def test_statements_of_a_dossier_are_those_of_the_log():
    story = coop.coop()
    shown = coop_troubles.told(story)
    for index, entry in shown.entries.items():
        assert statement.parse(entry.statement) == story.entries[index]
