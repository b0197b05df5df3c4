"""A chain that is slow, dear, away or another costs no anchor and no second transaction."""

from typing import Any

import pytest
from sqlalchemy import Engine

from ledger.anchor import history, outbox, sender, setup, wallet
from support import anvil as anvils

pytestmark = pytest.mark.integration

World = Any  # the fixture's class lives in conftest.py


def sizes(engine: Engine) -> list[int]:
    return [row.size for row in history.anchors(engine)]


def kinds(engine: Engine) -> list[str]:
    return [incident.kind for incident in history.incidents(engine)]


def anchored(world: World, size: int) -> World:
    world.steps(5, size)
    assert sizes(world.engine)[0] == size
    return world


def test_a_stuck_transaction_is_replaced_with_higher_fees(world: World) -> None:
    anchored(world, 5)
    world.anvil.rpc("evm_setAutomine", False)
    world.steps(12, 7)
    first = outbox.waiting(world.engine)
    assert [sent.head.size for sent in first if sent.head] == [7]
    world.steps(60, 9)
    attempts = outbox.waiting(world.engine)
    assert len({sent.nonce for sent in attempts}) == 1
    assert len(attempts) >= 2
    assert attempts[0].fees.max_fee >= first[0].fees.max_fee * 115 // 100
    assert attempts[0].head is not None
    assert attempts[0].head.size == 9
    world.anvil.mine(1)
    world.steps(2, 9)
    assert sizes(world.engine) == [9, 5]
    assert outbox.waiting(world.engine) == []


def test_fees_never_pass_the_cap(world: World) -> None:
    anchored(world, 5)
    world.anvil.rpc("evm_setAutomine", False)
    world.steps(12, 7)
    cap = outbox.waiting(world.engine)[0].fees.max_fee * 120 // 100
    world.settings = sender.AnchorSettings(
        world.settings.place, 15_000, poll_ms=1_000, max_fee=cap
    )
    world.restart()
    world.steps(300, 9)
    assert max(sent.fees.max_fee for sent in outbox.waiting(world.engine)) <= cap
    world.anvil.mine(1)
    world.steps(2, 9)
    assert sizes(world.engine)[-1] == 5
    assert len(sizes(world.engine)) == 2


def test_a_base_fee_over_the_cap_waits_and_says_so(world: World) -> None:
    anchored(world, 5)
    world.anvil.rpc("anvil_setNextBlockBaseFeePerGas", hex(10**13))
    world.anvil.mine(1)
    world.steps(12, 7)
    assert history.lag(world.engine).code == "fee-too-low"
    world.anvil.rpc("anvil_setNextBlockBaseFeePerGas", hex(10**9))
    world.anvil.mine(1)
    world.steps(12, 7)
    assert sizes(world.engine) == [7, 5]
    assert history.lag(world.engine).code is None


def test_an_empty_purse_is_named_and_a_filled_one_goes_on(world: World) -> None:
    world.anvil.rpc("anvil_setBalance", world.key.address, "0x0")
    world.steps(3, 5)
    assert history.lag(world.engine).code == "no-funds"
    assert world.key.address in history.lag(world.engine).text
    world.anvil.fund(world.key)
    world.steps(20, 5)
    assert sizes(world.engine) == [5]


def test_a_chain_that_was_away_for_days_needs_one_anchor(world: World) -> None:
    anchored(world, 5)
    url = world.anvil.chain.url
    world.anvil.chain.url = f"http://127.0.0.1:{anvils.free_port()}"
    for size in range(6, 40):
        world.steps(3, size, each_ms=2 * 3_600_000)
    assert history.lag(world.engine).code == "chain-unreachable"
    assert kinds(world.engine) == ["chain-unreachable"]
    world.anvil.chain.url = url
    world.steps(4, 40)
    assert sizes(world.engine) == [40, 5]
    assert world.anvil.chain.nonce(world.key.address) == 4
    assert history.lag(world.engine).code is None


def test_an_anchor_signed_before_the_outage_gives_way_to_the_newest(world: World) -> None:
    anchored(world, 5)
    world.anvil.rpc("evm_setAutomine", False)
    world.steps(12, 7)
    world.anvil.rpc("anvil_dropAllTransactions")
    world.anvil.rpc("evm_setAutomine", True)
    world.now_ms += 3 * 86_400_000
    world.steps(3, 30)
    assert sizes(world.engine) == [30, 5]


