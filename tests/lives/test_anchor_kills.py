"""A sender that is killed at any moment anchors each head once and loses none."""

import os
import random
import signal
import time
from pathlib import Path

from sqlmodel import SQLModel

from ledger.anchor import contract, history, sender, setup, wallet
from ledger.anchor.chain import ChainClient
from ledger.store import anchor_rows, db
from support import anvil as anvils
from support.small_log import ORIGIN, Tree

KILLS = int(os.environ.get("NGUON_KILLS", "200"))
LONGEST_LIFE_S = 0.35
HASTE = 1_000  # the sender's clock runs this much faster than ours
SETTINGS = sender.AnchorSettings(
    setup.Place(embedded=True), interval_ms=15_000, poll_ms=1_000, confirmations=2
)


class Clock:
    """Time and size of the log, the same in every process since both follow the real time."""

    def __init__(self) -> None:
        self.start = time.monotonic()

    def now_ms(self) -> int:
        return 1_800_000_000_000 + int((time.monotonic() - self.start) * 1_000 * HASTE)

    def size(self) -> int:
        return 1 + int((time.monotonic() - self.start) * 10)


def live(database: Path, url: str, key: wallet.AnchorKey, clock: Clock) -> None:
    """What a process does until it is killed."""
    tree = Tree()
    engine = db.connect(database)
    mine = sender.AnchorSender(engine, ChainClient(url), ORIGIN, key, SETTINGS)
    while True:
        mine.step(clock.now_ms(), tree.checkpoint(clock.size()), tree.consistency)


def test_kills_at_random_moments_lose_no_anchor_and_double_none(tmp_path: Path) -> None:
    assert anchor_rows.Anchor.__table__ is not None
    database, key, clock = tmp_path / "nguon.db", wallet.generate(), Clock()
    engine = db.connect(database)
    with db.write(engine) as tx:
        SQLModel.metadata.create_all(tx)
    engine.dispose()
    seed = int.from_bytes(os.urandom(4))
    lives = random.Random(seed)  # noqa: S311 (when to kill, not a secret)
    with anvils.running("--slots-in-an-epoch", "1") as anvil:
        anvil.fund(key)
        for _ in range(KILLS):
            child = os.fork()
            if child == 0:
                try:
                    live(database, anvil.url, key, clock)
                finally:
                    os._exit(1)
            time.sleep(lives.uniform(0.001, LONGEST_LIFE_S))
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            assert os.WIFSIGNALED(status), f"it ended by itself, seed {seed}"
        check(database, anvil, key, clock, seed)


def check(
    database: Path, anvil: anvils.Anvil, key: wallet.AnchorKey, clock: Clock, seed: int
) -> None:
    """Let it live to the end; then rows, events and tree agree, and no gas was lost."""
    engine, tree, size = db.connect(database), Tree(), clock.size()
    last = sender.AnchorSender(engine, anvil.chain, ORIGIN, key, SETTINGS)
    for step in range(12):
        last.step(clock.now_ms() + step * 20_000, tree.checkpoint(size), tree.consistency)
    known = history.identity(engine)
    assert known is not None
    kept = contract.AnchorLog(anvil.chain, known.contract).anchored(
        known.origin_id, 0, anvil.chain.head().number
    )
    rows = history.anchors(engine, limit=10_000)[::-1]
    assert [(a.size, a.root, a.tx) for a in kept] == [(r.size, r.root, r.tx) for r in rows]
    assert rows[-1].size == size, f"seed {seed}"
    assert all(row.root == tree.root(row.size) for row in rows)
    assert len(rows) > KILLS / 20, "the test killed before anything was anchored"
    assert anvil.chain.nonce(key.address) == len(rows) + 2, f"deploy, register, seed {seed}"
    assert history.incidents(engine) == [], f"seed {seed}"
