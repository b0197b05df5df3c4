"""From the net's maps to boxes: a cell that is sure of a class, and its four distances.

The picture is 320x192 for the net; a cell of the maps stands for 4x4 of its pixels. Each group
of classes has distances of its own, for a face lies in the middle of a head.
"""

import numpy as np
from numpy.typing import NDArray

Maps = NDArray[np.float32]
Box = tuple[float, float, float, float]

STRIDE = 4
WIDE, HIGH = 320, 192  # the net's picture
GROUPS = {
    "person": 0,
    "hat": 1,
    "barehead": 1,
    "mask": 2,
    "bareface": 2,
    "glove": 3,
    "barehand": 3,
    "rodent": 4,
    "litter": 4,
}
RIVALS = 0.45  # two boxes of a class that overlap more than this are one thing
MOST = 300  # cells looked at, the surest first


def decode(
    sure: Maps, reach: Maps, classes: tuple[str, ...], least: float
) -> list[tuple[str, float, Box]]:
    """Return class, score and box in the net's pixels of all peaks at or above `least`.

    `sure` is [classes, rows, columns] in 0..1; `reach` is [4 x groups, rows, columns], the
    logarithms of the distances (left, top, right, bottom) from the cell's middle, in cells.
    """
    found: list[tuple[str, float, Box]] = []
    cls, row, col = np.nonzero(sure >= least)
    score = sure[cls, row, col]
    for i in np.argsort(-score, kind="stable")[:MOST]:
        name = classes[int(cls[i])]
        box = _box(reach, GROUPS[name], int(row[i]), int(col[i]))
        if not any(n == name and overlap(box, b) > RIVALS for n, _, b in found):
            found.append((name, float(score[i]), box))
    return found


def overlap(a: Box, b: Box) -> float:
    """Return intersection over union of two boxes."""
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    if wide <= 0 or high <= 0:
        return 0.0
    both = wide * high
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def _box(reach: Maps, group: int, row: int, col: int) -> Box:
    left, top, right, bottom = np.exp(
        np.clip(reach[4 * group : 4 * group + 4, row, col], -4, 5)
    )
    x, y = col + 0.5, row + 0.5
    return (
        float((x - left) * STRIDE),
        float((y - top) * STRIDE),
        float((x + right) * STRIDE),
        float((y + bottom) * STRIDE),
    )
