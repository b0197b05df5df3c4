"""What a stranger finds in a dossier: each layer forged or taken away, and what then shows."""

import json
import random
from dataclasses import replace
from functools import cache

import pytest

from attest import dossier, statement, trust, verify
from attest.errors import AttestError, MalformedError
from attest.lineage import Event
from attest.verify import Verdict
from support import coop, vectors_said
from support import vectors_dossier as made
from support.coop import COOP, NOW_MS, OTHER, REGULATOR, TRUST, WORKER
from support.said import uri

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
    return made.bases()


def record_of(name: str) -> dict:
    base = VECTORS["bases"][name]
    return base.get("dossier") or made.apply(record_of(base["base"]), base["set"])


def judge(shown: dossier.Dossier, pins: trust.Trust | None = TRUST, **more: object) -> Verdict:
    return verify.verify(shown, pins, more.pop("now_ms", NOW_MS), **more)


def results(verdict: Verdict) -> dict[str, str]:
    return {name: step.result for name, step in verdict.steps.items()}


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
    for pins in (TRUST, replace(TRUST, root=made.THIEF.key.kid)):
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


@pytest.mark.parametrize(
    ("marks", "state"),
    [
        (["hold nguon:hold"], "hold"),
        (["hold nguon:hold", "release nguon:hold"], "active"),
        (["release nguon:hold", "hold nguon:hold"], "hold"),
        (["recall recalled", "release nguon:hold"], "recalled"),
        (["recall recalled", "release recalled"], "active"),
        (["hold nguon:hold", "recall recalled", "release nguon:hold"], "recalled"),
    ],
    ids=" then ".join,
)
def test_holds_recalls_and_releases_are_read_in_order(marks, state):
    verdict = judge(made.told(made.marked(*marks)))
    assert (verdict.result, verdict.state) == ("held", state)


def test_the_maker_may_recall_and_another_maker_may_not():
    for by, state in ((COOP, "recalled"), (OTHER, "active")):
        story = coop.coop()
        story.tell(by, "recall", coop.marking(31, set=["recalled"]))
        assert judge(made.told(story)).state == state


def test_a_recall_of_another_lot_is_not_of_this_stamp():
    story = coop.coop()
    story.tell(REGULATOR, "recall", coop.marking(31, lot=uri("lot/other"), set=["recalled"]))
    log = story.log()
    shown = story.dossier(log=log)
    assert judge(shown).state == "active"
    assert story.find("recall") not in {moment.index for moment in shown.timeline}


def test_a_void_range_holds_its_own_stamps_only():
    story = made.voided(COOP)
    assert judge(made.told(story, 5)).state == "void"
    assert judge(made.told(story, 6)).state == "active"
    assert judge(made.told(story, 4, "inactive", activated=False)).state == "void"


def test_a_state_is_never_bettered():
    for told in ("suspicious", "expired", "void", "hold", "recalled"):
        assert judge(made.told(coop.coop(), state=told)).state == told


def test_without_an_expiry_the_best_before_date_counts_and_without_either_none():
    far = NOW_MS + 10**12
    story = coop.Story()
    coop.master(story)
    story.tell(coop.PRINTER, "roll", coop.rolled(story.tree.root(story.key)), sub=coop.ROLL_URI)
    pack = coop.packaging()
    del pack["ilmd"]["cbvmda:itemExpirationDate"]
    story.tell(WORKER, "packaging", pack)
    story.tell(COOP, "activation", coop.activation(), sub=coop.ROLL_URI)
    assert judge(made.told(story), now_ms=far).state == "expired"
    bare = coop.Story()
    coop.master(bare)
    bare.tell(coop.PRINTER, "roll", coop.rolled(bare.tree.root(bare.key)), sub=coop.ROLL_URI)
    pack = coop.packaging()
    del pack["ilmd"]
    bare.tell(WORKER, "packaging", pack)
    bare.tell(COOP, "activation", coop.activation(), sub=coop.ROLL_URI)
    assert judge(made.told(bare), now_ms=far).state == "active"


