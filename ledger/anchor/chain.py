"""What an EVM chain says, asked over JSON-RPC with a time limit; another answer is refused.

The only importer of web3. Answers are parsed here, once: outside, a `Block` or a `Receipt` is
well formed. Every way a node can fail ends as a `ChainError` (`errors.py`). The custom errors
of our contract, which nodes hand over as raw bytes, are decoded here and nowhere else.
"""

import json
import re
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx
from eth_abi.exceptions import DecodingError
from eth_utils import keccak
from web3 import Web3

import contracts

from .errors import (
    ChainAnswerError,
    ChainUnreachableError,
    FeeTooLowError,
    NoFundsError,
    NonceUsedError,
    RevertError,
    SendRefusedError,
)
from .wallet import Fees

MAX_ANSWER = 64 * 2**20
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
QUANTITY = re.compile(r"0x(0|[1-9a-f][0-9a-f]{0,63})")
BYTES = re.compile(r"0x([0-9a-fA-F]{2})*")
ERROR_STRING = keccak(b"Error(string)")[:4]
ALREADY_KNOWN = re.compile("already known|already imported|known transaction|already in", re.I)
SEND_REFUSALS = (
    (re.compile("nonce too low|nonce is too low|old nonce", re.I), NonceUsedError),
    (re.compile("insufficient funds|not enough funds", re.I), NoFundsError),
    (re.compile("underpriced|fee|gas price", re.I), FeeTooLowError),
)


@dataclass(frozen=True, slots=True)
class ChainId:
    """Which chain this is: its number and the hash of its block 0."""

    number: int
    genesis: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """A block's place; `time` is its own claim in seconds, `base_fee` in wei per gas."""

    number: int
    hash: bytes
    time: int
    base_fee: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """A mined transaction; `succeeded` is false for "mined but failed"."""

    tx: bytes
    block: int
    block_hash: bytes
    succeeded: bool
    gas_used: int


@dataclass(frozen=True, slots=True)
class Log:
    """An event as it stands in a block."""

    topics: tuple[bytes, ...]
    data: bytes
    block: int
    block_hash: bytes
    tx: bytes


