"""Goods that move, are held, let go, called back."""

import pytest

from attest.errors import RoleError
from ledger.kinds import refusals
from ledger.store.lot_rows import LotRow, MoveRow
from support.kinds_world import HOST, A, B, World, bulk, document, refused


@pytest.fixture
def world() -> World:
    return World.town()


def state(world: World, uri: str) -> tuple[int | None, int | None, int | None]:
    row = next(row for row in world.rows(LotRow) if row.uri == uri)
    return row.hold, row.recall, row.shipped


def test_holds_and_recalls_stand_until_they_are_unset(world):
    sauce = world.ready_lot()
    held = world.mark("hold", sauce, who="inspector")
    world.mark("hold", sauce)
    recalled = world.mark("recall", sauce)
    assert state(world, sauce) == (held, recalled, None)
    world.mark("release", sauce)
    assert state(world, sauce) == (None, recalled, None)
    world.mark("release", sauce, change={"unset": ["recalled"]})
    assert state(world, sauce) == (None, None, None)
    world.agree()


def test_a_hold_covers_the_lots_of_its_event_and_no_others(world):
    first, second = world.ready_lot("L1"), world.ready_lot("L2")
    world.mark("hold", first)
    assert state(world, second) == (None, None, None)


def test_only_regulators_release(world):
    sauce = world.ready_lot()
    world.mark("hold", sauce, who="inspector")
    for who in ("inspector", "a"):
        refused(world, RoleError, world.mark, "release", sauce, who=who)


@pytest.mark.parametrize("kind", ["hold", "recall"])
def test_a_producer_holds_and_recalls_its_own_lots_only(world, kind):
    sauce = world.ready_lot()
    refused(world, refusals.ForeignLotError, world.mark, kind, sauce, who="b")
    world.mark(kind, sauce, who="a")
    world.agree()


@pytest.mark.parametrize("kind", ["hold", "recall"])
def test_a_customer_stops_nobody_s_sales(world, kind):
    sauce = world.ready_lot()
    world.ship(sauce, B)
    refused(world, refusals.ForeignLotError, world.mark, kind, sauce, who="b")


def test_the_first_shipment_is_noted_with_its_way(world):
    sauce = world.ready_lot()
    first = world.ship(sauce, B)
    world.ship(sauce, f"{HOST}/facility/b")
    assert state(world, sauce) == (None, None, first)
    moves = [(row.source, row.destination) for row in world.rows(MoveRow)]
    assert moves == [(None, B), (None, B)]


def test_an_arrival_of_another_s_lot_is_welcome_before_its_shipment_is_known(world):
    sauce = world.ready_lot()
    event = world.object_event(
        [(sauce, 10, None)],
        "OBSERVE",
        "arriving",
        readPoint={"id": f"{HOST}/facility/b"},
        sourceList=[{"type": "possessing_party", "source": A}],
    )
    world.say("b", "arrival", document(event))
    assert [(row.source, row.destination) for row in world.rows(MoveRow)] == [(A, B)]


def test_a_recall_names_lots_that_nobody_packed_here(world):
    recalled = world.mark("recall", bulk("elsewhere"))
    assert state(world, bulk("elsewhere")) == (None, recalled, None)