def test_days_that_are_not_said_do_not_pass():
    story = rebuilt({"ilmd": {"cbvmda:lotNumber": "L26-11"}}, "packaging")
    assert judge(made.told(story), now_ms=NOW_MS + 10**12).state == "active"


def test_a_day_without_a_lot_belongs_where_the_packs_were_made():
    story = coop.coop()
    for number, (zone, premises) in enumerate(
        ((coop.ZONE_PACK, None), (uri("zone/elsewhere"), None)), 61
    ):
        cleaned = coop.event(
            number,
            bizStep=uri("process/x#clean"),
            readPoint={"id": zone},
            bizLocation=premises,
            sensorElementList=[
                {"sensorReport": [{"type": "nguon:clean", "booleanValue": True}]}
            ],
        )
        story.tell(COOP, "diary", cleaned, sub=zone)
    shown = made.told(story)
    assert [m.index for m in shown.timeline if m.kind == "diary"] == [story.find("diary")]
    assert judge(shown).result == "held"


def test_a_correction_moves_the_facts_to_its_own_event():
    story = made.corrected()
    shown = made.told(story)
    at = story.find("correction")
    assert shown.lot["bestBefore"].entry == at
    assert shown.lot["bestBefore"].pointer.startswith("/epcisBody/eventList/1/")
    back = made.apply(shown.record(), [["/lot/bestBefore/entry", story.find("packaging")]])
    assert results(judge(dossier.parse_record(back)))["facts"] == "failed"


def test_a_stranger_cannot_correct():
    story = coop.coop()
    wrong = coop.packaging() | {
        "errorDeclaration": {
            "declarationTime": "2026-11-19T08:00:00+07:00",
            "reason": "did_not_occur",
        }
    }
    story.tell(OTHER, "correction", wrong)
    assert judge(made.told(story)).result == "held"


def test_an_activation_that_was_taken_back_does_not_hold():
    story = coop.coop()
    wrong = coop.activation() | {
        "errorDeclaration": {
            "declarationTime": "2026-11-19T08:00:00+07:00",
            "reason": "did_not_occur",
        }
    }
    bound = story.find("activation")
    story.tell(COOP, "correction", wrong)
    with pytest.raises(AttestError, match="no activation that is in effect"):
        made.told(story)
    shown = made.told(coop.coop())
    log = story.log()
    entries = {i: dossier.Entry(one.data, log.proof(i)) for i, one in enumerate(story.entries)}
    forged = replace(
        shown, entries=entries, checkpoint=log.checkpoint(), anchor=None, consistency=()
    )
    verdict = judge(forged)
    assert results(verdict)["stamp"] == "failed"
    assert f"entry {bound} holds no activation" in verdict.alarm


def test_a_worker_speaks_only_for_its_own_producer():
    story = coop.coop()
    packed = coop.packaging(22, bestBeforeDate="2031-01-01")
    story.tell(OTHER, "packaging", packed)
    shown = made.told(story)
    assert shown.lot["bestBefore"].value == "2028-11-18"
    assert judge(shown).result == "held"


