"""From stamp to lot, one step back and forward, and the whole genealogy."""

import pytest

from ledger.read import trace
from support.kinds_world import GIFT, HOST, SHRIMP, A, B, World, bulk, document, lot


@pytest.fixture
def world() -> World:
    return World.town()


def test_a_stamp_leads_to_its_lot_and_back_to_the_raw_material(world):
    sauce = world.ready_lot("L1")
    rolled = world.roll(1)
    bound = world.activate(1, 10, 19, sauce)
    one = trace.stamp(world.tx, 1, 19)
    assert (one.roll.entry, one.binding.entry, one.binding.lot, one.void) == (
        rolled,
        bound,
        sauce,
        None,
    )
    assert [step.lot for step in trace.back(world.tx, sauce)] == [bulk("barrel-L1")]
    assert trace.ancestors(world.tx, sauce) == [bulk("barrel-L1"), bulk("raw-L1")]
    assert [step.lot for step in trace.forward(world.tx, bulk("raw-L1"))] == [bulk("barrel-L1")]
    assert trace.descendants(world.tx, bulk("raw-L1")) == [bulk("barrel-L1"), sauce]


@pytest.mark.parametrize("index", [-1, 5000])
def test_a_stamp_that_a_roll_does_not_have_is_none(world, index):
    world.roll(1)
    assert trace.stamp(world.tx, 1, index) is None
    assert trace.stamp(world.tx, 2, 0) is None
    assert trace.stamp(world.tx, 1, 4999).binding is None


def test_gift_boxes_and_cartons_lead_to_all_that_is_in_them(world):
    sauce, shrimp, boxes = world.ready_lot("L1"), lot(SHRIMP, "S1"), lot(GIFT, "G1")
    world.make("b", "packaging", [(bulk("dry"), 80, "KGM")], [(shrimp, 396, None)])
    world.ship(sauce, B)
    world.make("b", "packaging", [(sauce, 20, None), (shrimp, 20, None)], [(boxes, 20, None)])
    carton = f"{HOST}/carton/1"
    event = world.event(
        "AggregationEvent",
        action="ADD",
        parentID=carton,
        childQuantityList=[{"epcClass": boxes, "quantity": 10}],
        readPoint={"id": f"{HOST}/zone/b-pack"},
    )
    world.say("b", "aggregation", document(event))
    assert set(trace.ancestors(world.tx, carton)) == {
        boxes,
        sauce,
        shrimp,
        bulk("dry"),
        bulk("barrel-L1"),
        bulk("raw-L1"),
    }
    assert carton in trace.descendants(world.tx, bulk("raw-L1"))


def test_a_lot_that_goes_round_in_a_circle_ends(world):
    for came, went in (("x", "y"), ("y", "z"), ("z", "x")):
        world.make("a", "processing", [(bulk(came), 1, "LTR")], [(bulk(went), 1, "LTR")])
    assert trace.ancestors(world.tx, bulk("x")) == [bulk("z"), bulk("y")]


def test_events_that_were_taken_back_lead_nowhere(world):
    made = world.make("a", "processing", [(bulk("x"), 1, "LTR")], [(bulk("y"), 2, "LTR")])
    assert [row.over for row in trace.balances(world.tx, [bulk("y")])] == [True]
    wrong = world.entries[made].record["epcisBody"]["eventList"][0]
    declared = {"declarationTime": "2026-11-19T08:00:00+07:00", "reason": "did_not_occur"}
    world.say("a", "correction", document({**wrong, "errorDeclaration": declared}))
    assert trace.back(world.tx, bulk("y")) == []
    assert trace.balances(world.tx, [bulk("y")]) == []
    assert [m.corrected for m in trace.mentions(world.tx, [bulk("y")])] == [made + 1]


def test_a_lot_shows_where_it_went(world):
    sauce = world.ready_lot("L1")
    sent = world.ship(sauce, f"{HOST}/party/shop")
    assert [(m.entry, m.kind, m.destination) for m in trace.moves(world.tx, sauce)] == [
        (sent, "shipment", f"{HOST}/party/shop")
    ]
    shown = trace.lot(world.tx, sauce)
    assert (shown.owner, shown.packs, shown.shipped) == (A, 100, sent)
    assert trace.lots(world.tx, [sauce, bulk("none")]) == {sauce: shown}