class ChainClient:
    """One node of any EVM chain; a question waits at most `timeout_s` seconds for its answer.

    Methods raise `ChainUnreachableError` or `ChainAnswerError`, and those that run or send
    code raise `RevertError` or `SendRefusedError` beside them.
    """

    def __init__(self, url: str, timeout_s: float = 5.0) -> None:
        self.url = url
        self.timeout_s = timeout_s
        where = urlsplit(url)
        self._http = httpx.Client(
            trust_env=where.hostname not in LOOPBACK,  # no proxy leads to our own loopback
            verify=where.scheme == "https",  # reading the system's certificates takes a while
        )

    def ask(self, method: str, params: list[Any]) -> dict[str, Any]:
        """Send one call and return the JSON-RPC answer, which has a result or an error."""
        call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        try:
            status, body = self._post(json.dumps(call).encode())
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as e:
            raise ChainUnreachableError(
                f"{method}: no answer from the node ({_short(e)})"
            ) from e
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ChainUnreachableError(f"{method}: node answered HTTP {status}")
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError) as e:
            raise ChainAnswerError(
                f"{method}: node answered HTTP {status}, not JSON: {_short(body[:80])}"
            ) from e
        if not isinstance(answer, dict) or ("result" in answer) == ("error" in answer):
            raise ChainAnswerError(f"{method}: answer is not JSON-RPC: {_short(body[:80])}")
        return answer

    def _post(self, call: bytes) -> tuple[int, bytes]:
        deadline = time.monotonic() + self.timeout_s
        body = bytearray()
        headers = {"Content-Type": "application/json"}
        with self._http.stream(
            "POST", self.url, content=call, headers=headers, timeout=self.timeout_s
        ) as response:
            for part in response.iter_bytes():
                body += part
                if time.monotonic() > deadline:  # a node that drips bytes never times out
                    raise httpx.ReadTimeout(f"answer took over {self.timeout_s} s")
                if len(body) > MAX_ANSWER:
                    raise httpx.ReadError(f"answer is over {MAX_ANSWER} bytes")
        return response.status_code, bytes(body)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def identify(self) -> ChainId:
        """Ask which chain the node follows."""
        number = _quantity(self._result("eth_chainId"))
        genesis = self.block(0)
        if genesis is None:
            raise ChainAnswerError("node has no block 0")
        return ChainId(number, genesis.hash)

    def head(self) -> Block:
        """Return the newest block."""
        return _block(self._result("eth_getBlockByNumber", "latest", False))

    def finalized(self) -> Block | None:
        """Return the newest block that the chain calls final; None where it has no such tag."""
        answer = self.ask("eth_getBlockByNumber", ["finalized", False])
        return None if answer.get("result") is None else _block(answer["result"])

    def block(self, number: int) -> Block | None:
        """Return the block at a height of the present chain; None above its head."""
        result = self._result("eth_getBlockByNumber", hex(number), False)
        return None if result is None else _block(result)

    def code(self, address: str) -> bytes:
        """Return the code at an address; empty where there is no contract."""
        return _bytes(self._result("eth_getCode", address, "latest"))

    def nonce(self, address: str) -> int:
        """Count the mined transactions of an address: the next nonce, if none are waiting."""
        return _quantity(self._result("eth_getTransactionCount", address, "latest"))

    def balance(self, address: str) -> int:
        """Return what an address can spend, in wei."""
        return _quantity(self._result("eth_getBalance", address, "latest"))

    def fees(self) -> Fees:
        """Suggest fees: room for the base fee to double, and the tip the node asks for."""
        base = self.head().base_fee
        answer = self.ask("eth_maxPriorityFeePerGas", [])
        tip = _quantity(answer["result"]) if "result" in answer else 10**9
        return Fees(max_fee=2 * base + tip, tip=tip)

    def call(self, to: str, data: bytes) -> bytes:
        """Run a view at the newest block and return its raw answer."""
        answer = self.ask("eth_call", [{"to": to, "data": f"0x{data.hex()}"}, "latest"])
        if "error" in answer:
            raise _refusal(answer["error"])
        return _bytes(answer["result"])

    def estimate(self, sender: str, to: str | None, data: bytes) -> int:
        """Rehearse a transaction and return its gas; raise `RevertError` if it would fail."""
        fields = {"from": sender, "data": f"0x{data.hex()}"}
        if to is not None:
            fields["to"] = to
        # Some nodes rehearse on top of what waits, where our own stuck transaction has run.
        answer = self.ask("eth_estimateGas", [fields, "latest"])
        if "error" in answer:
            raise _refusal(answer["error"])
        return _quantity(answer["result"])

    def send(self, raw: bytes) -> None:
        """Hand a signed transaction to the node; one that it knows already is a success."""
        answer = self.ask("eth_sendRawTransaction", [f"0x{raw.hex()}"])
        if "error" not in answer:
            return
        text = _message(answer["error"])
        if ALREADY_KNOWN.search(text):
            return
        for pattern, refusal in SEND_REFUSALS:
            if pattern.search(text):
                raise refusal(f"node refused the transaction: {text}")
        raise SendRefusedError(f"node refused the transaction: {text}")

    def receipt(self, tx: bytes) -> Receipt | None:
        """Return what became of a transaction; None while no block has it."""
        result = self._result("eth_getTransactionReceipt", f"0x{tx.hex()}")
        return None if result is None else _receipt(result)

    def logs(
        self, address: str, topics: list[str | None], blocks: tuple[int, int]
    ) -> list[Log]:
        """Return a contract's events in the blocks `blocks[0]` to `blocks[1]`, inclusive."""
        where = {"fromBlock": hex(blocks[0]), "toBlock": hex(blocks[1])}
        result = self._result("eth_getLogs", {"address": address, "topics": topics, **where})
        if not isinstance(result, list):
            raise ChainAnswerError("eth_getLogs: answer is not a list")
        return [_log(item) for item in result]

    def _result(self, method: str, *params: Any) -> Any:
        answer = self.ask(method, list(params))
        if "error" in answer:
            raise ChainAnswerError(f"{method}: {_message(answer['error'])}")
        return answer["result"]


