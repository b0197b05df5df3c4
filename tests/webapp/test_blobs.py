"""Blobs: in only with a permit for just these bytes, out only what is public."""

import time

import pytest

from attest import cid, spell
from attest.keys import PrivateKey
from ledger.blobs.permit import AHEAD_MS, MAX_BYTES
from support.web_world import BASE, OFFICE, open_world

DATA = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
NAME = cid.of_bytes(DATA)
MAKER = f"{BASE}/party/maker"
KEY = PrivateKey.from_seed(b"maker")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with open_world(tmp_path_factory.mktemp("blobs")) as world:
        world.log(world.enrol(KEY, MAKER, "producer"))
        yield world


def permit(world, signer=KEY, iss=MAKER, **changes):
    until_ms = int(time.time() * 1000) + changes.pop("ahead", AHEAD_MS // 2)
    record = {
        "type": "permit",
        "id": f"{BASE}/permit/1",
        "cid": NAME,
        "bytes": len(DATA),
        "until": spell.time_text(until_ms),
        "public": True,
    } | changes
    record = {k: v for k, v in record.items() if v is not None}
    said = world.say(signer, iss, record, kind=changes.pop("kind", "permit"))
    return {"Authorization": f"Nguon {spell.base64url(said.data)}"}


def put(world, headers, data=DATA, name=NAME):
    return world.client.put(f"/blobs/{name}", data=data, headers=headers)


def test_a_new_blob_is_201_and_a_known_one_200(world):
    data = b"seen twice"
    changes = {"cid": cid.of_bytes(data), "bytes": len(data)}
    answers = [put(world, permit(world, **changes), data, changes["cid"]) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 200]
    assert answers[0].headers["Location"] == f"/ipfs/{changes['cid']}"


def test_a_public_blob_is_served_with_nothing_that_runs(world):
    put(world, permit(world))
    answer = world.client.get(f"/ipfs/{NAME}")
    assert (answer.status_code, answer.data) == (200, DATA)
    assert answer.content_type == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_ranges_and_known_bytes(world):
    put(world, permit(world))
    part = world.client.get(f"/ipfs/{NAME}", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, DATA[10:20])
    beyond = world.client.get(f"/ipfs/{NAME}", headers={"Range": "bytes=999999-"})
    assert beyond.status_code == 416
    known = world.client.get(f"/ipfs/{NAME}", headers={"If-None-Match": f'"{NAME}"'})
    assert known.status_code == 304
    head = world.client.head(f"/ipfs/{NAME}")
    assert (head.data, head.headers["Content-Length"]) == (b"", str(len(DATA)))


@pytest.mark.parametrize(
    ("query", "accept"),
    [("?format=raw", "*/*"), ("", "application/vnd.ipld.raw")],
)
def test_the_raw_block_is_what_the_cid_hashes(world, query, accept):
    put(world, permit(world))
    answer = world.client.get(f"/ipfs/{NAME}{query}", headers={"Accept": accept})
    assert answer.content_type == "application/vnd.ipld.raw"
    assert cid.of_bytes(answer.data) == NAME


def test_a_car_is_sent_for_those_who_trust_no_gateway(world):
    put(world, permit(world))
    answer = world.client.get(f"/ipfs/{NAME}?format=car")
    assert answer.content_type.startswith("application/vnd.ipld.car; version=1")
    assert answer.data.endswith(cid.parse(NAME).to_bytes() + DATA)
    assert world.client.get(f"/ipfs/{NAME}?format=tar").status_code == 400


def test_a_page_is_only_a_download(world):
    data = b"<html><script>alert(1)</script>"
    name = world.put(data, KEY, MAKER)
    answer = world.client.get(f"/ipfs/{name}")
    assert answer.content_type == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_what_is_not_public_is_as_absent_as_anything(world):
    name = world.put(b"a recipe", KEY, MAKER, public=False)
    hidden, nothing = (world.client.get(f"/ipfs/{n}") for n in (name, cid.of_bytes(b"never")))
    assert hidden.status_code == nothing.status_code == 404
    assert hidden.json["detail"].replace(name, "") == nothing.json["detail"].replace(
        cid.of_bytes(b"never"), ""
    )


@pytest.mark.parametrize("name", ["x", NAME[:-1], NAME.upper(), "..%2fnguon.db", "QmYwAPJ"])
def test_what_is_no_cid_is_not_found(world, name):
    assert world.client.get(f"/ipfs/{name}").status_code == 404


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        pytest.param({"cid": cid.of_bytes(b"other")}, 403, "permit", id="for another blob"),
        pytest.param({"ahead": -1000}, 403, "permit", id="over"),
        pytest.param({"ahead": AHEAD_MS + 60_000}, 403, "permit", id="more than an hour ahead"),
        pytest.param({"bytes": len(DATA) - 1}, 413, "body-too-large", id="for fewer bytes"),
        pytest.param({"bytes": len(DATA) + 1}, 400, "other-bytes", id="for more bytes"),
        pytest.param({"bytes": MAX_BYTES + 1}, 403, "permit", id="for a gigabyte and more"),
        pytest.param({"bytes": -1}, 400, "malformed", id="for less than nothing"),
        pytest.param({"public": "yes"}, 400, "malformed", id="public is no boolean"),
        pytest.param({"public": None}, 400, "malformed", id="a member missing"),
        pytest.param({"more": 1}, 400, "malformed", id="a member too many"),
        pytest.param(
            {"signer": PrivateKey.from_seed(b"x")}, 403, "unknown-key", id="a stranger's"
        ),
        pytest.param({"iss": OFFICE}, 403, "issuer", id="in another's name"),
        pytest.param({"kind": "place"}, 400, "malformed", id="no permit"),
    ],
)
def test_other_permits_are_refused(world, changes, status, code):
    answer = put(world, permit(world, **changes))
    assert answer.status_code == status, answer.text
    assert answer.json["type"].endswith(f"/{code}")


def test_other_bytes_are_refused_and_not_served(world):
    data = b"x" * len(DATA)
    answer = put(world, permit(world), data=data)
    assert (answer.status_code, answer.json["type"].rsplit("/", 1)[1]) == (400, "other-bytes")
    assert world.client.get(f"/ipfs/{cid.of_bytes(data)}").status_code == 404


def test_a_permit_with_one_flipped_bit_is_refused(world):
    text = permit(world)["Authorization"].removeprefix("Nguon ")
    data = bytearray(spell.parse_base64url(text))
    data[-1] ^= 1
    answer = put(world, {"Authorization": f"Nguon {spell.base64url(bytes(data))}"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("header", "status"),
    [(None, 401), ("Basic dTpw", 403), ("Nguon", 403), ("Nguon ===", 400), ("Bearer x", 403)],
)
def test_without_a_permit_nothing_is_kept(world, header, status):
    answer = put(world, {"Authorization": header} if header else {})
    assert answer.status_code == status
    assert (status == 401) == ("WWW-Authenticate" in answer.headers)


def test_a_key_may_store_only_so_much(world):
    world.ledger.shelf._quota = world.ledger.shelf.used(KEY.key.kid) + 10
    try:
        answer = put(world, permit(world))
    finally:
        world.ledger.shelf._quota = 20_000_000_000
    assert (answer.status_code, answer.json["type"].rsplit("/", 1)[1]) == (403, "quota")
