"""Coded slices: what a camera sent, and what is kept of it."""

from collections.abc import Iterable, Sequence

from attest.footage import boxes
from camera_node.scenes import packets

SLICES = (packets.SLICE, packets.SLICE_IDR)


def of_segments(segments: Iterable[bytes]) -> list[bytes]:
    """Return the slices in segments: length-prefixed NAL units in each mdat."""
    found = []
    for data in segments:
        for box in boxes.boxes(data):
            at = box.body
            while box.kind == "mdat" and at < box.end:
                end = at + 4 + int.from_bytes(data[at : at + 4])
                found.append(data[at + 4 : end])
                at = end
    return of_nals(found)


def of_nals(nals: Iterable[bytes]) -> list[bytes]:
    """Return the slices among NAL units."""
    return [nal for nal in nals if packets.kind(nal) in SLICES]


def is_run_of(part: Sequence[bytes], whole: Sequence[bytes]) -> bool:
    """Tell whether the parts follow each other in the whole."""
    start = whole.index(part[0])
    return list(whole[start : start + len(part)]) == list(part)
