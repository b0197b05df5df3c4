"""A restored copy that is older than what was signed never goes on; tests/ledger_log has more.

There, against processes too: a copy older than the last anchor, and a second `nguon work`.
"""

import shutil
import uuid
from pathlib import Path

import pytest

from attest.client.server import Server
from attest.keys import PrivateKey
from support import lives
from support.process_world import LOG, ProcessWorld
from support.web_world import BASE, OFFICE, PLACE

ORIGIN = ("--holder", OFFICE, "--place", PLACE, "--origin", LOG)
COPIED = ("log", "nguon.db", "keys", "trust.json")


@pytest.fixture
def world(tmp_path: Path):
    made = lives.installation(tmp_path, ORIGIN)
    with lives.living(made), Server(made.url) as server:
        root = PrivateKey.from_pem((made.nguon.data / "keys/root.pem").read_bytes())
        yield made, ProcessWorld(made.nguon, server, root)


def place(voice: ProcessWorld) -> list[int]:
    uri = f"{BASE}/place/{uuid.uuid4()}"
    record = {"type": "place", "id": uri, "name": "p", "level": "commune", "parent": PLACE}
    return voice.log(voice.say(voice.root, OFFICE, record))


def restore(source: Path, data: Path) -> None:
    """Put everything but `lock.db` back."""
    for name in COPIED:
        for path in data.glob(f"{name}*"):  # a database has companions
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for path in source.glob(f"{name}*"):
            copy = shutil.copytree if path.is_dir() else shutil.copy
            copy(path, data / path.name)


def test_all_but_the_lock_restored_is_refused_until_the_newest_log_is_back(world, tmp_path):
    running, voice = world
    data = running.nguon.data
    assert [place(voice), place(voice)] == [[1], [2]]
    running.stop()
    shutil.copytree(data, tmp_path / "older")
    running.until_well()
    assert [place(voice), place(voice)] == [[3], [4]]
    newest = voice.get("/log/entry/4").content
    running.stop()
    shutil.copytree(data, tmp_path / "newest")

    restore(tmp_path / "older", data)
    refused = running.nguon.run("work")
    assert refused.returncode == 1
    for words in ("older-than-signed", "5 entries were signed", "holds 3", "lock.db", "mirror"):
        assert words in refused.stderr
    assert "5" not in (data / "log/checkpoint").read_text().splitlines()[1]

    restore(tmp_path / "newest", data)
    running.until_well()
    assert voice.get("/log/entry/4").content == newest
    assert place(voice) == [5]
    assert running.nguon.ok("fsck")["holds"]
