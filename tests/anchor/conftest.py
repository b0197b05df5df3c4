"""One log, one anvil, one sender; time is a number that the test moves."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete
from sqlmodel import SQLModel

from ledger.anchor import contract, outbox, setup, wallet
from ledger.anchor.contract import AnchorLog
from ledger.anchor.history import identity
from ledger.anchor.sender import AnchorSender, AnchorSettings
from ledger.store import anchor_rows, db
from support import anvil as anvils
from support.small_log import ORIGIN, Tree


class World:
    """A sender over a real chain, stepped by hand; a step is a second unless told otherwise."""

    def __init__(self, engine: Engine, anvil: anvils.Anvil) -> None:
        self.engine = engine
        self.anvil = anvil
        self.key = wallet.generate()
        self.tree = Tree()
        self.now_ms = 1_800_000_000_000
        self.settings = AnchorSettings(
            setup.Place(embedded=True), interval_ms=15_000, poll_ms=1_000, confirmations=2
        )
        self.restart()

    def restart(self) -> None:
        """Begin again as a new process would: only the rows remain."""
        self.sender = AnchorSender(
            self.engine, self.anvil.chain, ORIGIN, self.key, self.settings
        )

    def steps(self, count: int, size: int, each_ms: int = 2_000) -> None:
        for _ in range(count):
            self.sender.step(self.now_ms, self.tree.checkpoint(size), self.tree.consistency)
            self.now_ms += each_ms

    def contract(self) -> AnchorLog:
        known = identity(self.engine)
        assert known is not None
        return AnchorLog(self.anvil.chain, known.contract)

    def forget_rows(self) -> None:
        """Lose the database, as a restored backup would."""
        with db.write(self.engine) as tx:
            for rows in (anchor_rows.Anchor, anchor_rows.AnchorTx, anchor_rows.ChainIdentity):
                tx.execute(delete(rows))

    def send_anchor(self, tree: Tree, last: int, size: int) -> None:
        """Send an anchor straight to the contract with our key, past the sender."""
        proof = tree.consistency(last, size) if size > last else []
        head = (size, tree.root(size))
        note_hash = sha256(self.tree.checkpoint(size)[2].encode()).digest()
        data = contract.anchor_call(self.log_id, head, note_hash, proof)
        self._send(
            data, self.anvil.chain.estimate(self.key.address, self.contract().address, data)
        )

    def fail_the_waiting_transaction(self) -> None:
        """Mine what waits with too little gas: the very "mined but failed" of a full block."""
        waits = outbox.waiting(self.engine)[0]
        assert waits.head is not None
        last = self.contract().latest(self.log_id).size
        head = (waits.head.size, waits.head.root)
        proof = self.tree.consistency(last, waits.head.size)
        data = contract.anchor_call(self.log_id, head, waits.head.note_hash, proof)
        with db.write(self.engine) as tx:
            outbox.drop(tx)
        draft = outbox.Draft("anchor", self.contract().address, data, 45_000, waits.head)
        transaction = wallet.Transaction(
            self.anvil.chain.identify().number,
            waits.nonce,
            draft.to,
            data,
            draft.gas,
            waits.fees.bumped(20),
        )
        sent = outbox.write(self.engine, self.key, transaction, draft, self.now_ms)
        self.anvil.chain.send(sent.raw)
        self.anvil.rpc("evm_mine")
        self.anvil.rpc("evm_setAutomine", True)

    def _send(self, data: bytes, gas: int) -> None:
        chain = self.anvil.chain
        transaction = wallet.Transaction(
            chain.identify().number,
            chain.nonce(self.key.address),
            self.contract().address,
            data,
            gas * 2,
            chain.fees(),
        )
        chain.send(self.key.sign(transaction)[0])

    @property
    def log_id(self) -> bytes:
        return wallet.origin_id(self.key.address, ORIGIN)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    assert anchor_rows.Anchor.__table__ is not None
    engine = db.connect(tmp_path / "nguon.db")
    with db.write(engine) as tx:
        SQLModel.metadata.create_all(tx)
    yield engine
    engine.dispose()


@pytest.fixture
def anvil() -> Iterator[anvils.Anvil]:
    with anvils.running("--slots-in-an-epoch", "1") as running:
        yield running


@pytest.fixture
def world(engine: Engine, anvil: anvils.Anvil) -> World:
    world = World(engine, anvil)
    anvil.fund(world.key)
    return world
