"""A log that the chain knows to be longer, or other, does not start."""

from typing import Any

import pytest

from ledger.anchor import guard, setup
from ledger.errors import BehindError, ForkError

pytestmark = pytest.mark.integration

World = Any  # the fixture's class lives in conftest.py
ORIGIN = "log.example/test"


def way(world: World) -> setup.Setup:
    place = world.settings.place
    return setup.Setup(world.engine, world.anvil.chain, ORIGIN, world.key.address, place)


def test_nothing_anchored_yet_is_no_hindrance(world: World) -> None:
    assert guard.compare(way(world), 5, world.tree.root) is None
    world.steps(2, 5)
    assert guard.compare(way(world), 5, world.tree.root) is None


def test_the_same_log_may_start_longer_or_equal(world: World) -> None:
    world.steps(6, 5)
    assert guard.compare(way(world), 5, world.tree.root) == 5
    assert guard.compare(way(world), 8, world.tree.root) == 5


@pytest.mark.parametrize("with_rows", [True, False])
def test_an_older_copy_is_refused_with_both_sizes_and_the_way_out(
    world: World, with_rows: bool
) -> None:
    world.steps(6, 5)
    if not with_rows:
        world.forget_rows()
    with pytest.raises(BehindError) as refused:
        guard.compare(way(world), 4, world.tree.root)
    assert "4 entries" in str(refused.value)
    assert "head of 5" in str(refused.value)
    assert "backup" in str(refused.value)


def test_another_history_is_refused(world: World) -> None:
    world.steps(6, 5)
    world.tree.salt = "rewritten"
    with pytest.raises(ForkError):
        guard.compare(way(world), 9, world.tree.root)
