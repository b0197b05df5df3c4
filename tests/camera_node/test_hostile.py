"""Bytes that are no segment are refused by the server, whoever signed for them."""

import struct
from hashlib import sha256

import pytest

from attest.errors import AttestError
from attest.footage import segment as segments
from attest.footage.segment import Gop
from attest.keys import PrivateKey
from support import boxes, camera_world, footage
from support.web_world import open_world

GOOD = boxes.gop(b"x" * 400)
MOOF, MDAT = GOOD[: GOOD.index(b"mdat") - 4], GOOD[GOOD.index(b"mdat") - 4 :]


def deep(levels):
    inside = boxes.box("trun", bytes(8))
    for _ in range(levels):
        inside = boxes.box("traf", inside)
    return boxes.box("moof", inside) + MDAT


HOSTILE = [
    pytest.param(MOOF + struct.pack(">I4s", 0, b"mdat") + b"x" * 400, id="size 0"),
    pytest.param(MOOF + struct.pack(">I4sQ", 1, b"mdat", 2**63) + b"x" * 400, id="size 2^63"),
    pytest.param(MOOF + struct.pack(">I4sQ", 1, b"mdat", 2**64 - 1) + b"x", id="size 2^64-1"),
    pytest.param(MOOF + struct.pack(">I4s", 2**32 - 1, b"mdat") + b"x", id="size 4 GiB"),
    pytest.param(MOOF + struct.pack(">I4s", 7, b"mdat") + b"x", id="smaller than its header"),
    pytest.param(MOOF + struct.pack(">I4sQ", 1, b"mdat", 15), id="smaller than a large header"),
    pytest.param(boxes.box("free") * 1_000_000, id="a million boxes"),
    pytest.param(boxes.box("moof", boxes.box("free") * 5_000) + MDAT, id="5,000 inside one"),
    pytest.param(deep(40), id="40 deep"),
    pytest.param(b"#EXTM3U\n#EXTINF:4,\nhttp://127.0.0.1/secret\n", id="a playlist"),
    pytest.param(b"<html><script>alert(1)</script>", id="a page"),
    pytest.param(b"", id="nothing"),
    pytest.param(boxes.INIT + GOOD, id="an init segment before it"),
    pytest.param(GOOD + MOOF, id="half a gop after it"),
    pytest.param(GOOD + b"\0\0\0", id="three bytes after it"),
    pytest.param(MDAT + MOOF, id="the wrong way round"),
    pytest.param(GOOD[:-1], id="the last byte is missing"),
]
OTHER = [
    pytest.param(GOOD[:-1] + b"y", id="another byte"),
    pytest.param(GOOD + GOOD, id="a gop more"),
    pytest.param(boxes.gop(b"x" * 400, frames=21), id="another number of frames"),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with open_world(tmp_path_factory.mktemp("hostile")) as opened:
        camera_world.register(opened)
        yield opened


def claim(data, seq=0, key=footage.KEY, node=footage.NODE, frames=20):
    """Sign that these bytes, whatever they are, are one GOP of the camera."""
    said = footage.said(GOOD, seq, None if seq == 0 else bytes(32))
    liar = segments.Segment(
        **{name: getattr(said, name) for name in said.__slots__}
        | {"gops": (Gop(sha256(data).digest(), len(data), frames),)}
    )
    return segments.sign(liar, key, node, 1).data


@pytest.mark.parametrize("data", HOSTILE)
def test_what_is_no_segment_is_refused_and_never_shown(world, data):
    answer = camera_world.send_live(world, data, claim(data))
    assert answer.status_code == 400, answer.text
    assert answer.json["type"].rsplit("/", 1)[-1] == "malformed"
    assert shown(world) == []


@pytest.mark.parametrize("data", HOSTILE)
def test_the_measure_itself_refuses_them(data):
    with pytest.raises(AttestError):
        segments.measure(data)


@pytest.mark.parametrize("data", OTHER)
def test_bytes_that_are_not_the_signed_ones_are_refused(world, data):
    answer = camera_world.send_live(world, data, claim(GOOD))
    assert answer.status_code == 422, answer.text
    assert answer.json["type"].rsplit("/", 1)[-1] == "bad-proof"
    assert shown(world) == []


def test_a_segment_of_somebody_elses_camera_is_refused(world):
    other, node = PrivateKey.from_seed(b"another node"), "https://trace.example/node/n-9"
    world.log(world.enrol(other, node, "camera"))
    answer = camera_world.send_live(world, GOOD, claim(GOOD, key=other, node=node))
    assert answer.status_code == 403
    assert shown(world) == []


def test_a_segment_signed_by_nobody_known_is_refused(world):
    stranger = PrivateKey.from_seed(b"nobody")
    answer = camera_world.send_live(world, GOOD, claim(GOOD, key=stranger))
    assert answer.status_code == 403
    assert shown(world) == []


def shown(world):
    times = "20261118T000000Z/20261118T235959Z"
    return world.client.get(f"/hls/cam-1/{times}.json").json["segments"]


def test_an_honest_segment_is_shown(tmp_path):
    with open_world(tmp_path) as own:
        camera_world.register(own)
        answer = camera_world.send_live(own, GOOD, claim(GOOD))
        assert answer.status_code == 201, answer.text
        assert [row["seq"] for row in shown(own)] == [0]
