"""Everything is killed at random, and nothing that was acknowledged is lost or changed."""

import os
import random
import time
from pathlib import Path

import pytest

from attest import statement, trust
from attest.client.server import Server
from attest.keys import PrivateKey
from attest.log import checkpoint
from ledger.log.reader import LogReader
from support import lives, require
from support.poster import MAKER, Poller, Poster, Talk
from support.process_world import LOG, ProcessWorld
from support.web_world import OFFICE, PLACE

KILLS = max(1, int(os.environ.get("NGUON_KILLS", "200")) // 10)
LONGEST_LIFE_S = 2.5
LONGEST_PAUSE_S = 0.3
AFTERMATH_S = 2.0
JOB_S = 60.0
ORIGIN = ("--holder", OFFICE, "--place", PLACE, "--origin", LOG)
TRUE_INCIDENTS = {"chain-unreachable"}  # the chain was killed, and these say so


@pytest.fixture
def world(tmp_path: Path):
    require.anvil()
    made = lives.installation(tmp_path, ORIGIN, chain="embedded", anchor_every_s="1")
    with lives.living(made), Server(made.url) as server:
        root = PrivateKey.from_pem((made.nguon.data / "keys/root.pem").read_bytes())
        yield made, ProcessWorld(made.nguon, server, root)


def test_kills_of_everything_at_random_lose_no_promise(world):
    running, voice = world
    seed = int.from_bytes(os.urandom(4))
    chance = random.Random(seed)  # noqa: S311 (when to kill, not a secret)
    maker = PrivateKey.generate(-7)
    voice.log(voice.enrol(maker, MAKER, "producer"))
    posters = [
        Poster(running.url, Talk(voice, maker, random.Random(seed + n)), waits=n == 0)  # noqa: S311
        for n in range(2)
    ]
    poller = Poller(running.url)
    for client in (*posters, poller):
        client.start()
    killed = live_and_die(running, chance)
    running.until_well()
    time.sleep(AFTERMATH_S)
    for client in (*posters, poller):
        client.end()
    try:
        assert set(lives.VICTIMS) <= killed or KILLS < 20, killed
        check_promises(running, voice.server, posters)
        check_heads(running, poller.seen)
        check_whole(running, voice.server)
    except AssertionError as e:
        e.add_note(f"seed {seed}")
        raise


def live_and_die(running: lives.Lives, chance: random.Random) -> set[str]:
    """Kill any or all at random moments, also while they start; return what was killed."""
    killed = set()
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.05, LONGEST_LIFE_S))
        for victim in chance.sample(lives.VICTIMS, chance.randint(1, len(lives.VICTIMS))):
            if running.kill(victim):
                killed.add(victim)
        time.sleep(chance.uniform(0, LONGEST_PAUSE_S))
        running.start()
    return killed


def check_promises(running: lives.Lives, server: Server, posters: list[Poster]) -> None:
    """Each 202 is an index or a named refusal; each index is what it was when it was new."""
    reader = LogReader(running.nguon.data / "log")
    indexes: dict[bytes, int] = {}
    refused = set()
    for posted in (one for poster in posters for one in poster.accepted):
        outcome = server.wait(posted.job.removeprefix(running.url), JOB_S)
        codes = {refusal.item: refusal.code for refusal in outcome.refusals}
        refused |= set(codes.values())
        assert len(outcome.indexes) == len(posted.said)
        if codes and posted.rollback:
            assert outcome.indexes == (None,) * len(posted.said)
            continue
        for place, (said, index) in enumerate(zip(posted.said, outcome.indexes, strict=True)):
            assert (index is None) == (place in codes), (posted.job, place)
            if index is not None:
                assert statement.parse(reader.entry(index)).identity == said.identity
                assert indexes.setdefault(said.identity, index) == index
    assert refused | set().union(*(p.refused for p in posters)) == {"role"}
    assert len(indexes) > 5 * KILLS, "the test killed before anything was logged"
    for index, data in (item for poster in posters for item in poster.served.items()):
        assert server.fetch(f"/log/entry/{index}") == data, index


def check_heads(running: lives.Lives, seen: set[str]) -> None:
    """Every two checkpoints agree, since each agrees with the tiles that there are now."""
    pins = trust.parse((running.nguon.data / "trust.json").read_bytes())
    reader = LogReader(running.nguon.data / "log")
    heads = [checkpoint.open_note(text, pins.vkey) for text in seen]
    for head in heads:
        assert reader.root(head.size) == head.root, head.size
    assert len({head.size for head in heads}) == len(heads) > KILLS


def check_whole(running: lives.Lives, server: Server) -> None:
    """The chain has the newest head, and both checkers find nothing."""
    status = lives.anchored(running, JOB_S)
    assert {one["kind"] for one in status["incidents"]} <= TRUE_INCIDENTS, status
    nguon = running.nguon
    assert nguon.ok("fsck")["holds"]
    audit = nguon.ok(
        "audit", "--log", f"{server.url}/log", "--trust", nguon.data / "trust.json"
    )
    assert audit["holds"], audit
    assert running.stop() == [0, 0]
