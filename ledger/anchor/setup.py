"""Finds the contract and our log in it, or makes both, step by step and repeatable.

Each step is decided by what the chain says now: deploy, register, then the chain's identity is
written down. From then on another chain is refused, but an embedded one may be lost or left for
another: that is an incident, and everything begins anew on the next one.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, insert, update
from sqlmodel import col

from ledger.store import db
from ledger.store.anchor_rows import Anchor, AnchorTx, ChainIdentity

from . import contract as anchor_log
from . import history, incidents, outbox, wallet, watch
from .chain import ChainClient, ChainId
from .contract import AnchorLog
from .errors import WrongChainError, WrongContractError

GAS_ROOM = 120  # percent of the rehearsal's gas


@dataclass(frozen=True, slots=True)
class Place:
    """What the operator says about the chain.

    `contract` and `origin_id` None: ours, found by the key, and deployed where it is missing.
    `embedded`: the chain is our own and may be lost. `first_block`: where the search for our
    events begins.
    """

    embedded: bool
    contract: str | None = None
    origin_id: bytes | None = None
    chain_id: int | None = None
    first_block: int = 0


@dataclass(frozen=True, slots=True)
class Setup:
    """One log's way onto one chain."""

    engine: Engine
    chain: ChainClient
    origin: str
    address: str
    place: Place

    def ready(self, now_ms: int) -> history.Identity | outbox.Draft | None:
        """Return the identity when all stands, else the draft of what must be sent next.

        None: wait for what was sent. Raises `WrongChainError`, `WrongContractError`.
        """
        here = self.chain.identify()
        if self.place.chain_id not in (None, here.number):
            raise WrongChainError(
                f"node follows chain {here.number}, not {self.place.chain_id}"
            )
        known = history.identity(self.engine)
        if known is None:
            return self._next_step(here, now_ms)
        try:
            self._require_same(known, here)
        except (WrongChainError, WrongContractError) as e:
            if known.independent:
                raise
            with db.write(self.engine) as tx:
                _forget(tx, now_ms, str(e))
            return self._next_step(here, now_ms)
        return known

    def locate(self) -> tuple[str, bytes] | None:
        """Return contract and id of this log on this chain; None where it is not there yet."""
        here, known = self.chain.identify(), history.identity(self.engine)
        if known and (known.chain_id, known.genesis) == (here.number, here.genesis):
            return known.contract, known.origin_id
        contract = AnchorLog(self.chain, self._contract())
        if not self.chain.code(contract.address):
            return None
        contract.require_code()
        return contract.address, self._log_id()

    def again(self, kind: str) -> outbox.Draft:
        """Return the draft of a deployment or registration that is stuck, to replace it."""
        if kind == "deploy":
            return self._draft(kind, None, anchor_log.deploy_call())
        return self._draft(kind, self._contract(), anchor_log.register_call(self.origin))

    def _require_same(self, known: history.Identity, here: ChainId) -> None:
        if (here.number, here.genesis) != (known.chain_id, known.genesis):
            raise WrongChainError(
                f"node follows chain {here.number} with genesis 0x{here.genesis.hex()}, this"
                f" log is anchored on {known.chain_id} with 0x{known.genesis.hex()}"
            )
        AnchorLog(self.chain, known.contract).require_code()

    def _next_step(self, here: ChainId, now_ms: int) -> history.Identity | outbox.Draft | None:
        with db.write(self.engine) as tx:
            outbox.forget_other_chains(tx, here.number)
        watch.receipts(self.engine, self.chain, self.address, now_ms)
        contract = AnchorLog(self.chain, self._contract())
        if outbox.waiting(self.engine):
            return None
        code = self.chain.code(contract.address)
        if not code and self.place.contract is None:
            return self._draft("deploy", None, anchor_log.deploy_call())
        contract.require_code()
        log_id = self._log_id()
        owner = contract.owner(log_id)
        if owner is None:
            call = anchor_log.register_call(self.origin)
            return self._draft("register", contract.address, call)
        if owner != self.address:
            raise WrongContractError(f"log 0x{log_id.hex()} belongs to {owner} on the chain")
        with db.write(self.engine) as tx:
            tx.execute(insert(ChainIdentity).values(self._row(here, contract, log_id, now_ms)))
        known = history.identity(self.engine)
        if known is not None:
            watch.replay(self.engine, contract, known)
        return known

    def _log_id(self) -> bytes:
        return self.place.origin_id or wallet.origin_id(self.address, self.origin)

    def _contract(self) -> str:
        """Where our contract is: as told, as deployed from the outbox, or as deployed first."""
        if self.place.contract is not None:
            return self.place.contract
        deployed = outbox.newest(self.engine, "deploy")
        return anchor_log.created_address(self.address, deployed.nonce if deployed else 0)

    def _draft(self, kind: str, to: str | None, data: bytes) -> outbox.Draft:
        gas = self.chain.estimate(self.address, to, data) * GAS_ROOM // 100
        return outbox.Draft(kind, to, data, gas)

    def _row(
        self, here: ChainId, contract: AnchorLog, log_id: bytes, now_ms: int
    ) -> dict[str, object]:
        return {
            "chain_id": here.number,
            "genesis": here.genesis,
            "contract": contract.address,
            "origin": self.origin,
            "origin_id": log_id,
            "first_block": self.place.first_block,
            "independent": not self.place.embedded,
            "since_ms": now_ms,
        }


def _forget(tx: Connection, now_ms: int, reason: str) -> None:
    """Take back every row about a chain that is gone; the incident says that it was there."""
    tx.execute(delete(Anchor))
    tx.execute(delete(AnchorTx))
    alive = col(ChainIdentity.lost_ms).is_(None)
    tx.execute(update(ChainIdentity).where(alive).values(lost_ms=now_ms))
    incidents.record(tx, now_ms, "chain-lost", f"embedded chain is gone: {reason}")
