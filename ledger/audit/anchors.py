"""What a chain keeps of a log, read by plain JSON-RPC from an address that the auditor chose.

The names on the chain are fixed (formats §4), so their hashes stand here as they are; nothing
but an HTTP client is needed. The answer is the chain's word as that node gives it: an auditor
who trusts no node asks two, or runs one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from attest.trust import Trust
from ledger.errors import UnableError

from .report import Report

# keccak-256 of Anchored(bytes32,uint64,bytes32,bytes32) and Registered(bytes32,address,string)
ANCHORED = "0xe0fefe2c385c268b407afff2ad80d6521edf6409537f95b897f228a08e900205"
REGISTERED = "0x663d34a86c6277aafbd5c6912c96cc5df091e6702ea3ea91b8f378adcbd8a5e5"
WORD = 32
TIMEOUT_S = 20.0
SPAN = 10_000  # blocks in one question: what public nodes allow


@dataclass(frozen=True, slots=True)
class OnChain:
    """One anchor as an event tells it."""

    size: int
    root: bytes
    note_hash: bytes
    block: int


class Node:
    """One node's JSON-RPC; everything that is no answer raises `UnableError`."""

    def __init__(self, url: str, client: httpx.Client | None = None) -> None:
        self.url = url
        self._client = client or httpx.Client(timeout=TIMEOUT_S)

    def ask(self, method: str, *params: object) -> Any:
        """Return the result of one call."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        try:
            answer = self._client.post(self.url, json=body).json()
        except (httpx.HTTPError, ValueError) as e:
            raise UnableError(f"{self.url} does not answer {method}: {e}") from e
        if not isinstance(answer, dict) or "result" not in answer:
            raise UnableError(f"{self.url} refuses {method}: {str(answer)[:200]}")
        return answer["result"]

    def events(self, contract: str, topics: list[str | None]) -> Iterator[dict[str, Any]]:
        """Yield a contract's events in order of block."""
        last = _number(self.ask("eth_blockNumber"))
        for first in range(0, last + 1, SPAN):
            where = {"fromBlock": hex(first), "toBlock": hex(min(last, first + SPAN - 1))}
            yield from self.ask("eth_getLogs", {"address": contract, "topics": topics, **where})


def read(node: Node, trust: Trust, report: Report) -> list[OnChain]:
    """Return the anchors of the pinned log, after making sure that it is the pinned chain."""
    if trust.contract is None or trust.origin_id is None or trust.genesis is None:
        report.notes.append("the pins name no chain: anchors were not checked")
        return []
    chain_id = _number(node.ask("eth_chainId"))
    genesis = _bytes(_member(node.ask("eth_getBlockByNumber", "0x0", False), "hash"))
    if (chain_id, genesis) != (trust.chain_id, trust.genesis):
        report.find("anchor", "wrong-chain", f"{node.url} follows chain {chain_id}")
        return []
    contract, log_id = f"0x{trust.contract.hex()}", f"0x{trust.origin_id.hex()}"
    _check_names(node, contract, trust, report)
    return [_anchor(e) for e in node.events(contract, [ANCHORED, log_id])]


def compare(anchors: list[OnChain], size: int, roots: dict[int, bytes], report: Report) -> None:
    """Check every anchored head against the tree that was walked."""
    for anchor in anchors:
        report.count("anchors")
        where = f"size {anchor.size} in block {anchor.block}"
        if anchor.size > size:
            report.find("anchor", "older-than-signed", f"{where} is beyond this log of {size}")
        elif roots.get(anchor.size) != anchor.root:
            report.find("anchor", "fork", f"{where} has another root than this log")


def _check_names(node: Node, contract: str, trust: Trust, report: Report) -> None:
    """Two ids under one name are an alarm: somebody else claims to be this log."""
    for event in node.events(contract, [REGISTERED]):
        data = _bytes(_member(event, "data"))
        length = int.from_bytes(data[WORD : 2 * WORD], "big")
        name = data[2 * WORD : 2 * WORD + length].decode("utf-8", "replace")
        log_id = _bytes(_member(event, "topics")[1])
        if name == trust.origin and log_id != trust.origin_id:
            report.find("anchor", "second-name", f"0x{log_id.hex()} also claims {name!r}")


def _anchor(event: dict[str, Any]) -> OnChain:
    data = _bytes(_member(event, "data"))
    if len(data) != 2 * WORD:
        raise UnableError(f"an anchor event has {len(data)} bytes")
    size = int(_member(event, "topics")[2], 16)
    return OnChain(size, data[:WORD], data[WORD:], _number(_member(event, "blockNumber")))


def _member(value: Any, name: str) -> Any:
    if not isinstance(value, dict) or name not in value:
        raise UnableError(f"the chain's answer has no {name}")
    return value[name]


def _number(value: Any) -> int:
    try:
        return int(value, 16)
    except (TypeError, ValueError) as e:
        raise UnableError(f"{str(value)[:80]!r} is not a quantity") from e


def _bytes(value: Any) -> bytes:
    try:
        return bytes.fromhex(value.removeprefix("0x"))
    except (AttributeError, ValueError) as e:
        raise UnableError(f"{str(value)[:80]!r} is not hex") from e
