"""The chain is killed and its state deleted: nothing waits for it, and pages say what is so."""

import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from attest import payload
from attest.client.server import Server
from support import lives, require, told_world
from support.poster import Watcher
from support.process_world import wait_for
from support.told_world import Told
from webapp.demo import names, shrimp

SOON_S = 60
PENDING = "Not anchored yet"
FREE = (1000, 1009)  # stamps that nobody has activated


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Told]:
    program = tmp_path / "anvil"
    program.symlink_to(require.anvil())
    settings = {"chain": "embedded", "anchor_every_s": "1", "anvil": str(program)}
    with told_world.told(tmp_path, **settings) as made:
        lives.anchored(made.lives)
        yield made


def test_a_chain_that_is_gone_stops_nothing_and_comes_back_as_an_incident(world):
    code = world.codes("shrimp")[FREE[0]]
    before = world.get("/anchors")
    assert before["independent"] is False
    watcher = Watcher(world.lives.url, "independent")
    watcher.start()
    assert PENDING not in world.page(world.codes("shrimp")[0])

    lose_the_chain(world)
    with Server(world.lives.url) as server:
        post(world)
        bound = world.activation("shrimp", shrimp.GOOD_LOT, FREE)
        (index,) = server.log([bound.data], 30)
    begun = time.monotonic()
    assert PENDING in world.page(code)
    pending = world.dossier(code)
    assert pending["stamp"]["state"] == "active"
    assert pending["anchor"] is None or pending["anchor"]["size"] <= index
    wait_for(lambda: world.get("/healthz")["chain"]["trouble"], SOON_S)
    assert time.monotonic() - begun < SOON_S
    assert pending["chain"]["independent"] is False

    bring_it_back(world)
    status = lives.anchored(world.lives, 2 * SOON_S)
    wait_for(lambda: PENDING not in world.page(code), SOON_S)
    again = wait_for(lambda: covering(world, code, index), SOON_S)
    assert again["chain"]["chainId"] != before["chainId"]
    assert world.get("/anchors")["chainId"] == again["chain"]["chainId"]
    assert again["chain"]["independent"] is False
    watcher.end()
    assert watcher.seen == {False}
    lost = [one for one in status["incidents"] if one["kind"] == "chain-lost"]
    assert len(lost) == 1
    assert lost[0] in world.get("/healthz")["chain"]["incidents"]
    assert world.get("/healthz")["chain"]["trouble"] is None
    assert world.lives.nguon.ok("fsck")["holds"]


def covering(world: Told, code: str, index: int) -> dict[str, Any] | None:
    """The dossier once its anchor covers an entry: each web worker keeps a lot some seconds."""
    dossier = world.dossier(code)
    return dossier if dossier["anchor"] and dossier["anchor"]["size"] > index else None


def lose_the_chain(world: Told) -> None:
    """Kill anvil, take it away so that it cannot come back at once, and delete what it kept."""
    Path(world.lives.nguon.environment["NGUON_ANVIL"]).unlink()
    assert world.lives.kill("anvil")
    for path in (world.lives.nguon.data / "chain").iterdir():
        path.unlink()


def bring_it_back(world: Told) -> None:
    Path(world.lives.nguon.environment["NGUON_ANVIL"]).symlink_to(require.anvil())


def post(world: Told) -> None:
    """Post records, each of which is acknowledged and then entered as at any other time."""
    voice = world.story.cast.registrar
    for _ in range(20):
        uri = f"{names.HOST}/party/{uuid.uuid4()}"
        record: dict[str, payload.Json] = {
            "type": "party",
            "id": uri,
            "name": "Ghe mới (hư cấu)",
        }
        record |= {"kind": "supplier", "place": names.PROVINCE}
        data = voice.says("party", uri, record, int(time.time()))
        headers = {"Content-Type": "application/cose"}
        url = world.lives.url
        queued = httpx.post(f"{url}/capture", content=data, headers=headers, timeout=30)
        assert queued.status_code == 202
        headers["Prefer"] = "wait=30"
        known = httpx.post(f"{url}/capture", content=data, headers=headers, timeout=40)
        assert known.status_code in (200, 201), known.text
        assert known.json()["entries"][0]["proof"]
