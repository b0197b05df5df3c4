"""Browsers may read our contract through this server, and nothing else."""

import copy
from typing import Any

import pytest

from ledger.anchor import proxy
from ledger.anchor.errors import CallForbiddenError

OURS = "0x" + "ab" * 20
OTHER = "0x" + "cd" * 20
HASH = "0x" + "12" * 32
DATA = "0x930b6ace" + "00" * 64


def call(method: Any, *params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 7, "method": method, "params": list(params)}


GOOD = [
    pytest.param(call("eth_chainId"), id="chain id"),
    pytest.param(call("eth_blockNumber"), id="head"),
    pytest.param(call("eth_getBlockByNumber", "finalized", False), id="finalized"),
    pytest.param(call("eth_getBlockByNumber", "0x0", False), id="genesis"),
    pytest.param(call("eth_getBlockByHash", HASH, True), id="block by hash"),
    pytest.param(call("eth_getCode", OURS, "latest"), id="code"),
    pytest.param(call("eth_getTransactionReceipt", HASH), id="receipt"),
    pytest.param(call("eth_call", {"to": OURS, "data": DATA}, "latest"), id="view"),
    pytest.param(
        call("eth_call", {"to": OURS.upper().replace("X", "x"), "input": DATA}), id="input"
    ),
    pytest.param(
        call(
            "eth_getLogs", {"address": OURS, "topics": [HASH, None, [HASH]], "fromBlock": "0x0"}
        ),
        id="events",
    ),
]

HOSTILE = [
    pytest.param([call("eth_chainId")], id="batch"),
    pytest.param("eth_chainId", id="not an object"),
    pytest.param({**call("eth_chainId"), "jsonrpc": "1.0"}, id="other protocol"),
    pytest.param({**call("eth_chainId"), "id": {"a": 1}}, id="object as id"),
    pytest.param({**call("eth_chainId"), "more": 1}, id="unknown member"),
    pytest.param({**call("eth_chainId"), "params": {}}, id="params by name"),
    pytest.param(call(["eth_chainId"]), id="list as method"),
    pytest.param(call("ETH_CHAINID"), id="method in capitals"),
    pytest.param(call("eth_chainId "), id="method with a space"),
    pytest.param(call("eth_chainId", "0x1"), id="parameter too many"),
    pytest.param(call("anvil_reset"), id="anvil reset"),
    pytest.param(call("anvil_setBalance", OURS, "0x1"), id="anvil money"),
    pytest.param(call("evm_mine"), id="mining"),
    pytest.param(call("eth_sendRawTransaction", "0x02"), id="raw transaction"),
    pytest.param(call("eth_sendTransaction", {"to": OURS}), id="transaction"),
    pytest.param(call("eth_accounts"), id="accounts"),
    pytest.param(call("debug_traceCall", {"to": OURS}, "latest"), id="trace"),
    pytest.param(call("eth_estimateGas", {"to": OURS}), id="estimate"),
    pytest.param(call("eth_getStorageAt", OURS, "0x0", "latest"), id="storage"),
    pytest.param(call("eth_subscribe", "logs"), id="subscription"),
    pytest.param(call("eth_call"), id="view of nothing"),
    pytest.param(call("eth_call", {"to": OTHER, "data": DATA}, "latest"), id="other contract"),
    pytest.param(call("eth_call", {"data": DATA}, "latest"), id="code to run"),
    pytest.param(call("eth_call", {"to": OURS, "data": DATA}, "latest", {}), id="override"),
    pytest.param(
        call("eth_call", {"to": OURS, "data": DATA}, "latest", {OURS: {"code": "0x00"}}),
        id="replaced code",
    ),
    pytest.param(call("eth_call", {"to": OURS, "data": DATA, "gas": "0xffffffff"}), id="gas"),
    pytest.param(
        call("eth_call", {"to": OURS, "data": DATA, "from": OTHER}), id="other sender"
    ),
    pytest.param(call("eth_call", {"to": OURS, "data": DATA, "input": DATA}), id="two inputs"),
    pytest.param(call("eth_call", {"to": OURS, "data": "0x" + "00" * 5000}), id="5 kB of data"),
    pytest.param(call("eth_call", {"to": [OURS], "data": DATA}), id="list of contracts"),
    pytest.param(call("eth_call", [{"to": OURS, "data": DATA}]), id="nested list"),
    pytest.param(call("eth_getLogs", {}), id="everybody's events"),
    pytest.param(call("eth_getLogs", {"address": OTHER}), id="other contract's events"),
    pytest.param(call("eth_getLogs", {"address": [OURS, OTHER]}), id="two contracts' events"),
    pytest.param(call("eth_getLogs", {"address": OURS, "limit": 1}), id="unknown filter"),
    pytest.param(
        call("eth_getLogs", {"address": OURS, "topics": [HASH] * 5}), id="five topics"
    ),
    pytest.param(call("eth_getLogs", {"address": OURS, "topics": [[HASH] * 5]}), id="long or"),
    pytest.param(call("eth_getLogs", {"address": OURS, "fromBlock": 0}), id="number as height"),
    pytest.param(call("eth_getBlockByNumber", "0x00", False), id="height with a zero"),
    pytest.param(call("eth_getBlockByNumber", "pending", False), id="pending block"),
    pytest.param(call("eth_getBlockByNumber", "latest"), id="no flag"),
    pytest.param(call("eth_getBlockByNumber", "latest", 1), id="number as flag"),
    pytest.param(call("eth_getBlockByHash", HASH[:-2], False), id="short hash"),
    pytest.param(call("eth_getTransactionReceipt", HASH, HASH), id="two receipts"),
    pytest.param(call("eth_getCode", OURS + "\n", "latest"), id="address with a newline"),
]


@pytest.mark.parametrize("good", GOOD)
def test_reading_our_contract_is_allowed_and_goes_on_unchanged(good: dict[str, Any]) -> None:
    before = copy.deepcopy(good)
    assert proxy.allowed(good, OURS) == before


@pytest.mark.parametrize("hostile", HOSTILE)
def test_anything_else_is_refused(hostile: Any) -> None:
    with pytest.raises(CallForbiddenError):
        proxy.allowed(hostile, OURS)


def test_nothing_about_a_contract_is_allowed_before_there_is_one() -> None:
    with pytest.raises(CallForbiddenError):
        proxy.allowed(call("eth_call", {"to": OURS, "data": DATA}, "latest"), None)


@pytest.mark.parametrize(
    ("sent", "known"),
    [(call("x"), 7), ([call("x")], None), ({"id": {"a": 1}}, None), (None, None)],
)
def test_a_refusal_is_a_json_rpc_error_under_the_callers_id(
    sent: Any, known: int | None
) -> None:
    body = proxy.refusal(sent, CallForbiddenError("no"))
    assert body == {"jsonrpc": "2.0", "id": known, "error": {"code": -32601, "message": "no"}}
