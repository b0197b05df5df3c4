"""A node is believed only when it answers as a chain does, in time."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ledger.anchor import contract, wallet
from ledger.anchor.chain import CODEC, ChainClient
from ledger.anchor.errors import (
    ChainAnswerError,
    ChainUnreachableError,
    FeeTooLowError,
    NoFundsError,
    RevertError,
    WrongContractError,
)
from support import anvil as anvils

Answer = Callable[[BaseHTTPRequestHandler], None]


def says(status: int, body: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body.encode())

    return answer


def hangs(_request: BaseHTTPRequestHandler) -> None:
    time.sleep(1.5)


def drips(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    for _ in range(30):
        request.wfile.write(b" ")
        request.wfile.flush()
        time.sleep(0.1)


@contextmanager
def node(answer: Answer) -> Iterator[ChainClient]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            with suppress(OSError):  # the client goes away, as it should
                answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        chain = ChainClient(f"http://127.0.0.1:{server.server_port}", timeout_s=0.5)
        yield chain
        chain.close()
    finally:
        server.shutdown()
        server.server_close()


def result(value: object) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "result": value})


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        pytest.param(says(200, "<html>hello</html>"), ChainAnswerError, id="HTML"),
        pytest.param(says(404, "<html>none</html>"), ChainAnswerError, id="404"),
        pytest.param(says(429, "slow down"), ChainUnreachableError, id="429"),
        pytest.param(says(503, "<html>later</html>"), ChainUnreachableError, id="503"),
        pytest.param(says(200, ""), ChainAnswerError, id="empty"),
        pytest.param(says(200, "[" * 100_000), ChainAnswerError, id="nested deep"),
        pytest.param(says(200, "[]"), ChainAnswerError, id="a list"),
        pytest.param(says(200, '{"id": 1}'), ChainAnswerError, id="no result"),
        pytest.param(says(200, result(None)), ChainAnswerError, id="null"),
        pytest.param(says(200, result(31337)), ChainAnswerError, id="a number"),
        pytest.param(says(200, result("0x07a69")), ChainAnswerError, id="leading zero"),
        pytest.param(says(200, result("31337")), ChainAnswerError, id="no 0x"),
        pytest.param(hangs, ChainUnreachableError, id="hangs"),
        pytest.param(drips, ChainUnreachableError, id="one byte at a time"),
    ],
)
def test_what_does_not_answer_as_a_chain_is_refused(
    answer: Answer, refusal: type[Exception]
) -> None:
    with node(answer) as chain, pytest.raises(refusal):
        chain.identify()


def test_nobody_there_is_unreachable() -> None:
    with pytest.raises(ChainUnreachableError):
        ChainClient(f"http://127.0.0.1:{anvils.free_port()}").identify()


def test_a_slow_node_costs_no_more_than_the_timeout() -> None:
    started = time.monotonic()
    with node(drips) as chain, pytest.raises(ChainUnreachableError):
        chain.identify()
    assert time.monotonic() - started < 2


def test_a_custom_error_is_read_with_its_values() -> None:
    data = bytes.fromhex("4f9d1a0c")  # no error of ours
    assert CODEC.refusal(data).name == "Unknown"
    body = CODEC.decode(["uint64", "uint64"], (5).to_bytes(32, "big") + (4).to_bytes(32, "big"))
    assert body == (5, 4)


@pytest.mark.integration
def test_a_chain_tells_who_it_is_and_what_it_has(anvil: anvils.Anvil) -> None:
    here = anvil.chain.identify()
    assert here.number == 31337
    assert len(here.genesis) == 32
    anvil.mine(3)
    assert anvil.chain.head().number == 3
    assert anvil.chain.block(4) is None
    final = anvil.chain.finalized()
    assert final is not None
    assert final.number < 3


@pytest.mark.integration
def test_other_code_at_the_address_is_refused(anvil: anvils.Anvil) -> None:
    address = "0x" + "77" * 20
    anvil.rpc("anvil_setCode", address, "0x6000")
    with pytest.raises(WrongContractError, match="other code"):
        contract.AnchorLog(anvil.chain, address).require_code()
    with pytest.raises(WrongContractError, match="no contract"):
        contract.AnchorLog(anvil.chain, "0x" + "78" * 20).require_code()


@pytest.mark.integration
def test_a_refused_transaction_has_a_name(anvil: anvils.Anvil) -> None:
    poor, rich = wallet.generate(), wallet.generate()
    anvil.fund(rich)
    dear = wallet.Fees(10**10, 1)
    with pytest.raises(NoFundsError):
        anvil.chain.send(poor.sign(wallet.Transaction(31337, 0, None, b"", 10**5, dear))[0])
    cheap = wallet.Fees(1, 1)
    with pytest.raises(FeeTooLowError):
        anvil.chain.send(rich.sign(wallet.Transaction(31337, 0, None, b"", 10**5, cheap))[0])


@pytest.mark.integration
def test_a_transaction_that_the_node_knows_is_no_error(anvil: anvils.Anvil) -> None:
    key = wallet.generate()
    anvil.fund(key)
    anvil.rpc("evm_setAutomine", False)
    raw, _ = key.sign(
        wallet.Transaction(31337, 0, "0x" + "11" * 20, b"", 10**5, wallet.Fees(10**10, 1))
    )
    anvil.chain.send(raw)
    anvil.chain.send(raw)


@pytest.mark.integration
def test_a_plain_revert_is_named_too(anvil: anvils.Anvil) -> None:
    address = "0x" + "79" * 20
    anvil.rpc("anvil_setCode", address, "0x60006000fd")  # revert() without a word
    with pytest.raises((RevertError, ChainAnswerError)):
        anvil.chain.call(address, b"\0\0\0\0")


def test_deep_nesting_is_an_error_and_not_the_end_of_the_process() -> None:
    with pytest.raises(RecursionError):
        json.loads("[" * 100_000)
