"""The chain's side of `nguon work`, in a thread of its own: no statement waits for it.

It keeps the embedded chain alive where there is one, compares the log with what the chain
remembers, sends anchors, and writes the chain into the pins once it is known.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Engine

from attest.client import files
from attest.trust import Trust
from ledger import ledger
from ledger.anchor import guard, history, incidents, program, sender, wallet
from ledger.anchor.chain import ChainClient
from ledger.anchor.devchain import DevChain
from ledger.anchor.errors import ChainError, NoAnvilError
from ledger.anchor.sender import AnchorSender, AnchorSettings
from ledger.anchor.setup import Place, Setup
from ledger.errors import NotFoundError, StartError
from ledger.log.reader import LogReader
from ledger.settings import EMBEDDED, Settings
from ledger.store import db
from ledger.vault import Vault

log = logging.getLogger(__name__)

GWEI = 10**9
TICK_S = 0.5
BROKEN_PAUSE_S = 5.0
LOOK_AGAIN_S = 5.0


class Chaining:
    """One log's dealings with one chain."""

    def __init__(self, settings: Settings, engine: Engine, reader: LogReader) -> None:
        self.settings = settings
        self.fatal: StartError | None = None  # the chain remembers another log
        self._engine = engine
        self._reader = reader
        self._origin = ledger.read_trust(settings).origin
        self._key = wallet.load(Vault(settings.keys).anchor_key)
        self._embedded: DevChain | None = None
        if settings.chain == EMBEDDED:
            self._embedded = DevChain(
                settings.chain_folder, program.anvil(settings.anvil), self._key.address
            )
        self._chain = self._embedded.chain if self._embedded else ChainClient(settings.chain)
        made = _settings(settings)
        self._setup = Setup(engine, self._chain, self._origin, self._key.address, made.place)
        self._sender = AnchorSender(engine, self._chain, self._origin, self._key, made)
        self._compared = False
        self._absent = False  # the embedded chain has no program here
        self._away: str | None = None  # why the chain could not be compared, said once
        self._compare_at = 0.0
        self.started = threading.Event()  # the embedded chain answers, or there is none
        self.go = threading.Event()  # the writer was allowed to begin

    def _start(self) -> None:
        """Start the embedded chain; without its program everything else goes on.

        In this thread, since the chain ends with the thread that started it.
        """
        if self._embedded is None:
            return
        try:
            self._embedded.start()
        except NoAnvilError as e:
            self._embedded = None
            self._absent = True
            log.warning("no chain", extra={"reason": str(e)})
            with db.write(self._engine) as tx:
                incidents.record(tx, _now_ms(), e.code, str(e))

    def compare(self, size: int, root_at: Callable[[int], bytes]) -> None:
        """Refuse a log that is older or another than the one that the chain remembers.

        Raises `BehindError` or `ForkError`. A chain that is away is asked again later.
        """
        if self._absent or time.monotonic() < self._compare_at:
            return
        try:
            guard.compare(self._setup, size, root_at)
        except ChainError as e:
            self._compare_at = time.monotonic() + LOOK_AGAIN_S
            if self._away != e.code:
                log.warning("chain not compared", extra={"code": e.code, "reason": str(e)})
            self._away = e.code
        else:
            self._compared = True

    def run(self, ended: threading.Event, stop: threading.Event) -> None:
        """Go on until `ended`; a contradiction says `stop` to all, and is in `fatal`."""
        try:
            self._start()
        finally:
            self.started.set()
        while not ended.wait(TICK_S):
            try:
                if self.go.is_set():
                    self.tick()
            except StartError as e:
                self.fatal = e
                stop.set()
                break
            except Exception:  # the outermost loop of this thread
                log.exception("chain thread broke")
                ended.wait(BROKEN_PAUSE_S)
        if self._embedded:
            self._embedded.stop()

    def tick(self) -> None:
        """Do what is due once."""
        if self._embedded:
            try:
                self._embedded.tend()
            except (ChainError, OSError) as e:
                log.warning("embedded chain is unwell", extra={"reason": str(e)})
        head = self._head()
        if not self._compared and head:
            self.compare(head[0], self._reader.root)
        if self._compared:
            self._sender.step(_now_ms(), head, self._reader.consistency)
            self._pin()

    def _head(self) -> sender.Checkpoint | None:
        try:
            text, head = self._reader.checkpoint(), self._reader.head()
        except NotFoundError:
            return None
        return (head.size, head.root, text)

    def _pin(self) -> None:
        """Write the chain into the pins, durably, when it is not the one that stands there."""
        known, pins = history.identity(self._engine), ledger.read_trust(self.settings)
        if known is None:
            return
        contract = bytes.fromhex(known.contract.removeprefix("0x"))
        found: Trust = replace(
            pins,
            chain_id=known.chain_id,
            genesis=known.genesis,
            contract=contract,
            origin_id=known.origin_id,
        )
        if found != pins:
            files.write_durably(self.settings.trust, found.to_bytes())
            log.info("chain pinned", extra={"chain": known.chain_id, "at": known.contract})


def _settings(settings: Settings) -> AnchorSettings:
    if settings.chain == EMBEDDED:
        usual = sender.embedded()
        every_ms = settings.anchor_every_s * 1000 or usual.interval_ms
        return replace(usual, interval_ms=every_ms)
    place = Place(
        embedded=False,
        contract=settings.chain_contract or None,
        chain_id=settings.chain_id or None,
        first_block=settings.chain_first_block,
    )
    usual = AnchorSettings(place)
    return replace(
        usual,
        interval_ms=settings.anchor_every_s * 1000 or usual.interval_ms,
        confirmations=settings.final_blocks,
        max_fee=settings.anchor_max_fee_gwei * GWEI,
    )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
