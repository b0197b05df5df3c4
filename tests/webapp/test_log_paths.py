"""The public log over HTTP, as C2SP and formats §3 ask."""

import pytest

from attest import spell
from attest.log import checkpoint, merkle, note, proof, tile
from support.web_world import open_world

FOR_EVER = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with open_world(tmp_path_factory.mktemp("log")) as world:
        for start in range(0, 260, 65):
            world.log(*(world.place(f"Nơi {n}") for n in range(start, start + 65)))
        yield world


@pytest.fixture(scope="module")
def head(world):
    text = world.client.get("/log/checkpoint").text
    return checkpoint.parse(note.parse(text).text)


def test_the_checkpoint_is_a_signed_note_that_is_soon_stale(world, head):
    answer = world.client.get("/log/checkpoint")
    age = int(answer.headers["Cache-Control"].rsplit("=", 1)[1])
    assert answer.content_type == "text/plain; charset=utf-8"
    assert age <= 5
    assert checkpoint.open_note(answer.text, world.ledger.trust().vkey) == head


def test_tiles_are_immutable_and_lead_to_the_root(world, head):
    hashes = []
    for index, width in [(0, 256), (1, head.size - 256)]:
        path = tile.Tile(0, index, width).path()
        answer = world.client.get(f"/log/{path}")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == FOR_EVER
        assert answer.content_type == "application/octet-stream"
        hashes += [answer.data[at : at + 32] for at in range(0, len(answer.data), 32)]
    frontier = merkle.Frontier(0, ())
    for leaf in hashes:
        frontier = frontier.append(leaf)
    assert frontier.root() == head.root


def test_bundles_hold_the_entries(world):
    answer = world.client.get("/log/tile/entries/000")
    entries = tile.parse_bundle(answer.data)
    assert len(entries) == 256
    assert entries[7] == world.client.get("/log/entry/7").data


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("tile/0/001", id="not full yet"),
        pytest.param("tile/0/000.p/256", id="a width that is full"),
        pytest.param("tile/0/000.p/0", id="no width"),
        pytest.param("tile/0/0", id="short group"),
        pytest.param("tile/0/-01", id="negative"),
        pytest.param("tile/64/000", id="level 64"),
        pytest.param("tile/0/x999/999", id="past the end"),
        pytest.param("tile/0/../../../lock.db", id="up and out"),
        pytest.param("tile/0/..%2f..%2f..%2flock.db", id="up and out, escaped"),
        pytest.param("tile//0/000", id="double slash"),
        pytest.param("entry/99999", id="entry past the end"),
        pytest.param("entry/007", id="leading zeros"),
        pytest.param("entry/-1", id="negative entry"),
        pytest.param("entry/1e2", id="not decimal"),
        pytest.param("entry/99999999999999999999", id="huge"),
        pytest.param("proof/99999", id="proof past the end"),
        pytest.param("consistency/0/5", id="from nothing"),
        pytest.param("consistency/6/5", id="backwards"),
        pytest.param("consistency/5/99999", id="past the end of the log"),
        pytest.param("nothing", id="no such thing"),
    ],
)
def test_what_is_not_published_is_not_found(world, path):
    answer = world.client.get(f"/log/{path}", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("index", [0, 1, 255, 256])
def test_each_entry_has_a_proof_against_the_newest_note(world, head, index):
    entry = world.client.get(f"/log/entry/{index}")
    assert entry.content_type == "application/cose"
    answer = world.client.get(f"/log/proof/{index}")
    assert answer.content_type == "text/plain; charset=utf-8"
    found = proof.parse(answer.text)
    leaf = merkle.leaf_hash(entry.data)
    assert merkle.root_from_inclusion(leaf, index, head.size, list(found.path)) == head.root


def test_a_size_that_is_no_number_is_refused(world):
    assert world.client.get("/log/proof/0?size=-1").status_code == 400


@pytest.mark.parametrize("m", [1, 2, 255, 256, 257])
def test_the_log_only_grew(world, head, m):
    body = world.client.get(f"/log/consistency/{m}/{head.size}").json
    hashes = [spell.parse_base64url(h, 32) for h in body["proof"]]
    merkle.check_consistency(m, head.size, world.ledger.log.root(m), head.root, hashes)
    assert world.client.get(f"/log/consistency/{m}/{m}").json == {"proof": []}


def test_the_keys_lead_to_the_root(world):
    body = world.client.get("/log/keys").json
    (key,) = body["keys"]
    assert key["kid"] == body["root"] == world.client.get("/log/trust").json["root"]
    assert (key["from"], key["until"], key["entries"]) == (0, None, [0])
    assert key["roles"] == ["registrar"]


def test_trust_and_policy_are_what_init_wrote(world):
    trust = world.client.get("/log/trust").json
    assert list(trust) == [
        "origin", "vkey", "root", "policy", "chainId", "genesis", "contract", "originId",
    ]  # fmt: skip
    policy = world.client.get("/log/policy")
    assert policy.content_type == "text/plain; charset=utf-8"
    assert policy.text == trust["policy"]


@pytest.mark.parametrize("path", ["checkpoint", "tile/0/000", "entry/0", "proof/0", "keys"])
def test_everything_answers_head_and_every_origin(world, path):
    get, head = world.client.get(f"/log/{path}"), world.client.head(f"/log/{path}")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(get.data))
    assert get.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["checkpoint", "tile/0/000", "entry/0"])
def test_known_files_are_not_sent_again_and_ranges_are(world, path):
    whole = world.client.get(f"/log/{path}")
    again = world.client.get(f"/log/{path}", headers={"If-None-Match": whole.headers["ETag"]})
    part = world.client.get(f"/log/{path}", headers={"Range": "bytes=3-9"})
    assert again.status_code == 304
    assert (part.status_code, part.data) == (206, whole.data[3:10])
    assert part.headers["Content-Range"] == f"bytes 3-9/{len(whole.data)}"


def test_without_a_chain_nothing_is_anchored(world):
    body = world.client.get("/anchors").json
    assert (body["anchors"], body["independent"]) == ([], False)
    assert world.client.get("/anchors?before=x").status_code == 400


@pytest.mark.parametrize(
    ("call", "status"),
    [
        pytest.param({"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}, 503, id="no chain"),
        pytest.param(
            {"jsonrpc": "2.0", "id": 1, "method": "anvil_reset", "params": []}, 403, id="reset"
        ),
        pytest.param([{"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}], 403, id="batch"),
        pytest.param("nonsense", 403, id="no call"),
    ],
)
def test_the_chain_is_asked_only_what_readers_need(world, call, status):
    answer = world.client.post("/chain", json=call)
    assert answer.status_code == status
    assert answer.json["jsonrpc"] == "2.0"
    assert answer.json["error"]["message"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_health_says_what_is_well(world):
    body = world.client.get("/healthz")
    assert body.status_code == 200
    assert body.json["checkpoint"]["size"] == world.ledger.log.size()
    assert body.json["blobs"] == {"ok": True}
    assert body.json["chain"]["ok"] is False
