"""Recordings over HLS: the very bytes that were signed, with what proves each."""

import re
from hashlib import sha256

import pytest

from attest import cid, spell
from attest.footage import segment as segments
from support import boxes, camera_world, footage
from support.web_world import open_world

FROM, TO = "20261118T113700Z", "20261118T113800Z"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with open_world(tmp_path_factory.mktemp("footage")) as world:
        camera_world.register(world)
        world.minute, world.index = camera_world.record(world)
        yield world


@pytest.fixture
def span():
    times = [spell.time_text(footage.START_MS + ms) for ms in (0, 60_000)]
    return [re.sub("[-:]", "", time) for time in times]


def test_a_playlist_names_the_stored_segments(world, span):
    answer = world.client.get(f"/hls/cam-1/{span[0]}/{span[1]}.m3u8")
    assert answer.content_type.startswith("application/vnd.apple.mpegurl")
    lines = answer.text.splitlines()
    assert lines[0] == "#EXTM3U"
    assert lines[-1] == "#EXT-X-ENDLIST"
    assert f'#EXT-X-MAP:URI="/ipfs/{cid.of_bytes(b"init")}"' in lines
    paths = [line for line in lines if line.startswith("/ipfs/")]
    assert [world.client.get(path).data for path in paths] == camera_world.PIECES
    assert lines.count("#EXTINF:4.000,") == len(paths)
    assert "#EXT-X-DISCONTINUITY" not in lines


def test_the_json_has_what_proves_each_segment(world, span):
    body = world.client.get(f"/hls/cam-1/{span[0]}/{span[1]}.json").json
    assert body["camera"] == footage.CAMERA
    assert body["init"] == [
        {"cid": cid.of_bytes(b"init"), "sha256": spell.ni(sha256(b"init").digest())}
    ]
    assert [s["seq"] for s in body["segments"]] == [0, 1, 2]
    for row, data in zip(body["segments"], camera_world.PIECES, strict=True):
        signed, said = segments.parse(spell.parse_base64url(row["statement"]))
        segments.check_bytes(said, data)
        assert signed.header.iss == footage.NODE
        assert row["cid"] == cid.of_bytes(data)
        assert row["manifest"] == {
            "cid": cid.of_bytes(world.minute.to_bytes()),
            "index": world.index,
        }
    (gap,) = body["gaps"]
    assert gap["reason"] == "offline"


def test_a_time_is_half_open_and_takes_whatever_overlaps(world):
    def seqs(start_ms, end_ms):
        ends = [spell.time_text(footage.START_MS + t)[:19] + "Z" for t in (start_ms, end_ms)]
        start, end = (re.sub("[-:]", "", text) for text in ends)
        body = world.client.get(f"/hls/cam-1/{start}/{end}.json").json
        return [s["seq"] for s in body["segments"]]

    assert seqs(0, 4000) == [0]
    assert seqs(3000, 5000) == [0, 1]
    assert seqs(4000, 8000) == [1]
    assert seqs(12_000, 60_000) == []


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(f"cam-2/{FROM}/{TO}.m3u8", id="another camera"),
        pytest.param(f"cam-1/{TO}/{FROM}.m3u8", id="backwards"),
        pytest.param(f"cam-1/{FROM}/{FROM}.m3u8", id="no time"),
        pytest.param(f"cam-1/20260101T000000Z/{TO}.json", id="a year"),
        pytest.param(f"cam-1/20261318T000000Z/{TO}.json", id="month 13"),
        pytest.param(f"cam-1/2026-11-18/{TO}.json", id="another spelling"),
        pytest.param(f"cam-1/{FROM}/{TO}.mpd", id="another format"),
        pytest.param("cam-1/live.mpd", id="live in another format"),
        pytest.param("%25/live.m3u8", id="a wildcard"),
        pytest.param("../cam-1/live.m3u8", id="up"),
    ],
)
def test_other_paths_are_not_found(world, path):
    answer = world.client.get(f"/hls/{path}")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_a_live_segment_is_listed_before_its_minute(tmp_path):
    with open_world(tmp_path) as world:
        camera_world.register(world)
        minute, _ = camera_world.record(world)
        data = boxes.gop(b"live" * 50)
        statement = camera_world.next_live(minute, data)
        assert camera_world.send_live(world, data, statement).status_code == 201
        end = re.sub("[-:]", "", spell.time_text(footage.START_MS + 60_000))
        start = re.sub("[-:]", "", spell.time_text(footage.START_MS))
        rows = world.client.get(f"/hls/cam-1/{start}/{end}.json").json["segments"]
    assert [(r["seq"], r["manifest"]) for r in rows][-1] == (3, None)


@pytest.mark.parametrize("fault", ["other bytes", "other key", "no statement", "other camera"])
def test_a_live_segment_that_does_not_fit_is_not_listed(world, fault):
    data = boxes.gop(fault.encode() * 20)
    statement = camera_world.next_live(world.minute, data, 9)
    if fault == "other bytes":
        data = boxes.gop(b"another picture")
    elif fault == "other key":
        said = segments.parse(statement)[1]
        stranger = camera_world.MAKER_KEY
        statement = segments.sign(said, stranger, footage.NODE, 1).data
    elif fault == "no statement":
        statement = b"\x00"
    else:
        said = segments.parse(statement)[1]
        changed = said.record() | {"camera": f"{footage.CAMERA}0"}
        other = segments.parse_record(changed)
        statement = segments.sign(other, footage.KEY, footage.NODE, 1).data
    answer = camera_world.send_live(world, data, statement)
    assert answer.status_code in (400, 403, 422)
    body = world.client.get("/hls/cam-1/live.json").json
    assert 9 not in [row["seq"] for row in body["segments"]]


def test_a_manifest_that_is_gone_is_shown_as_a_gap(tmp_path_factory):
    with open_world(tmp_path_factory.mktemp("gone")) as world:
        camera_world.register(world)
        world.log(camera_world.said(world, footage.manifest(camera_world.PIECES)))
        start, end = (
            re.sub("[-:]", "", spell.time_text(footage.START_MS + ms)) for ms in (0, 60_000)
        )
        body = world.client.get(f"/hls/cam-1/{start}/{end}.json").json
    assert body["segments"] == []
    assert [g["reason"] for g in body["gaps"]] == ["unknown"]
