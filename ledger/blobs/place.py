"""Whether a picture says where it was taken: the GPS part of EXIF, or GPS members of XMP.

Public pictures that do are refused (formats §2, People): they name somebody's home. EXIF is a
TIFF structure (CIPA DC-008 §4.6) wherever JPEG, PNG or WebP carry it; only its first directory
is read, and every offset is checked against the bytes that are there.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

from attest.errors import RuleError

SEARCHED = 1 << 18  # bytes from the start in which cameras and phones write it
GPS_DIRECTORY = 0x8825
XMP_GPS = b"GPSLatitude"
PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF")
Order = Literal["little", "big"]
_ORDERS: tuple[tuple[bytes, Order], ...] = ((b"II*\0", "little"), (b"MM\0*", "big"))
_ENTRY = 12


class LocatedPictureError(RuleError):
    """A public picture that says where it was taken."""

    code = "picture-location"


def without(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Pass a blob's bytes on; raise `LocatedPictureError` at its end if it names a place."""
    head = bytearray()
    for chunk in chunks:
        head += chunk[: SEARCHED - len(head)]
        yield chunk
    if is_located(bytes(head)):
        raise LocatedPictureError("the picture's EXIF says where it was taken: remove that")


def is_located(head: bytes) -> bool:
    """Say whether the start of a file is that of a picture which names a place."""
    if not head.startswith(PICTURES):
        return False
    return XMP_GPS in head or any(
        _has_directory(head[at:], order) for mark, order in _ORDERS for at in _all(head, mark)
    )


def _has_directory(tiff: bytes, order: Order) -> bool:
    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], order)

    first = number(4, 4)
    entries = range(first + 2, first + 2 + number(first, 2) * _ENTRY, _ENTRY)
    return any(number(at, 2) == GPS_DIRECTORY for at in entries if at + _ENTRY <= len(tiff))


def _all(data: bytes, mark: bytes) -> Iterator[int]:
    at = data.find(mark)
    while at >= 0:
        yield at
        at = data.find(mark, at + 1)
