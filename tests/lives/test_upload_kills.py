"""A camera box that is killed at any moment loses no segment, no number and no minute."""

import json
import os
import random
import signal
import threading
import time
from hashlib import sha256
from pathlib import Path

from attest import cid
from attest.client.server import Server
from attest.footage import manifest as manifests
from attest.keys import PrivateKey
from attest.log import proof
from camera_node import status
from camera_node.capture.record import Piece, Recorder
from camera_node.keep.journal import Journal
from camera_node.keep.keeper import Keeper, Said
from camera_node.keep.sayings import Place
from camera_node.keep.upload import Identity, Uploader
from camera_node.node import note_start
from support import honest
from support.boxes import INIT, gop
from support.footage import CAMERA, NODE

KILLS = int(os.environ.get("NGUON_KILLS", "200"))
LONGEST_LIFE_S = 0.35
HASTE = 400  # the box's clock runs this much faster than ours
SEGMENT_MS = 4_000
KEEP_MS = 60_000
ME = Identity(NODE, PrivateKey.from_seed(b"node"), honest.TRUST)
PLACE = Place(CAMERA, "https://trace.example/zone/z")
SAID = Said(NODE, CAMERA, (sha256(b"model").digest(),), lambda: {"fixes": 0})


class Clock:
    """Time in haste, the same in every life since all follow the real time."""

    def __init__(self) -> None:
        self.start = time.monotonic()

    def now_ms(self) -> int:
        return 1_800_000_000_000 + int((time.monotonic() - self.start) * 1_000 * HASTE)


def keeper(journal: Journal, server: Server, clock: Clock) -> Keeper:
    uploader = Uploader(journal, PLACE, ME, server, clock)
    return Keeper(journal, uploader, SAID, clock, 60_000)


def keep(folder: Path, url: str, clock: Clock) -> None:
    mine = keeper(Journal(folder), Server(url), clock)
    while True:
        mine.step(KEEP_MS)
        time.sleep(0.002)


def live(folder: Path, url: str, clock: Clock) -> None:
    """What a camera's process does until it is killed, but for the camera."""
    journal = Journal(folder)
    journal.hold()
    journal.mend()
    note_start(journal, clock.now_ms())
    recorder = Recorder(journal, PLACE, ME, clock, lambda _: None)
    boot = os.urandom(8).hex()
    journal.note("boot", boot)
    threading.Thread(target=keep, args=(folder, url, clock), daemon=True).start()
    while True:
        start_ms = clock.now_ms()
        time.sleep(SEGMENT_MS / 1_000 / HASTE)
        data = gop(os.urandom(2_000)) + gop(os.urandom(1_000))
        recorder.seal(Piece(boot, INIT, data, start_ms, clock.now_ms()))


def test_kills_at_random_moments_lose_no_segment_and_no_minute(tmp_path: Path) -> None:
    folder, clock = tmp_path / "camera-cam-1", Clock()
    Journal(folder).close()
    seed = int.from_bytes(os.urandom(4))
    lives = random.Random(seed)  # noqa: S311 (when to kill, not a secret)
    with honest.forked() as url:
        for _ in range(KILLS):
            child = os.fork()
            if child == 0:
                try:
                    live(folder, url, clock)
                finally:
                    os._exit(1)
            time.sleep(lives.uniform(0.001, LONGEST_LIFE_S))
            os.kill(child, signal.SIGKILL)
            _, ended = os.waitpid(child, 0)
            assert os.WIFSIGNALED(ended), f"it ended by itself, seed {seed}"
        with Server(url) as server:
            finish(folder, server, clock)
            check(tmp_path, folder, json.loads(server.fetch("/state")))


def finish(folder: Path, server: Server, clock: Clock) -> None:
    """Start once more, and let what is left be sent."""
    journal = Journal(folder)
    mine = keeper(journal, server, clock)
    journal.mend()
    time.sleep(2 * KEEP_MS / 1_000 / HASTE)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        mine.step(KEEP_MS)
        counts = journal.counts()
        if not counts.unsent and not counts.unproven and not journal.loose():
            break
    mine.step(0)  # forget what is left and proven
    journal.close()


def check(data: Path, folder: Path, server: dict) -> None:
    """Journal, files and log agree, and none of them has a hole."""
    found = status.look(data, "cam-1")
    assert found.faults == ()
    assert (found.unsent, found.unproven) == (0, 0)
    journal = Journal(folder)
    closed = journal.closed(found.manifests)
    assert [seq for seq, _ in server["footage"]] == list(range(found.manifests))
    assert [f"ipfs://{one.cid}" for one in closed] == [raw for _, raw in server["footage"]]
    rows = [row for one in closed for row in manifests.parse(one.data).segments]
    assert [row.seq for row in rows] == list(range(found.segments)), "numbers never skip"
    blobs = set(server["blobs"])
    assert {row.cid for row in rows} | {one.cid for one in closed} | {
        cid.of_bytes(INIT)
    } == blobs
    for one in closed:
        proof.parse(journal.proof(one.seq) or "").check(one.statement or b"", honest.TRUST.vkey)
    assert found.segments > KILLS / 10, "the test killed before anything was recorded"
    assert len(journal.present()) < found.segments, "nothing was ever forgotten"
    assert journal.strangers() == []
    journal.close()
