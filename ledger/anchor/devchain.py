"""The embedded chain: one anvil on loopback, whose state survives it and which ends with us.

It stands in for a public chain where there is none and is never independent evidence. anvil
rewrites its own state file in place, so we ask for the state over RPC and write it durably
ourselves. A block with an anchor is saved before the blocks that make it final are mined.
"""

import json
import logging
import os
import secrets
import socket
import subprocess
import time
import zlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from attest.client import files, leash

from . import state
from .chain import ChainClient
from .errors import ChainAnswerError, ChainError, ChainUnreachableError, NoAnvilError

HOST = "127.0.0.1"
START_S = 20.0
STOP_S = 5.0
RPC_S = 5.0
PATIENCE = 3
UNREADABLE = 2  # anvil's exit status for arguments, the state among them, that it cannot read
WAY_TO_FINAL = 2  # blocks on top, with one slot an epoch
RICH = 10**24  # wei: anchors cost nothing here, and never run dry
FLAGS = ["--prune-history", "--quiet", "--no-cors", "--hardfork", "cancun"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Birth:
    """What a new chain is made of; with its time it gives each chain a genesis of its own.

    `time` is that of block 0, in seconds UTC; None where it was not written down.
    """

    chain_id: int
    gas_limit: int
    time: int | None = None


class DevChain:
    """An anvil under `folder`, which pays `owner`; raises `NoAnvilError` where there is none.

    `folder` keeps `state.json` (the whole chain), `birth.json` and `url` (where it listens).
    """

    def __init__(self, folder: Path, anvil: Path, owner: str) -> None:
        self._folder = folder
        self._anvil = anvil
        self._owner = owner
        self._child: subprocess.Popen[bytes] | None = None
        self._ended: int | None = None  # exit status of the last anvil
        self._silent = 0  # calls in a row that anvil did not answer
        self._port = 0
        self.chain = ChainClient(self.url, RPC_S)  # follows the chain when its port changes
        self._saved = -1  # height up to which every block with a transaction is on disk

    @property
    def url(self) -> str:
        """Where the chain listens; the port stays the same while this object lives."""
        return f"http://{HOST}:{self._port}"

    @property
    def pid(self) -> int | None:
        """The process id of the running anvil, or of what guards it."""
        return None if self._child is None else self._child.pid

    def start(self) -> None:
        """Start anvil on the saved chain, or on a new one where that is gone or damaged."""
        if not os.access(self._anvil, os.X_OK):
            raise NoAnvilError(
                f"no anvil at {self._anvil}: run npm ci in hardhat, or set a chain"
            )
        files.make_folder(self._folder)
        birth = self._saved_birth()
        if birth is None:
            self._begin_anew()
        elif self._launch_twice(birth, ["--load-state", str(self._mended(birth))]):
            self._saved = self.chain.head().number - 1
        elif self._ended == UNREADABLE:
            log.error("embedded chain is damaged", extra={"state": str(self._state)})
            self._begin_anew()
        else:
            raise NoAnvilError(f"{self._anvil} does not start: see {self._folder}/anvil.log")
        files.write_durably(self._folder / "url", self.url.encode())

    def tend(self) -> None:
        """Restart anvil if it died or hangs, save new anchors, then make them final.

        Call it often, from the thread that started it; raises `ChainError` when that fails.
        """
        if self._child is None or self._child.poll() is not None:
            log.warning("embedded chain died", extra={"url": self.url})
            self._end()
            self.start()
        try:
            self._save_news()
        except ChainUnreachableError:
            self._silent += 1
            if self._silent >= PATIENCE:
                self._end()  # it hangs: the next call starts it again
            raise
        self._silent = 0

    def stop(self) -> None:
        """Save the chain if it still answers, and end anvil; twice is once."""
        if self._child is None:
            return
        try:
            self.tend()
        except (ChainError, OSError) as e:
            log.warning("embedded chain not saved at its end", extra={"reason": str(e)})
        self._end()
        self.chain.close()

    @property
    def _state(self) -> Path:
        return self._folder / "state.json"

    def _mended(self, birth: Birth) -> Path:
        """Return the state with the one block 0 that is the chain's own."""
        data = self._state.read_bytes()
        if (mended := state.only_birth(data, birth.time)) != data:
            files.write_durably(self._state, mended, files.PRIVATE)
        return self._state

    def _saved_birth(self) -> Birth | None:
        try:
            fields = json.loads((self._folder / "birth.json").read_text())
            time_s = int(fields["time"]) if "time" in fields else None
            birth = Birth(int(fields["chain_id"]), int(fields["gas_limit"]), time_s)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return birth if self._state.is_file() else None

    def _begin_anew(self) -> None:
        if self._state.is_file():  # what anvil could not read is kept for the operator
            self._state.rename(self._folder / f"state.damaged-{secrets.token_hex(4)}.json")
        birth = Birth(2**31 + secrets.randbelow(2**30), 30_000_000 + secrets.randbelow(2**20))
        if not self._launch_twice(birth, []):
            raise NoAnvilError(f"{self._anvil} does not start: see {self._folder}/anvil.log")
        client = self.chain
        _result(client, "anvil_setBalance", [self._owner, hex(RICH)])
        self._save(client)
        self._saved = 0
        born = client.block(0)
        birth = replace(birth, time=born.time if born else None)
        text = json.dumps(asdict(birth))
        files.write_durably(self._folder / "birth.json", text.encode())
        log.info("embedded chain begun", extra={"chain_id": birth.chain_id})

    def _launch_twice(self, birth: Birth, more: list[str]) -> bool:
        """Launch at the port of before, or at a free one if another program has it now."""
        self._port = self._port or _free_port()
        if self._launch(birth, more):
            return True
        self._port = _free_port()
        return self._launch(birth, more)

    def _launch(self, birth: Birth, more: list[str]) -> bool:
        """Start anvil and wait until it answers as this chain; false when it does not."""
        numbers = ["--chain-id", str(birth.chain_id), "--gas-limit", str(birth.gas_limit)]
        place = ["--host", HOST, "--port", str(self._port), "--accounts", "0"]
        final = ["--slots-in-an-epoch", "1", *FLAGS]
        command = [str(self._anvil.resolve()), *place, *numbers, *final, *more]
        self.chain.url = self.url
        with (self._folder / "anvil.log").open("wb") as out:
            self._child = subprocess.Popen(
                leash.leashed(command),
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the supervisor, which stops us in order
            )
        if self._answers(birth.chain_id):
            return True
        self._end()
        return False

    def _answers(self, chain_id: int) -> bool:
        deadline = time.monotonic() + START_S
        while self._child is not None and self._child.poll() is None:
            try:
                return self.chain.identify().number == chain_id
            except ChainUnreachableError:
                if time.monotonic() > deadline:
                    return False
                time.sleep(0.05)
            except ChainError:  # something else listens there
                return False
        return False

    def _save_news(self) -> None:
        head = self.chain.head().number
        if any(_transactions(self.chain, n) for n in range(self._saved + 1, head + 1)):
            self._save(self.chain)
            _result(self.chain, "anvil_mine", [hex(WAY_TO_FINAL)])
        self._saved = head

    def _save(self, client: ChainClient) -> None:
        dump = _result(client, "anvil_dumpState", [])
        try:
            data = zlib.decompress(bytes.fromhex(dump.removeprefix("0x")), wbits=31)
        except (AttributeError, ValueError, zlib.error) as e:
            raise ChainAnswerError(f"anvil_dumpState: not a gzip of its state: {e}") from e
        files.write_durably(self._state, data, files.PRIVATE)

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.stdin is not None:
            child.stdin.close()
        child.terminate()
        try:
            child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        self._ended = child.returncode


def endpoint(folder: Path) -> str | None:
    """Return where the embedded chain under `folder` last listened; None if it never did."""
    try:
        return (folder / "url").read_text(encoding="ascii").strip()
    except OSError:
        return None


def _transactions(client: ChainClient, number: int) -> int:
    block = _result(client, "eth_getBlockByNumber", [hex(number), False])
    return len(block["transactions"]) if isinstance(block, dict) else 0


def _result(client: ChainClient, method: str, params: list[Any]) -> Any:
    answer = client.ask(method, params)
    if "error" in answer:
        raise ChainAnswerError(f"{method}: {answer['error']}")
    return answer["result"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
