"""A public picture that says where it was taken is refused, however it is wrapped."""

import struct

import pytest

from ledger.blobs import place
from ledger.blobs.place import LocatedPictureError


def tiff(tags, order="<"):
    mark = b"II*\0" if order == "<" else b"MM\0*"
    entries = b"".join(struct.pack(order + "HHII", tag, 4, 1, 26) for tag in tags)
    return mark + struct.pack(order + "IH", 8, len(tags)) + entries + bytes(4)


def jpeg(exif):
    body = b"Exif\0\0" + exif
    return b"\xff\xd8\xff\xe1" + (len(body) + 2).to_bytes(2) + body + b"\xff\xda" + bytes(64)


LOCATED = {
    "jpeg, little-endian": jpeg(tiff([0x0112, 0x8825])),
    "jpeg, big-endian": jpeg(tiff([0x0112, 0x8825], ">")),
    "png": b"\x89PNG\r\n\x1a\n" + b"\0\0\0\x20eXIf" + tiff([0x8825]),
    "webp": b"RIFF\0\0\0\0WEBPEXIF" + tiff([0x8825]),
    "xmp": b"\xff\xd8\xff\xe1\0\0<x:xmpmeta exif:GPSLatitude='1'>",
}


@pytest.mark.parametrize("data", LOCATED.values(), ids=LOCATED)
@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_a_located_picture_is_refused_in_pieces_of_any_size(data, size):
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    with pytest.raises(LocatedPictureError):
        list(place.without(pieces))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(jpeg(tiff([0x0112, 0x010F])), id="exif without gps"),
        pytest.param(jpeg(tiff([0x0112])[:12]), id="directory cut off"),
        pytest.param(jpeg(b"II*\0\xff\xff\xff\xff"), id="directory far away"),
        pytest.param(tiff([0x8825]), id="no picture"),
        pytest.param(b"", id="empty"),
    ],
)
def test_other_bytes_pass_unchanged(data):
    assert b"".join(place.without([data])) == data
