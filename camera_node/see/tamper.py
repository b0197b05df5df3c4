"""A picture that does not change at all is not of a living room: a frozen camera.

A coder sends a still picture a little differently each time, so equal means: nowhere more than
a few grey levels apart, at a quarter of the size. Most cameras write the time into the picture,
which is far above that. An empty, clockless room whose coder flattens all noise could raise a
false alarm: it is shown as a gap, and nobody is accused.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

FROZEN_MS = 5_000
SIZE = (160, 90)
LEVELS = 4  # of grey: a coder's own unrest stays within 3, a clock's digit is at 80


class Frozen:
    """Says since when one camera's picture stands still, once that is long enough."""

    def __init__(self) -> None:
        self._first: NDArray[np.uint8] | None = None
        self._since_ms = 0

    def update(self, picture: NDArray[np.uint8], at_ms: int) -> int | None:
        """Take a BGR picture; return since when (ms UTC) it is frozen, or None."""
        small = cv2.resize(picture, SIZE, interpolation=cv2.INTER_AREA)
        grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
        if self._first is None or int(cv2.absdiff(self._first, grey).max()) > LEVELS:
            self._first, self._since_ms = grey, at_ms
        return self._since_ms if at_ms - self._since_ms >= FROZEN_MS else None
