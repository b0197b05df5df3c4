"""Stamps: what may be bound to what, and every way that it is refused."""

import pytest

from attest.errors import RoleError
from ledger.kinds import refusals
from ledger.store.lot_rows import LotRow
from ledger.store.stamp_rows import RangeRow, VoidRow
from support.kinds_world import (
    GIFT,
    HOST,
    PEANUT,
    PLACE,
    SAUCE,
    SHRIMP,
    A,
    B,
    World,
    bulk,
    document,
    lot,
    refused,
)


@pytest.fixture
def world() -> World:
    return World.town()


def stamps(world: World, uri: str) -> tuple[int, int]:
    row = next(row for row in world.rows(LotRow) if row.uri == uri)
    return row.packs, row.stamps


def test_stamps_are_bound_to_a_released_lot(world):
    sauce = world.ready_lot()
    world.roll(1)
    world.activate(1, 0, 99, sauce)
    assert stamps(world, sauce) == (100, 100)
    world.agree()


def test_a_number_has_one_roll(world):
    world.roll(1)
    refused(world, refusals.RollTakenError, world.roll, 1, count=10)


def test_only_printers_print(world):
    event = world.event(
        action="ADD",
        bizStep="encoding",
        readPoint={"id": PLACE},
        epcList=[f"{HOST}/roll/9"],
        nguon_roll=9,
        nguon_count=5,
        nguon_rollRoot="ni:///sha-256;uU0nuZNNPgilLlLX2n2r-sSE7-N6U4DukIj3rOLvzek",
        nguon_producer=A,
    )
    refused(world, RoleError, world.say, "a", "roll", document(event))


def test_an_unknown_roll_is_refused(world):
    sauce = world.ready_lot()
    refused(world, refusals.UnknownRollError, world.activate, 77, 0, 9, sauce)


def test_another_producer_s_roll_is_refused(world):
    sauce = world.ready_lot()
    world.roll(2, product=None, producer=B)
    refused(world, refusals.ForeignRollError, world.activate, 2, 0, 9, sauce)


def test_another_producer_s_lot_is_refused(world):
    sauce = world.ready_lot()
    world.roll(2, product=None, producer=B)
    refused(world, refusals.ForeignLotError, world.activate, 2, 0, 9, sauce, who="b")


def test_a_lot_of_another_product_is_refused(world):
    world.roll(1)
    world.make("a", "packaging", [(bulk("x"), 5, "KGM")], [(lot(PEANUT, "P1"), 20, None)])
    world.test(bulk("x"))
    refused(world, refusals.OtherProductError, world.activate, 1, 0, 9, lot(PEANUT, "P1"))


def test_a_roll_without_a_product_serves_any_of_its_producer(world):
    sauce = world.ready_lot()
    world.roll(3, product=None)
    world.activate(3, 0, 9, sauce)
    assert stamps(world, sauce) == (100, 10)


@pytest.mark.parametrize("verdict", [None, "non_conformant"])
def test_a_lot_without_a_conformant_test_is_refused(world, verdict):
    world.roll(1)
    sauce = lot(SAUCE, "L9")
    world.make("a", "packaging", [(bulk("y"), 5, "LTR")], [(sauce, 20, None)])
    if verdict:
        world.test(bulk("y"), verdict)
    refused(world, refusals.NotReleasedError, world.activate, 1, 0, 9, sauce)


def test_the_newest_test_counts(world):
    sauce = world.ready_lot()
    world.roll(1)
    world.test(bulk("barrel-L1"), "non_conformant")
    refused(world, refusals.NotReleasedError, world.activate, 1, 0, 9, sauce)
    world.test(bulk("barrel-L1"), "conformant")
    world.activate(1, 0, 9, sauce)


def test_a_rapid_test_releases_nothing(world):
    world.roll(1)
    sauce = lot(SAUCE, "L9")
    world.make("a", "packaging", [(bulk("y"), 5, "LTR")], [(sauce, 20, None)])
    world.test(bulk("y"), who="inspector")
    refused(world, refusals.NotReleasedError, world.activate, 1, 0, 9, sauce)


def test_a_test_of_raw_material_releases_nothing(world):
    world.roll(1)
    sauce = lot(SAUCE, "L9")
    world.make("a", "processing", [(bulk("raw"), 60, "KGM")], [(bulk("mash"), 60, "KGM")])
    world.make("a", "packaging", [(bulk("mash"), 5, "KGM")], [(sauce, 20, None)])
    world.test(bulk("raw"))
    refused(world, refusals.NotReleasedError, world.activate, 1, 0, 9, sauce)


@pytest.mark.parametrize("held", ["lot", "bulk lot"])
@pytest.mark.parametrize("mark", ["hold", "recall"])
def test_a_held_or_recalled_lot_is_refused(world, held, mark):
    sauce = world.ready_lot()
    world.roll(1)
    world.mark(mark, sauce if held == "lot" else bulk("barrel-L1"))
    refused(world, refusals.NotReleasedError, world.activate, 1, 0, 9, sauce)


