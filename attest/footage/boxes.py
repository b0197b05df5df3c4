"""Where the boxes of an MP4 stream begin and end, whatever a liar wrote into their sizes.

Only what the promise of a segment needs: top-level boxes (ISO/IEC 14496-12 §4.2), split
into GOPs, and the counts of frames and coded bytes that a `trun` states. Every size is checked
against the bytes that are there before it is used.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from attest.errors import MalformedError

HEADER = 8
LARGE_HEADER = 16
MAX_BOXES = 4096  # in one container; a GOP has two, a segment of six seconds a dozen
MAX_DEPTH = 8
_CONTAINERS = frozenset({"moof", "traf", "moov", "trak", "mdia", "minf", "stbl"})


@dataclass(frozen=True, slots=True)
class Box:
    """A box of four-letter `kind`: bytes `start` to `end`, its content from `body` on."""

    kind: str
    start: int
    body: int
    end: int


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Yield the boxes that fill data[start:end] without gap or overlap.

    Raises `MalformedError` for a size of zero ("to the end of the file"), one that is smaller
    than its header or larger than what is there, and for more boxes than anyone needs.
    """
    stop = len(data) if end is None else end
    at, count = start, 0
    while at < stop:
        box = _box(data, at, stop)
        count += 1
        if count > MAX_BOXES:
            raise MalformedError(f"more than {MAX_BOXES} boxes in one container")
        yield box
        at = box.end


def _box(data: bytes, at: int, stop: int) -> Box:
    if stop - at < HEADER:
        raise MalformedError(f"{stop - at} bytes at {at} are too few for a box")
    size, body = int.from_bytes(data[at : at + 4]), at + HEADER
    kind = data[at + 4 : at + 8].decode("latin-1")
    if size == 1:
        size, body = int.from_bytes(data[at + 8 : at + 16]), at + LARGE_HEADER
    if not body - at <= size <= stop - at:
        raise MalformedError(f"box {kind!r} at {at} claims {size} bytes of {stop - at}")
    return Box(kind, at, body, at + size)


def gops(segment: bytes) -> list[bytes]:
    """Split a segment into its GOPs, each moof ‖ mdat and nothing else."""
    found = list(boxes(segment))
    kinds = [box.kind for box in found]
    if not found or kinds != ["moof", "mdat"] * (len(found) // 2):
        raise MalformedError(f"a segment is pairs of moof and mdat, not {kinds[:8]}")
    pairs = zip(found[::2], found[1::2], strict=True)
    return [segment[moof.start : mdat.end] for moof, mdat in pairs]


def frames(gop: bytes) -> int:
    """Return how many frames the `trun` boxes of a GOP state."""
    return sum(
        int.from_bytes(gop[box.body + 4 : box.body + 8])
        for box in descend(gop, 0, len(gop))
        if box.kind == "trun" and box.end - box.body >= HEADER
    )


def descend(data: bytes, start: int, end: int, depth: int = 0) -> Iterator[Box]:
    """Yield all boxes in reading order, those inside containers after their container."""
    if depth > MAX_DEPTH:
        raise MalformedError(f"boxes are nested deeper than {MAX_DEPTH}")
    for box in boxes(data, start, end):
        yield box
        if box.kind in _CONTAINERS:
            yield from descend(data, box.body, box.end, depth + 1)


def init_segment(data: bytes) -> bytes:
    """Check that bytes are an init segment, `ftyp` then `moov` and nothing after it."""
    kinds = [box.kind for box in boxes(data)]
    if kinds != ["ftyp", "moov"]:
        raise MalformedError(f"an init segment is ftyp and moov, not {kinds[:8]}")
    return data
