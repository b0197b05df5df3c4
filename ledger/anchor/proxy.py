"""What browsers may ask the chain through this server: read our contract, and nothing else.

`POST /chain` speaks JSON-RPC, single calls only (docs/formats/anchors.md). The list names what
is allowed; everything else is refused before the chain hears of it.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .errors import CallForbiddenError

if TYPE_CHECKING:
    from .chain import ChainClient

QUANTITY = re.compile(r"0x(0|[1-9a-f][0-9a-f]{0,15})")
HASH = re.compile(r"0x[0-9a-fA-F]{64}")
ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
CALL_DATA = re.compile(r"0x([0-9a-fA-F]{2}){4,4096}")
TAGS = {"latest", "earliest", "safe", "finalized"}
MAX_TOPICS = 4
FORBIDDEN = -32601  # JSON-RPC: method not found

Json = dict[str, Any]


def allowed(call: object, contract: str | None) -> Json:
    """Return the call as it may be sent on; raise `CallForbiddenError` naming what is not.

    `contract` None: no contract is known yet, so nothing about one may be asked.
    """
    if not isinstance(call, dict):
        raise CallForbiddenError("only single calls are answered here, not batches")
    if call.get("jsonrpc") != "2.0" or not isinstance(call.get("id"), str | int | None):
        raise CallForbiddenError("not a JSON-RPC 2.0 call")
    if extra := call.keys() - {"jsonrpc", "id", "method", "params"}:
        raise CallForbiddenError(f"call has other members: {_shown(sorted(extra))}")
    method, params = call.get("method"), call.get("params", [])
    check = METHODS.get(method) if isinstance(method, str) else None
    if check is None:
        raise CallForbiddenError(f"method {_shown(method)} is not answered here")
    if not isinstance(params, list) or not check(params, contract):
        raise CallForbiddenError(f"{method} is not answered with these parameters")
    return {"jsonrpc": "2.0", "id": call.get("id"), "method": method, "params": params}


def forward(call: Json, chain: "ChainClient") -> Json:
    """Ask the chain an allowed call and return its answer under the caller's id.

    Raises `ChainError` when the chain does not answer.
    """
    answer = chain.ask(call["method"], call["params"])
    name = "error" if "error" in answer else "result"
    return {"jsonrpc": "2.0", "id": call["id"], name: answer[name]}


def refusal(call: object, error: Exception) -> Json:
    """Return the JSON-RPC body that tells a caller why there is no result."""
    sent = call.get("id") if isinstance(call, dict) else None
    known = sent if isinstance(sent, str | int) else None
    return {"jsonrpc": "2.0", "id": known, "error": {"code": FORBIDDEN, "message": str(error)}}


def _block_by_number(params: list[Any], _contract: str | None) -> bool:
    return _is_height(_first(params)) and _is_bool(params[1:])


def _block_by_hash(params: list[Any], _contract: str | None) -> bool:
    return _is(HASH, _first(params)) and _is_bool(params[1:])


def _code(params: list[Any], _contract: str | None) -> bool:
    return _is(ADDRESS, _first(params)) and _at_block(params[1:])


def _receipt(params: list[Any], _contract: str | None) -> bool:
    return _is(HASH, _first(params)) and params[1:] == []


def _view(params: list[Any], contract: str | None) -> bool:
    """Accept `[{to, data}, block]`; a third parameter would override the state."""
    call = _first(params)
    if not isinstance(call, dict):
        return False
    data = call.get("data", call.get("input"))
    return (
        call.keys() in ({"to", "data"}, {"to", "input"})
        and _is_ours(call["to"], contract)
        and _is(CALL_DATA, data)
        and _at_block(params[1:])
    )


def _events(params: list[Any], contract: str | None) -> bool:
    query = _first(params)
    if not isinstance(query, dict) or params[1:]:
        return False
    topics = query.get("topics", [])
    if query.keys() - {"address", "topics", "fromBlock", "toBlock", "blockHash"}:
        return False
    if not isinstance(topics, list) or len(topics) > MAX_TOPICS:
        return False
    return (
        _is_ours(query.get("address"), contract)
        and all(_is_topic(topic) for topic in topics)
        and all(_is_height(query[name]) for name in ("fromBlock", "toBlock") if name in query)
        and _is(HASH, query.get("blockHash", "0x" + 64 * "0"))
    )


def _nothing(params: list[Any], _contract: str | None) -> bool:
    return params == []


def _first(params: list[Any]) -> object:
    return params[0] if params else None


def _is_topic(value: object) -> bool:
    """Accept a topic, any topic (None), or a short list of which one must match."""
    if isinstance(value, list):
        return len(value) <= MAX_TOPICS and all(_is(HASH, topic) for topic in value)
    return value is None or _is(HASH, value)


def _is_bool(rest: list[Any]) -> bool:
    return len(rest) == 1 and isinstance(rest[0], bool)


def _at_block(rest: list[Any]) -> bool:
    return not rest or (len(rest) == 1 and _is_height(rest[0]))


def _is_height(value: object) -> bool:
    return (isinstance(value, str) and value in TAGS) or _is(QUANTITY, value)


def _is_ours(value: object, contract: str | None) -> bool:
    return contract is not None and isinstance(value, str) and value.lower() == contract


def _is(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _shown(value: object) -> str:
    return repr(value)[:60]


METHODS: dict[str, Callable[[list[Any], str | None], bool]] = {
    "eth_chainId": _nothing,
    "eth_blockNumber": _nothing,
    "eth_getBlockByNumber": _block_by_number,
    "eth_getBlockByHash": _block_by_hash,
    "eth_getCode": _code,
    "eth_getTransactionReceipt": _receipt,
    "eth_getLogs": _events,
    "eth_call": _view,
}