def test_a_nonce_gap_is_an_incident_and_is_filled(world: World) -> None:
    anchored(world, 5)
    snapshot = world.anvil.rpc("evm_snapshot")
    world.steps(10, 7)
    world.anvil.mine(3)
    world.steps(2, 7)  # final: its nonce left the outbox
    world.anvil.rpc("evm_setAutomine", False)
    world.steps(10, 9)  # waits with the next nonce
    world.anvil.rpc("evm_revert", snapshot)  # the chain forgets the one before
    world.anvil.rpc("anvil_dropAllTransactions")
    world.anvil.rpc("evm_setAutomine", True)
    world.steps(30, 9)
    assert sizes(world.engine) == [9, 5]
    assert {"nonce-gap", "final-anchor-lost"} <= set(kinds(world.engine))


def test_a_foreign_use_of_the_key_is_an_incident_and_not_the_end(world: World) -> None:
    anchored(world, 5)
    world.anvil.rpc("evm_setAutomine", False)
    world.steps(12, 7)
    world.anvil.rpc("anvil_dropAllTransactions")
    world.anvil.rpc("evm_setAutomine", True)
    nonce = world.anvil.chain.nonce(world.key.address)
    spend = wallet.Transaction(
        31337, nonce, world.key.address, b"", 21_000, wallet.Fees(10**11, 10**9)
    )
    world.anvil.chain.send(world.key.sign(spend)[0])
    world.steps(60, 9)
    assert "foreign-transaction" in kinds(world.engine)
    assert sizes(world.engine) == [9, 5]


def test_mined_but_failed_is_an_incident_and_is_tried_anew(world: World) -> None:
    anchored(world, 5)
    world.anvil.rpc("evm_setAutomine", False)
    world.steps(12, 7)
    world.anvil.rpc("anvil_dropAllTransactions")
    world.fail_the_waiting_transaction()
    world.steps(12, 9)
    assert "mined-but-failed" in kinds(world.engine)
    assert sizes(world.engine) == [9, 5]


def test_another_chain_is_refused_where_the_chain_is_not_ours_to_lose(world: World) -> None:
    anchored(world, 5)
    place = setup.Place(embedded=False, contract=world.contract().address)
    world.settings = sender.AnchorSettings(place, 15_000, poll_ms=1_000)
    world.forget_rows()
    world.restart()
    world.steps(3, 5)
    assert history.identity(world.engine).independent is True
    with anvils.running("--slots-in-an-epoch", "1", chain_id=4242) as other:
        other.fund(world.key)
        world.anvil.chain.url = other.url
        world.restart()
        world.steps(5, 9)
        assert other.chain.nonce(world.key.address) == 0
    assert history.lag(world.engine).code == "wrong-chain"
    assert sizes(world.engine) == [5]


def test_the_address_of_another_node_takes_the_place_of_the_embedded_chain(
    world: World,
) -> None:
    anchored(world, 5)
    place = setup.Place(embedded=False)
    world.settings = sender.AnchorSettings(place, 15_000, poll_ms=1_000)
    with anvils.running("--slots-in-an-epoch", "1", chain_id=4242) as other:
        other.fund(world.key)
        world.anvil.chain.url = other.url
        world.restart()
        world.steps(8, 9)
    known = history.identity(world.engine)
    assert (known.chain_id, known.independent) == (4242, True)
    assert sizes(world.engine) == [9]
    assert kinds(world.engine) == ["chain-lost"]


def test_a_wrong_chain_id_in_the_settings_is_refused(world: World) -> None:
    place = setup.Place(embedded=True, chain_id=1)
    world.settings = sender.AnchorSettings(place, 15_000, poll_ms=1_000)
    world.restart()
    world.steps(3, 5)
    assert history.lag(world.engine).code == "wrong-chain"
    assert world.anvil.chain.nonce(world.key.address) == 0


def test_a_lost_embedded_chain_is_an_incident_and_everything_begins_anew(world: World) -> None:
    anchored(world, 9)
    with anvils.running("--slots-in-an-epoch", "1", chain_id=4242) as other:
        other.fund(world.key)
        world.anvil.chain.url = other.url
        world.steps(8, 9)
        assert sizes(world.engine) == [9]
        known = history.identity(world.engine)
        assert known is not None
        assert known.chain_id == 4242
    assert kinds(world.engine) == ["chain-lost"]


def test_other_code_at_our_address_is_refused(world: World) -> None:
    place = setup.Place(embedded=False, contract="0x" + "77" * 20)
    world.settings = sender.AnchorSettings(place, 15_000, poll_ms=1_000)
    world.anvil.rpc("anvil_setCode", "0x" + "77" * 20, "0x6000")
    world.restart()
    world.steps(3, 5)
    assert history.lag(world.engine).code == "wrong-contract"


def test_a_step_before_the_next_look_asks_nothing(world: World) -> None:
    world.steps(1, 5, each_ms=500)
    world.anvil.chain.url = f"http://127.0.0.1:{anvils.free_port()}"
    world.steps(1, 5, each_ms=-5_000)
    world.steps(1, 5)
    assert history.lag(world.engine).code is None
