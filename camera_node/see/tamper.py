"""A picture that does not change at all is not of a living room: a frozen camera.

Sensors are noisy, and most cameras write the time into the picture, so two decoded pictures are
never equal to the pixel for seconds. A coder that flattens all noise in an empty, clockless
room could raise a false alarm: it is shown as a gap, and nobody is accused.
"""

from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

FROZEN_MS = 5_000


class Frozen:
    """Says since when one camera's picture stands still, once that is long enough."""

    def __init__(self) -> None:
        self._last = b""
        self._since_ms = 0

    def update(self, picture: NDArray[np.uint8], at_ms: int) -> int | None:
        """Take a picture; return since when (ms UTC) it is frozen, or None."""
        digest = sha256(picture.tobytes()).digest()
        if digest != self._last:
            self._last, self._since_ms = digest, at_ms
        return self._since_ms if at_ms - self._since_ms >= FROZEN_MS else None
