"""Rows follow the chain: an anchor is there while its block is, and final only when that is."""

from typing import Any

import pytest
from sqlalchemy import Engine

from ledger.anchor import history, outbox
from support import anvil as anvils

pytestmark = pytest.mark.integration

World = Any  # the fixture's class lives in conftest.py


def sizes(engine: Engine) -> list[int]:
    return [row.size for row in history.anchors(engine)]


def kinds(engine: Engine) -> set[str]:
    return {incident.kind for incident in history.incidents(engine)}


def agree(world: World) -> None:
    """Invariant 5: every row agrees with the chain at its block hash, finals are final."""
    final = world.anvil.chain.finalized()
    for row in history.anchors(world.engine):
        block = world.anvil.chain.block(row.block)
        assert block is not None
        assert block.hash == row.block_hash
        assert world.contract().root_at(world.log_id, row.size) == row.root
        assert not row.final or row.block <= final.number


@pytest.fixture
def deep_world(engine: Engine) -> Any:
    """A world whose blocks are final only 64 blocks later."""
    from .conftest import World as Made  # noqa: PLC0415

    with anvils.running() as anvil:
        world = Made(engine, anvil)
        anvil.fund(world.key)
        world.steps(6, 5)
        world.anvil.mine(70)
        world.steps(5, 5)
        yield world


@pytest.mark.parametrize("depth", [1, 12])
def test_a_reorganised_anchor_is_pending_again_and_then_mined_again(
    deep_world: World, depth: int
) -> None:
    world = deep_world
    world.steps(10, 9)
    assert sizes(world.engine) == [9, 5]
    world.anvil.mine(depth - 1)
    world.anvil.rpc("anvil_reorg", depth, [])
    assert world.contract().latest(world.log_id).size == 5
    world.steps(1, 9)
    assert history.newest_final(world.engine, 9).size == 5
    assert "reorg" in kinds(world.engine)
    world.steps(5, 9)
    assert sizes(world.engine) == [9, 5]
    agree(world)


def test_an_anchor_that_moved_to_another_block_keeps_its_row(deep_world: World) -> None:
    world = deep_world
    world.steps(10, 9)
    raw = outbox.newest(world.engine, "anchor").raw
    world.anvil.mine(2)
    before = history.at(world.engine, 9)
    world.anvil.rpc("anvil_reorg", 3, [[f"0x{raw.hex()}", 1]])
    world.steps(2, 9)
    after = history.at(world.engine, 9)
    assert after.block_hash != before.block_hash
    assert after.tx == before.tx
    agree(world)


def test_a_block_that_is_not_final_makes_no_anchor_final(deep_world: World) -> None:
    world = deep_world
    world.steps(10, 9)
    world.anvil.mine(63)
    world.steps(2, 9)
    assert not history.at(world.engine, 9).final
    world.anvil.mine(2)
    world.steps(2, 9)
    assert history.at(world.engine, 9).final
    agree(world)


def test_what_is_final_leaves_the_outbox(deep_world: World) -> None:
    world = deep_world
    assert history.at(world.engine, 5).final
    assert outbox.newest(world.engine, "anchor") is None


def test_a_final_anchor_that_is_gone_is_an_incident_and_is_anchored_again(
    world: World,
) -> None:
    world.steps(6, 5)
    world.anvil.mine(3)
    snapshot = world.anvil.rpc("evm_snapshot")
    world.steps(10, 9)
    world.anvil.mine(3)
    world.steps(2, 9)
    assert history.at(world.engine, 9).final
    world.anvil.rpc("evm_revert", snapshot)
    world.anvil.mine(1)
    world.steps(20, 9)
    assert "final-anchor-lost" in kinds(world.engine)
    assert sizes(world.engine) == [9, 5]
    agree(world)


def test_a_head_that_goes_backwards_takes_rows_back_but_never_invents_one(
    deep_world: World,
) -> None:
    world = deep_world
    snapshot = world.anvil.rpc("evm_snapshot")
    world.steps(10, 9)
    world.anvil.rpc("evm_setAutomine", False)
    world.anvil.rpc("evm_revert", snapshot)
    world.steps(2, 9)
    assert sizes(world.engine) == [5]
    agree(world)
