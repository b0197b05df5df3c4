"""The way in, to the letter of formats §6."""

import time

import pytest

from attest import statement
from attest.keys import PrivateKey
from support.web_world import BASE, OFFICE, open_world
from webapp.api import capture

STRANGER = PrivateKey.from_seed(b"stranger")
PROBLEMS = "https://w3id.org/nguon/v1/problems/"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with open_world(tmp_path_factory.mktemp("capture")) as world:
        yield world


def test_a_statement_is_202_with_a_place_to_ask(world):
    said = world.place("Một")
    answer = world.post(said, Prefer="")
    assert (answer.status_code, answer.data) == (202, b"")
    assert "Content-Type" not in answer.headers
    job = answer.headers["Location"]
    assert job.startswith("/capture/")
    record = world.client.get(job).json
    while record["running"]:
        time.sleep(0.02)
        record = world.client.get(job).json
    assert (record["success"], record["errors"]) == (True, [])
    (entry,) = record["entries"]
    assert world.client.get(f"/log/entry/{entry['index']}").data == said.data
    assert entry["proof"].startswith("c2sp.org/tlog-proof@v1\n")


def test_who_waits_gets_the_index_and_again_the_same(world):
    said = world.place("Hai")
    first, again = world.post(said), world.post(said)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.headers["Preference-Applied"] == "wait=10"
    assert first.json["entries"][0]["index"] == again.json["entries"][0]["index"]


def test_a_batch_is_all_or_nothing_by_default(world):
    good, bad = world.place("Ba"), world.say(STRANGER, OFFICE, world.place("Bốn").record)
    answer = world.post(good, bad)
    assert answer.status_code == 200
    assert answer.json["entries"] == [None, None]
    (error,) = answer.json["errors"]
    assert (error["item"], error["status"]) == (1, 403)
    assert error["type"] == PROBLEMS + "unknown-key"
    proceeded = world.post(good, bad, **{"GS1-Capture-Error-Behaviour": "proceed"})
    assert proceeded.status_code == 200
    assert [e is None for e in proceeded.json["entries"]] == [False, True]


def test_a_whole_new_batch_is_201(world):
    assert world.post(world.place("Năm"), world.place("Sáu")).status_code == 201


def test_a_batch_may_be_larger_than_other_bodies(world):
    batch = [world.place("x" * 1000 + str(n)) for n in range(200)]
    assert sum(len(said.data) for said in batch) > 2 * world.app.config["MAX_CONTENT_LENGTH"]
    assert len(world.log(*batch)) == 200


@pytest.mark.parametrize(
    ("media", "limit"), [("application/cose", 65_535), ("application/cbor-seq", 8 * 2**20)]
)
def test_a_body_without_length_is_read_up_to_its_limit(world, media, limit):
    class Endless:
        given = 0

        def read(self, size):
            self.given += size
            return bytes(size)

    endless = Endless()
    answer = world.client.post(
        "/capture",
        content_type=media,
        environ_overrides={"wsgi.input": endless, "wsgi.input_terminated": True},
    )
    assert answer.status_code == 413
    assert endless.given <= limit + 100_000


def test_one_refused_statement_answers_with_its_own_status(world):
    answer = world.post(world.say(STRANGER, OFFICE, world.place("Bảy").record))
    assert answer.status_code == 403
    assert answer.content_type == "application/problem+json"
    assert answer.json["type"] == PROBLEMS + "unknown-key"
    assert answer.headers["Location"].startswith("/capture/")


def test_permits_and_segments_are_never_logged(world):
    record = {"type": "permit", "id": f"{BASE}/permit/1"}
    answer = world.post(world.say(world.root, OFFICE, record))
    assert answer.status_code in (403, 422)
    assert answer.json["type"] == PROBLEMS + "not-logged"


@pytest.mark.parametrize(
    ("body", "media", "status", "code"),
    [
        pytest.param(b"\x00", "application/cose", 400, "malformed", id="no COSE"),
        pytest.param(b"", "application/cose", 400, None, id="empty"),
        pytest.param(b"", "application/cbor-seq", 400, None, id="empty batch"),
        pytest.param(b"{}", "application/json", 415, "media-type", id="JSON"),
        pytest.param(b"{}", "", 415, "media-type", id="no type"),
        pytest.param(b"\x00" * 65_536, "application/cose", 413, None, id="64 KiB statement"),
        pytest.param(
            b"\x00" * (8 * 2**20 + 1), "application/cbor-seq", 413, None, id="8 MiB + 1"
        ),
    ],
)
def test_what_does_not_parse_is_refused_at_once(world, body, media, status, code):
    answer = world.client.post("/capture", data=body, headers={"Content-Type": media})
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert "Location" not in answer.headers
    if code:
        assert answer.json["type"].startswith(PROBLEMS)


def test_a_batch_has_at_most_1000_statements(world):
    data = world.place("Mười").data * 1001
    answer = world.client.post("/capture", data=data, content_type="application/cbor-seq")
    assert answer.status_code == 413


def test_one_bad_item_refuses_the_batch_as_a_whole(world):
    data = world.place("Tám").data + b"\xff"
    answer = world.client.post("/capture", data=data, content_type="application/cbor-seq")
    assert answer.status_code == 400


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "gzip, gzip"])
def test_a_compressed_body_is_not_unpacked(world, coding):
    headers = {"Content-Type": "application/cose", "Content-Encoding": coding}
    assert world.client.post("/capture", data=b"x", headers=headers).status_code == 415


def test_an_unknown_behaviour_is_refused(world):
    answer = world.post(world.place("Chín"), **{"GS1-Capture-Error-Behaviour": "ignore"})
    assert answer.status_code == 400


def test_an_unknown_job_is_not_found(world):
    answer = world.client.get("/capture/nonsense")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        ("wait=10", 10),
        ('wait="10"', 10),
        ("respond-async, wait=3", 3),
        ("handling=lenient; wait=3", 3),
        ("WAIT = 5", 5),
        ("wait=99999", capture.LONGEST_WAIT_S),
        ("await=10", 0),
        ("wait=-1", 0),
        ("wait=ten", 0),
        ("", 0),
    ],
)
def test_how_long_a_client_would_wait(world, prefer, seconds):
    with world.app.test_request_context("/capture", headers={"Prefer": prefer}):
        assert capture._wait_s() == seconds


def test_a_re_signed_statement_keeps_its_index(world):
    key = PrivateKey.from_seed(b"phone", -7)
    (index,) = world.log(world.enrol(key, f"{BASE}/party/maker", "producer"))
    record = {
        "type": "party",
        "id": f"{BASE}/party/maker",
        "name": "Xưởng Mẫu",
        "kind": "workshop",
        "place": f"{BASE}/place/root",
    }
    said = [world.say(world.root, OFFICE, record) for _ in range(2)]
    first = world.log(said[0])
    assert world.log(said[1]) == first
    assert first[0] > index
    assert statement.parse(world.client.get(f"/log/entry/{first[0]}").data).record == record
