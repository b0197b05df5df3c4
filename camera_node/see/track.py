"""Who is who from picture to picture: boxes that overlap most are the same thing.

Greedy, without randomness and without pixels: the same detections give the same tracks. Who
comes out from behind somebody else, at his size and within his reach, keeps his number.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .heads import overlap
from .model import Detection

LEAST_OVERLAP = 0.25
LOST_MS = 2_500  # a track that was not seen for longer is over
SAME_SIZE = 0.12  # of the width: how far width and upper edge may differ after a gap
REACH_PER_S = 1.5  # widths that a person may walk in a second

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Track:
    """One thing followed through time, as it was last seen."""

    number: int
    box: Box
    seen_ms: int


class Tracker:
    """Follows detections of one class; numbers count from 1 and are never used again."""

    def __init__(self) -> None:
        self._tracks: list[Track] = []
        self._next = 1

    def update(self, at_ms: int, detections: Sequence[Detection]) -> list[Track]:
        """Take what is seen now; return the tracks seen now, in order of the detections."""
        self._tracks = [t for t in self._tracks if 0 <= at_ms - t.seen_ms <= LOST_MS]
        given: dict[int, int] = {}
        self._match(detections, given, lambda t, box: overlap(t.box, box), LEAST_OVERLAP)
        self._match(detections, given, lambda t, box: _return(t, box, at_ms), 0.0)
        seen = [
            Track(given[i] if i in given else self._new(), d.box, at_ms)
            for i, d in enumerate(detections)
        ]
        numbers = {t.number for t in seen}
        self._tracks = [t for t in self._tracks if t.number not in numbers] + seen
        return seen

    def _match(
        self,
        detections: Sequence[Detection],
        given: dict[int, int],
        likeness: Callable[[Track, Box], float],
        least: float,
    ) -> None:
        """Give tracks to detections that have none yet, the likest pair first."""
        pairs = [
            (-likeness(t, d.box), t.number, i)
            for t in self._tracks
            for i, d in enumerate(detections)
            if i not in given and t.number not in given.values()
        ]
        for less, number, i in sorted(pairs):
            if -less >= least and i not in given and number not in given.values():
                given[i] = number

    def _new(self) -> int:
        self._next += 1
        return self._next - 1


def _return(track: Track, box: Box, at_ms: int) -> float:
    """Return how likely a lost track came back as this box, 0 to 1; -1 when it cannot be."""
    wide = track.box[2] - track.box[0]
    other = abs((box[2] - box[0]) - wide) + abs(box[1] - track.box[1])
    way = abs(box[0] + box[2] - track.box[0] - track.box[2]) / 2
    reach = wide * (0.5 + REACH_PER_S * (at_ms - track.seen_ms) / 1000)
    return -1.0 if other > 2 * SAME_SIZE * wide or way > reach else 1 - way / reach
