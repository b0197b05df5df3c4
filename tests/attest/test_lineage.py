"""Which entries speak of a stamp: corrections, workers, strangers, broken shapes."""

from dataclasses import replace

import pytest

from attest import dossier
from attest.errors import AttestError
from attest.lineage import Event
from support import coop, coop_troubles
from support import vectors_dossier as made
from support.coop import COOP, OTHER, WORKER
from support.judging import judge, rebuilt, results, swapped_in
from support.said import uri


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
    shown = coop_troubles.told(story)
    assert [m.index for m in shown.timeline if m.kind == "diary"] == [story.find("diary")]
    assert judge(shown).result == "held"


def test_a_correction_moves_the_facts_to_its_own_event():
    story = coop_troubles.corrected()
    shown = coop_troubles.told(story)
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
    assert judge(coop_troubles.told(story)).result == "held"


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
        coop_troubles.told(story)
    shown = coop_troubles.told(coop.coop())
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
    shown = coop_troubles.told(story)
    assert shown.lot["bestBefore"].value == "2028-11-18"
    assert judge(shown).result == "held"


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
        verdict = judge(coop_troubles.told(story))
    except AttestError:
        verdict = judge(swapped_in(story))
    assert verdict.result == "failed"
    assert verdict.state == "mismatch"


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
        shown = coop_troubles.told(story)
        assert shown.product["name"].value == "Nước mắm Mẫu 30°N"
        assert judge(shown).result == "held"
    bare = coop_troubles.told(story, 33, "inactive", activated=False)
    assert bare.product["name"] is None
    assert judge(bare).result == "held"


def test_events_of_other_shapes_say_nothing():
    odd = Event(1, "", "diary", {"bizStep": 5, "readPoint": [], "quantityList": [5, {}]})
    assert odd.text("bizStep") is None
    assert odd.place("readPoint") is None
    assert odd.lots() == frozenset()
