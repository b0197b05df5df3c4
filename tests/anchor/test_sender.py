"""The newest checkpoint is anchored once, whatever the chain does meanwhile."""

import base64
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import Engine

from ledger.anchor import contract, history, sender, wallet
from ledger.anchor.errors import RevertError

pytestmark = pytest.mark.integration

ORIGIN = "log.example/test"
World = Any  # the fixture's class lives in conftest.py


def sizes(engine: Engine) -> list[int]:
    return [row.size for row in history.anchors(engine)]


def kinds(engine: Engine) -> list[str]:
    return [incident.kind for incident in history.incidents(engine)]


def anchored(world: World, size: int) -> World:
    world.steps(5, size)
    assert sizes(world.engine)[0] == size
    return world


def test_a_new_log_is_deployed_registered_and_anchored(world: World) -> None:
    anchored(world, 5)
    known = history.identity(world.engine)
    assert known is not None
    assert known.origin_id == wallet.origin_id(world.key.address, ORIGIN)
    assert known.independent is False
    assert world.contract().root_at(world.log_id, 5) == world.tree.root(5)
    assert kinds(world.engine) == []


def test_the_first_anchor_is_pending_until_its_block_is_final(world: World) -> None:
    anchored(world, 5)
    assert history.newest_final(world.engine, 5) is None
    world.anvil.mine(2)
    world.steps(1, 5)
    final = history.newest_final(world.engine, 5)
    assert final is not None
    assert final.size == 5


def test_a_log_that_did_not_grow_is_not_anchored_again(world: World) -> None:
    anchored(world, 5)
    nonce = world.anvil.chain.nonce(world.key.address)
    world.steps(30, 5)
    assert world.anvil.chain.nonce(world.key.address) == nonce


def test_anchors_keep_the_interval(world: World) -> None:
    anchored(world, 5)
    world.steps(3, 6)
    assert sizes(world.engine) == [5]
    world.steps(8, 7)
    assert sizes(world.engine) == [7, 5]


def test_a_second_start_goes_on_where_the_first_stopped(world: World) -> None:
    anchored(world, 5)
    world.restart()
    world.steps(12, 9)
    assert sizes(world.engine) == [9, 5]
    assert kinds(world.engine) == []


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5])
def test_a_start_after_a_stop_at_any_step_ends_the_same(world: World, steps: int) -> None:
    for _ in range(steps):
        world.steps(1, 5)
        world.restart()
    anchored(world, 5)
    assert world.anvil.chain.nonce(world.key.address) == 3
    assert kinds(world.engine) == []


def test_lost_rows_are_rebuilt_from_the_chain_alone(world: World) -> None:
    anchored(world, 5)
    world.steps(10, 9)
    before = history.page(world.engine)["anchors"]
    world.forget_rows()
    world.restart()
    world.steps(1, 9)
    after = history.page(world.engine)["anchors"]
    assert [{**row, "final": False} for row in after] == before


def test_an_anchor_that_somebody_sent_for_us_is_a_success(world: World) -> None:
    anchored(world, 5)
    world.send_anchor(world.tree, 5, 8)
    world.steps(10, 8)
    assert sizes(world.engine) == [8, 5]
    assert world.anvil.chain.nonce(world.key.address) == 4
    assert "mined-but-failed" not in kinds(world.engine)


def test_the_note_hash_is_of_the_logs_own_line_alone(world: World) -> None:
    _, _, note = world.tree.checkpoint(5)
    witness = base64.b64encode(bytes(4 + 72)).decode()
    signed = f"{note}— witness.example {witness}\n— {ORIGIN} {witness}\n"
    assert sender.note_hash(signed, ORIGIN) == sha256(note.encode()).digest()
    anchored(world, 5)
    assert history.anchors(world.engine)[0].note_hash == sha256(note.encode()).digest()


# What the contract refuses, sent straight to it with the anchor key.


@pytest.mark.parametrize(
    ("size", "salt", "error"),
    [
        pytest.param(8, "rewritten", "HistoryRewritten", id="rewritten tree"),
        pytest.param(5, "", "NotLarger", id="equal size"),
        pytest.param(4, "", "NotLarger", id="smaller size"),
    ],
)
def test_the_contract_refuses_what_takes_a_head_back(
    world: World, size: int, salt: str, error: str
) -> None:
    anchored(world, 5)
    with pytest.raises(RevertError) as refused:
        world.send_anchor(type(world.tree)(salt), 5, size)
    assert refused.value.name == error
    assert refused.value.values[0] == 5
    if error == "HistoryRewritten":
        assert refused.value.values[1] == world.tree.root(5)
        assert refused.value.values[2] == type(world.tree)(salt).root(5)
    assert world.contract().latest(world.log_id).size == 5


def test_a_stranger_cannot_anchor_for_us(world: World) -> None:
    anchored(world, 5)
    stranger = wallet.generate()
    world.anvil.fund(stranger)
    call = contract.anchor_call(
        world.log_id, (6, world.tree.root(6)), bytes(32), world.tree.consistency(5, 6)
    )
    with pytest.raises(RevertError) as refused:
        world.anvil.chain.estimate(stranger.address, world.contract().address, call)
    assert refused.value.name == "NotOwner"
    assert refused.value.values == (world.key.address, stranger.address)


def test_a_log_that_rewrote_its_past_is_not_anchored_and_the_incident_says_so(
    world: World,
) -> None:
    anchored(world, 5)
    world.tree.salt = "rewritten"
    world.steps(20, 9)
    assert sizes(world.engine) == [5]
    assert kinds(world.engine) == ["contract-refused"]
    assert "HistoryRewritten(5, " in history.incidents(world.engine)[0].text
    assert history.lag(world.engine).code == "contract-refused"


def test_a_log_older_than_the_chain_is_not_anchored(world: World) -> None:
    anchored(world, 9)
    nonce = world.anvil.chain.nonce(world.key.address)
    world.forget_rows()
    world.restart()
    world.steps(20, 5)
    assert sizes(world.engine) == [9]
    assert world.anvil.chain.nonce(world.key.address) == nonce


def test_a_log_that_the_chain_outgrew_while_it_ran_is_told_so(world: World) -> None:
    anchored(world, 5)
    world.send_anchor(world.tree, 5, 9)
    world.steps(20, 7)
    assert kinds(world.engine) == ["chain-ahead"]
    assert "head of 9 entries" in history.incidents(world.engine)[0].text


def test_a_second_registration_of_our_name_is_an_alarm(world: World) -> None:
    anchored(world, 5)
    stranger = wallet.generate()
    world.anvil.fund(stranger)
    data = contract.register_call(ORIGIN)
    address = world.contract().address
    sent = wallet.Transaction(31337, 0, address, data, 200_000, wallet.Fees(10**10, 1))
    world.anvil.chain.send(stranger.sign(sent)[0])
    world.steps(2, 5)
    world.restart()
    world.steps(2, 5)
    assert kinds(world.engine) == ["second-registration"]
    assert stranger.address in history.incidents(world.engine)[0].text