def rebuilt(change: dict, kind: str, **more: object) -> coop.Story:
    """The story with other members in the event of one kind, past the rules of the fold."""
    story = coop.Story()
    for said in coop.coop().entries:
        record = json.loads(said.payload)
        if said.kind == kind:
            record["epcisBody"]["eventList"][0] |= change
            signer = coop.SIGNERS[more.get("by", said.header.iss)]
            iss = more.get("by", said.header.iss)
            said = coop.sign(signer, iss, record, kind=kind, sub=said.header.sub)  # noqa: PLW2901
        if said.kind == "key":
            story.registry.apply(len(story.entries), said)
        story.entries.append(said)
    return story


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        pytest.param("roll", {"nguon:producer": None}, id="roll of nobody"),
        pytest.param("roll", {"nguon:producer": OTHER}, id="roll of another producer"),
        pytest.param("roll", {"nguon:rollRoot": "ni:///sha-256;AAAA"}, id="root too short"),
        pytest.param("roll", {"nguon:rollRoot": 5}, id="root is a number"),
        pytest.param("roll", {"nguon:count": "40"}, id="count is a text"),
        pytest.param("roll", {"nguon:count": 3}, id="stamp beyond the count"),
        pytest.param("roll", {"nguon:roll": 8}, id="another roll"),
        pytest.param("roll", {"nguon:product": f"{coop.PRODUCT}9"}, id="another product"),
        pytest.param("activation", {"nguon:last": 2}, id="range ends before"),
        pytest.param("activation", {"nguon:roll": 8}, id="range of another roll"),
        pytest.param("activation", {"nguon:first": None}, id="range without a start"),
        pytest.param("activation", {"quantityList": []}, id="no lot"),
        pytest.param("activation", {"quantityList": [{}, {}]}, id="quantities of nothing"),
        pytest.param("activation", {"quantityList": "lots"}, id="quantities are a text"),
        pytest.param(
            "activation",
            {"quantityList": [{"epcClass": coop.LOT}, {"epcClass": coop.RAW}]},
            id="two lots",
        ),
        pytest.param(
            "activation",
            {"quantityList": [{"epcClass": "https://id.gs1.org/01/09521000001022/10/X"}]},
            id="lot of another product",
        ),
        pytest.param("packaging", {"ilmd": {"cbvmda:bestBeforeDate": "soon"}}, id="no day"),
        pytest.param(
            "packaging", {"ilmd": {"cbvmda:bestBeforeDate": "9999-12-31"}}, id="end of days"
        ),
        pytest.param("packaging", {"eventTimeZoneOffset": "here"}, id="no zone"),
    ],
)
def test_entries_that_break_the_rules_do_not_hold(kind, change):
    story = rebuilt(change, kind)
    try:
        verdict = judge(made.told(story))
    except AttestError:
        verdict = judge(swapped_in(story))
    assert verdict.result == "failed"
    assert verdict.state == "mismatch"


def swapped_in(story: coop.Story) -> dossier.Dossier:
    """The good dossier over a log in which entries are others."""
    shown, log = made.told(coop.coop()), story.log()
    entries = {i: dossier.Entry(story.entries[i].data, log.proof(i)) for i in shown.entries}
    return replace(
        shown, entries=entries, checkpoint=log.checkpoint(), anchor=None, consistency=()
    )


def test_an_activation_by_another_producer_does_not_hold():
    story = rebuilt({}, "activation", by=OTHER)
    verdict = judge(swapped_in(story))
    assert results(verdict)["stamp"] == "failed"


def test_a_product_without_a_roll_of_its_own_comes_from_packaging_or_lot():
    for change in ({}, {"nguon:product": coop.PRODUCT}):
        story = coop.Story()
        coop.master(story)
        event = coop.rolled(story.tree.root(story.key))
        del event["nguon:product"]
        story.tell(coop.PRINTER, "roll", event, sub=coop.ROLL_URI)
        story.tell(WORKER, "packaging", coop.packaging() | change)
        story.tell(COOP, "activation", coop.activation(), sub=coop.ROLL_URI)
        shown = made.told(story)
        assert shown.product["name"].value == "Nước mắm Mẫu 30°N"
        assert judge(shown).result == "held"
    bare = made.told(story, 33, "inactive", activated=False)
    assert bare.product["name"] is None
    assert judge(bare).result == "held"


def test_events_of_other_shapes_say_nothing():
    odd = Event(1, "", "diary", {"bizStep": 5, "readPoint": [], "quantityList": [5, {}]})
    assert odd.text("bizStep") is None
    assert odd.place("readPoint") is None
    assert odd.lots() == frozenset()


def test_a_dossier_without_a_checkpoint_is_none():
    shown = replace(bases()["active"], checkpoint="hello")
    with pytest.raises(MalformedError):
        judge(shown)


def test_statements_of_a_dossier_are_those_of_the_log():
    story = coop.coop()
    shown = made.told(story)
    for index, entry in shown.entries.items():
        assert statement.parse(entry.statement) == story.entries[index]
