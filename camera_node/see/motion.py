"""The motion gate: an empty, quiet room costs no inference."""

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

SIZE = (160, 90)
CHANGE = 14  # grey levels by which a pixel must differ
SHARE = 0.0025  # of all pixels that must have changed: more than a clock's digits
LOOK_MS = 1_000  # a quiet room is looked at this often all the same


class Gate:
    """Says of each picture of one camera whether it is worth a look."""

    def __init__(self) -> None:
        self._last: Picture | None = None
        self._looked_ms = -LOOK_MS

    def wants(self, picture: Picture, at_ms: int, busy: bool) -> bool:
        """Say yes on movement, while somebody is there (`busy`), and once a second."""
        small = cv2.resize(picture, SIZE, interpolation=cv2.INTER_AREA)
        grey: Picture = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
        last, self._last = self._last, grey
        due = not 0 <= at_ms - self._looked_ms < LOOK_MS
        if not (busy or due or last is None or _moved(last, grey)):
            return False
        self._looked_ms = at_ms
        return True


def _moved(last: Picture, grey: Picture) -> bool:
    changed = cv2.countNonZero(cv2.threshold(cv2.absdiff(last, grey), CHANGE, 1, 0)[1])
    return bool(changed > SHARE * grey.size)