def test_a_release_ends_a_hold(world):
    sauce = world.ready_lot()
    world.roll(1)
    world.mark("hold", sauce, who="inspector")
    world.mark("release", sauce)
    world.activate(1, 0, 9, sauce)


def test_gift_boxes_are_released_when_all_their_packs_are(world):
    sauce = world.ready_lot("L1")
    shrimp = lot(SHRIMP, "S1")
    world.make("b", "packaging", [(bulk("dry"), 80, "KGM")], [(shrimp, 396, None)])
    world.ship(sauce, B)
    boxes = lot(GIFT, "G1")
    world.make("b", "packaging", [(sauce, 20, None), (shrimp, 20, None)], [(boxes, 20, None)])
    world.roll(5, product=GIFT, producer=B)
    refused(world, refusals.NotReleasedError, world.activate, 5, 0, 19, boxes, who="b")
    world.test(shrimp)
    world.activate(5, 0, 19, boxes, who="b")
    world.agree()


def test_a_stamp_beyond_the_roll_is_refused(world):
    sauce = world.ready_lot()
    world.roll(1, count=50)
    refused(world, refusals.BeyondRollError, world.activate, 1, 40, 50, sauce)
    refused(world, refusals.BeyondRollError, world.void, 1, 49, 50)
    world.activate(1, 40, 49, sauce)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param(10, 19, id="same"),
        pytest.param(0, 10, id="its first stamp"),
        pytest.param(19, 30, id="its last stamp"),
        pytest.param(0, 40, id="around it"),
        pytest.param(12, 13, id="inside it"),
    ],
)
@pytest.mark.parametrize("taken", ["bound", "void"])
def test_a_stamp_is_never_bound_twice(world, first, last, taken):
    sauce = world.ready_lot()
    world.roll(1)
    if taken == "bound":
        world.activate(1, 10, 19, sauce)
    else:
        world.void(1, 10, 19)
    refused(world, refusals.RangeOverlapError, world.activate, 1, first, last, sauce)
    world.activate(1, 0, 9, sauce)
    world.activate(1, 20, 29, sauce)


def test_more_stamps_than_packs_are_refused(world):
    sauce = world.ready_lot(packs=100)
    world.roll(1)
    world.activate(1, 0, 59, sauce)
    text = refused(world, refusals.TooManyStampsError, world.activate, 1, 60, 100, sauce)
    assert "101 stamps, but only 100 packs" in text
    world.activate(1, 60, 99, sauce)


def test_packs_of_two_packings_add_up(world):
    sauce = world.ready_lot(packs=60)
    world.make("a", "packaging", [(bulk("barrel-L1"), 20, "LTR")], [(sauce, 40, None)])
    world.roll(1)
    world.activate(1, 0, 99, sauce)
    assert stamps(world, sauce) == (100, 100)


def test_void_stamps_no_longer_count_and_are_never_bound_again(world):
    sauce = world.ready_lot(packs=100)
    world.roll(1)
    world.activate(1, 0, 99, sauce)
    world.void(1, 90, 109)
    world.void(1, 95, 119)
    assert stamps(world, sauce) == (100, 90)
    assert [(row.first, row.last) for row in world.rows(VoidRow)] == [(90, 109), (110, 119)]
    refused(world, refusals.RangeOverlapError, world.activate, 1, 95, 96, sauce)
    world.activate(1, 120, 129, sauce)
    assert stamps(world, sauce) == (100, 100)
    world.agree()


def test_printers_void_what_they_printed_and_producers_what_is_theirs(world):
    world.roll(1)
    world.enrol("printer-2", f"{HOST}/party/printer-2", ["printer"])
    world.void(1, 0, 0, who="printer")
    world.void(1, 1, 1, who="a")
    refused(world, refusals.ForeignRollError, world.void, 1, 2, 2, who="b")
    refused(world, refusals.ForeignRollError, world.void, 1, 2, 2, who="printer-2")


def test_the_subject_of_stamps_is_their_roll(world):
    sauce = world.ready_lot()
    world.roll(1)
    said = world.sign(
        "a", "activation", document(world.activation(1, 0, 9, sauce)), sub=f"{HOST}/roll/2"
    )
    refused(world, refusals.SubjectError, world.fold, said)


def test_fifty_activations_of_one_range_bind_it_once(world):
    lots = [world.ready_lot(f"L{n}") for n in range(5)]
    world.roll(1)
    outcomes = []
    for n in range(50):
        try:
            world.activate(1, n // 2, n // 2 + 30, lots[n % 5])
            outcomes.append(None)
        except refusals.RangeOverlapError as e:
            outcomes.append(e.code)
    assert outcomes == [None] + ["range-overlap"] * 49
    assert len(world.rows(RangeRow)) == 1
    world.agree()
