"""What is in the store is whole, and is what its name says."""

import os
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest import cid
from attest.errors import MalformedError
from ledger.blobs import OtherBytesError, car, sniff
from ledger.blobs.local import PARTS, LocalBlobs
from ledger.errors import NotFoundError

MIB = 1 << 20
DATA = b"hello world"
NAME = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"


@pytest.fixture
def blobs(tmp_path):
    return LocalBlobs(tmp_path / "blobs")


def test_a_blob_comes_back_under_its_cid(blobs):
    assert blobs.put(NAME, [DATA[:4], DATA[4:]]) == len(DATA)
    assert blobs.path(NAME).read_bytes() == DATA
    assert blobs.has(NAME)


def test_putting_the_same_blob_again_changes_nothing(blobs):
    blobs.put(NAME, [DATA])
    blobs.put(NAME, [DATA])
    assert blobs.path(NAME).read_bytes() == DATA


def test_other_bytes_are_refused_and_leave_nothing(blobs, tmp_path):
    with pytest.raises(OtherBytesError):
        blobs.put(NAME, [b"hello worle"])
    assert not blobs.has(NAME)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_sender_that_goes_away_leaves_nothing(blobs, tmp_path):
    def cut():
        yield DATA[:5]
        raise OSError("connection lost")

    with pytest.raises(OSError, match="connection lost"):
        blobs.put(NAME, cut())
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_what_a_crash_left_is_swept(blobs):
    blobs.put(NAME, [DATA])
    part = blobs.path(NAME).parents[1] / PARTS / "0123.part"
    part.write_bytes(DATA)
    assert blobs.sweep() == 1
    assert not part.exists()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("../../etc/passwd", id="a path"),
        pytest.param(NAME.upper(), id="upper case"),
        pytest.param(NAME[:-1], id="too short"),
        pytest.param("QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG", id="CIDv0"),
        pytest.param("", id="empty"),
    ],
)
def test_names_that_are_no_cid_reach_no_file(blobs, name):
    for act in (blobs.path, blobs.has, lambda n: blobs.put(n, [DATA])):
        with pytest.raises(MalformedError):
            act(name)


def test_an_absent_blob_is_not_found(blobs):
    with pytest.raises(NotFoundError):
        blobs.path(NAME)


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 5 * MIB + 3])
def test_a_car_holds_exactly_the_blocks_of_its_root(blobs, size):
    data = os.urandom(size)
    name = cid.of_bytes(data)
    blobs.put(name, [data])
    header, *blocks = sections(b"".join(car.stream(name, blobs.path(name))))
    assert cid.parse(name).to_bytes() in header
    found = [(block[:36], block[36:]) for block in blocks]
    assert found[0][0] == cid.parse(name).to_bytes()
    leaves = b"".join(body for key, body in found if key[1] == cid.RAW)
    assert leaves == data
    assert all(name_of(key, body) for key, body in found)


def test_the_raw_block_is_what_the_cid_hashes(blobs):
    data = os.urandom(2 * MIB)
    name = cid.of_bytes(data)
    blobs.put(name, [data])
    block = car.block(name, blobs.path(name))
    assert name_of(cid.parse(name).to_bytes(), block)
    assert [link.codec for link in cid.links(block)] == [cid.RAW, cid.RAW]


def test_a_damaged_blob_is_never_served_as_its_blocks(blobs):
    data = os.urandom(MIB + 1)
    name = cid.of_bytes(data)
    blobs.put(name, [data])
    blobs.path(name).write_bytes(data[:-1] + b"\x00" + b"x")
    with pytest.raises(NotFoundError):
        car.stream(name, blobs.path(name))
    with pytest.raises(NotFoundError):
        car.block(name, blobs.path(name))


@given(st.lists(st.binary(max_size=50), max_size=8))
def test_the_pieces_in_which_a_blob_comes_do_not_matter(pieces):
    assert cid.of_stream(pieces) == cid.of_bytes(b"".join(pieces))


@pytest.mark.parametrize(
    ("head", "media"),
    [
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\nrest", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        (b"\x00\x00\x00\x20moof....", "video/mp4"),
        (b'{"camera":1}', "application/json"),
        (b'{"camera":1', "application/octet-stream"),
        (b"[" * 100_000, "application/octet-stream"),
        (b"<html><script>alert(1)</script>", "application/octet-stream"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "application/octet-stream"),
        (b"%PDF-1.7", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_a_type_is_told_by_the_bytes_and_nothing_runs(tmp_path, head, media):
    file = tmp_path / "blob"
    file.write_bytes(head)
    assert sniff.media_type(file) == media


def sections(data):
    found, at = [], 0
    while at < len(data):
        size, shift = 0, 0
        while True:
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        found.append(data[at : at + size])
        at += size
    return found


def name_of(key, body):
    return cid.Cid(key[1], sha256(body).digest()).to_bytes() == key
