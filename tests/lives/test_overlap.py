"""Of 50 overlapping activations one takes effect; rows made again say what they said."""

import random
import threading
from collections.abc import Iterator

import httpx
import pytest

from attest.statement import Statement
from support import told_world
from support.told_world import Told
from webapp.demo import shrimp

COUNT = 50
SHARED = 1100  # the stamp that all of them want
LENGTH = 40  # stamps of each range, of a lot with packs to spare
DOSSIERS = 100


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[Told]:
    with told_world.told(tmp_path_factory.mktemp("overlap")) as made:
        yield made


def test_of_overlapping_activations_sent_at_once_exactly_one_takes_effect(world):
    assert len(world.lives.pids("worker")) == 2
    ranges = [(SHARED - n % LENGTH, SHARED - n % LENGTH + LENGTH - 1) for n in range(COUNT)]
    said = [world.activation("shrimp", shrimp.GOOD_LOT, each) for each in ranges]
    assert len({one.identity for one in said}) == COUNT
    answers = at_once(world, said)
    entered = [n for n, answer in enumerate(answers) if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code != 201]
    assert len(entered) == 1
    assert {answer.status_code for answer in refused} == {409}
    assert {answer.json()["type"].rsplit("/", 1)[1] for answer in refused} == {"range-overlap"}
    (won,) = entered
    first, last = ranges[won]
    index = answers[won].json()["entries"][0]["index"]
    codes = world.codes("shrimp")
    for at in range(SHARED - LENGTH, SHARED + LENGTH):
        stamp = world.dossier(codes[at])["stamp"]
        bound = (stamp["state"], stamp["activationEntry"])
        assert bound == (("active", index) if first <= at <= last else ("inactive", None)), at


def test_dossiers_from_rows_made_again_are_the_same(world):
    chance = random.Random("dossiers")  # noqa: S311 (which stamps to look at)
    shown = [item.code for item in world.story.shown() if item.state != "unknown"]
    all_codes = [code for roll in sorted(world.story.cast.rolls) for code in world.codes(roll)]
    codes = shown + chance.sample(all_codes, DOSSIERS - len(shown))
    before = [said(world, code) for code in codes]
    assert len({one["stamp"]["state"] for one in before}) > 4
    assert world.lives.stop("work") == [0]
    done = world.lives.nguon.ok("rebuild")
    assert done == {"entries": world.get("/healthz")["checkpoint"]["size"], "without effect": 0}
    world.lives.until_well()
    assert [said(world, code) for code in codes] == before


def said(world: Told, code: str) -> dict:
    """What a dossier says, but for when its checkpoint was last said again."""
    record = world.dossier(code)
    assert record.pop("checkpointTime")
    return record


def at_once(world: Told, said: list[Statement]) -> list[httpx.Response]:
    """Send each by a client of its own, all at one moment."""
    line = threading.Barrier(len(said))
    answers: dict[int, httpx.Response] = {}

    def send(place: int, data: bytes) -> None:
        headers = {"Content-Type": "application/cose", "Prefer": "wait=30"}
        with httpx.Client(base_url=world.lives.url, timeout=60) as http:
            http.get("/log/checkpoint")  # connected
            line.wait()
            answers[place] = http.post("/capture", content=data, headers=headers)

    threads = [threading.Thread(target=send, args=(n, s.data)) for n, s in enumerate(said)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers[place] for place in range(len(said))]
