"""A real anvil of a test's own, on a free loopback port, gone with the test."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ledger.anchor.chain import ChainClient
from ledger.anchor.errors import ChainUnreachableError
from ledger.anchor.wallet import AnchorKey

from . import require

RICH = 10**24


class Anvil:
    """A running chain; `rpc` says what only a test may say to it."""

    def __init__(self, child: subprocess.Popen[bytes], url: str) -> None:
        self.child = child
        self.url = url
        self.chain = ChainClient(url, timeout_s=5)

    def rpc(self, method: str, *params: Any) -> Any:
        answer = self.chain.ask(method, list(params))
        assert "error" not in answer, answer
        return answer["result"]

    def fund(self, key: AnchorKey, wei: int = RICH) -> None:
        self.rpc("anvil_setBalance", key.address, hex(wei))

    def mine(self, blocks: int = 1) -> None:
        self.rpc("anvil_mine", hex(blocks))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(*arguments: str, chain_id: int = 31337, port: int | None = None) -> Iterator[Anvil]:
    """Start anvil, wait until it answers, and end it."""
    program, port = require.anvil(), port or free_port()
    place = ["--host", "127.0.0.1", "--port", str(port), "--chain-id", str(chain_id)]
    quiet = ["--accounts", "0", "--quiet", "--hardfork", "cancun"]
    child = subprocess.Popen([program, *place, *quiet, *arguments], stdout=subprocess.DEVNULL)
    try:
        anvil = Anvil(child, f"http://127.0.0.1:{port}")
        _wait(anvil)
        yield anvil
        anvil.chain.close()
    finally:
        child.kill()
        child.wait()


def _wait(anvil: Anvil) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            anvil.chain.identify()
        except ChainUnreachableError:
            assert anvil.child.poll() is None, "anvil ended"
            assert time.monotonic() < deadline, "anvil does not answer"
            time.sleep(0.02)
        else:
            return
