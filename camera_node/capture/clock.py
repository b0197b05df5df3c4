"""What time a node believes it is, and by how much the server's clock differs.

A node has no authority over time: `seen` bounds a statement from below, its entry from above.
The offset is only told, so that a reader of a manifest knows how far to trust its minutes.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Protocol

HALF_SECOND_MS = 500  # an HTTP date is cut to whole seconds
NS = 1_000_000  # in a millisecond
SLOWER = 200  # one part in so many, while the machine's clock catches up


class Clock(Protocol):
    """Wall time in milliseconds UTC."""

    def now_ms(self) -> int:
        """Return milliseconds UTC since 1970."""


class SystemClock:
    """The clock of this machine, kept from running backwards, also over a restart.

    It follows the machine forwards at once. Where the machine's clock was set back it goes on
    counting, half a percent slower, until the machine has caught up: footage never overlaps,
    and recording does not wait. `clock` in a manifest says how far off that is.
    """

    def __init__(
        self,
        not_before_ms: int = 0,
        wall_ns: Callable[[], int] = time.time_ns,
        steady_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._wall_ns = wall_ns
        self._steady_ns = steady_ns
        self._lock = threading.Lock()
        self._steady = steady_ns()
        self._now = max(wall_ns(), not_before_ms * NS)

    def now_ms(self) -> int:
        """Return milliseconds UTC, never less than what was returned before."""
        with self._lock:
            steady = self._steady_ns()
            passed, self._steady = steady - self._steady, steady
            counted = self._now + passed - passed // SLOWER
            self._now = max(counted, self._wall_ns())
            return self._now // NS

    @property
    def ahead_ms(self) -> int:
        """How far this clock is ahead of the machine's, since that one was set back."""
        return self.now_ms() - self._wall_ns() // NS


@dataclass(frozen=True, slots=True)
class Offset:
    """How far another clock is ahead of ours, in milliseconds, and whose clock it is."""

    source: str
    ms: int


def offset_from_date(header: str, now_ms: int) -> Offset | None:
    """Compare our clock with the Date of an HTTP answer (RFC 9110 §6.6.1); to a second."""
    try:
        then = parsedate_to_datetime(header)
    except (ValueError, TypeError):  # not a date at all
        return None
    ahead = int(then.timestamp() * 1000) + HALF_SECOND_MS - now_ms
    return Offset("http-date", 0 if abs(ahead) <= 2 * HALF_SECOND_MS else ahead)