class Codec:
    """Our contract's calls, answers, events and errors as bytes."""

    def __init__(self, artifact: contracts.Artifact) -> None:
        self._web3 = Web3()
        self._contract = self._web3.eth.contract(abi=list(artifact.abi))
        self._outputs = {
            item["name"]: [output["type"] for output in item["outputs"]]
            for item in artifact.abi
            if item["type"] == "function"
        }
        self.topics = {
            item["name"]: keccak(text=_signature(item))
            for item in artifact.abi
            if item["type"] == "event"
        }
        self._errors = {
            keccak(text=_signature(item))[:4]: (item["name"], _types(item))
            for item in artifact.abi
            if item["type"] == "error"
        }

    def call(self, name: str, *values: Any) -> bytes:
        """Encode a call of function `name`."""
        return _bytes(self._contract.encode_abi(name, list(values)))

    def result(self, name: str, data: bytes) -> tuple[Any, ...]:
        """Decode what function `name` returned."""
        return self.decode(self._outputs[name], data)

    def decode(self, types: list[str], data: bytes) -> tuple[Any, ...]:
        """Decode ABI-encoded values; raise `ChainAnswerError` where the bytes do not fit."""
        try:
            return tuple(self._web3.codec.decode(types, data))
        except (DecodingError, ValueError, OverflowError) as e:
            raise ChainAnswerError(f"{len(data)} bytes are not {types}: {_short(e)}") from e

    def refusal(self, data: bytes) -> RevertError:
        """Decode a revert: a custom error of ours, a plain reason, or foreign bytes."""
        name, types = self._errors.get(data[:4], ("", []))
        if name:
            return RevertError(name, self.decode(types, data[4:]))
        if data[:4] == ERROR_STRING:
            return RevertError("Error", self.decode(["string"], data[4:]))
        return RevertError("Unknown", (data,))


def _signature(item: dict[str, Any]) -> str:
    return f"{item['name']}({','.join(_types(item))})"


def _types(item: dict[str, Any]) -> list[str]:
    return [value["type"] for value in item["inputs"]]


def _refusal(error: Any) -> RevertError | ChainAnswerError:
    data = error.get("data") if isinstance(error, dict) else None
    if isinstance(data, dict):  # Hardhat wraps it once more
        data = data.get("data")
    if isinstance(data, str) and BYTES.fullmatch(data):
        return CODEC.refusal(_bytes(data))
    return ChainAnswerError(f"node did not run the call: {_message(error)}")


def _message(error: Any) -> str:
    text = error.get("message") if isinstance(error, dict) else error
    return _short(text)


def _short(value: object) -> str:
    return " ".join(str(value).split())[:200]


def _quantity(value: Any) -> int:
    if not isinstance(value, str) or not QUANTITY.fullmatch(value):
        raise ChainAnswerError(f"{_short(value)!r} is not a quantity")
    return int(value, 16)


def _bytes(value: Any, length: int | None = None) -> bytes:
    if not isinstance(value, str) or not BYTES.fullmatch(value):
        raise ChainAnswerError(f"{_short(value)!r} is not hex bytes")
    data = bytes.fromhex(value[2:])
    if length is not None and len(data) != length:
        raise ChainAnswerError(f"{_short(value)!r} is not {length} bytes")
    return data


def _member(value: Any, name: str) -> Any:
    if not isinstance(value, dict) or name not in value:
        raise ChainAnswerError(f"answer has no {name}: {_short(value)}")
    return value[name]


def _block(value: Any) -> Block:
    return Block(
        number=_quantity(_member(value, "number")),
        hash=_bytes(_member(value, "hash"), 32),
        time=_quantity(_member(value, "timestamp")),
        base_fee=_quantity(_member(value, "baseFeePerGas")),
    )


def _receipt(value: Any) -> Receipt:
    return Receipt(
        tx=_bytes(_member(value, "transactionHash"), 32),
        block=_quantity(_member(value, "blockNumber")),
        block_hash=_bytes(_member(value, "blockHash"), 32),
        succeeded=_quantity(_member(value, "status")) == 1,
        gas_used=_quantity(_member(value, "gasUsed")),
    )


def _log(value: Any) -> Log:
    topics = _member(value, "topics")
    if not isinstance(topics, list):
        raise ChainAnswerError(f"topics are not a list: {_short(topics)}")
    return Log(
        topics=tuple(_bytes(topic, 32) for topic in topics),
        data=_bytes(_member(value, "data")),
        block=_quantity(_member(value, "blockNumber")),
        block_hash=_bytes(_member(value, "blockHash"), 32),
        tx=_bytes(_member(value, "transactionHash"), 32),
    )


CODEC = Codec(contracts.artifact("AnchorLog"))
