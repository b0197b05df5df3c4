"""What time a node believes it is, and by how much the server's clock differs.

A node has no authority over time: `seen` bounds a statement from below, its entry from above.
The offset is only told, so that a reader of a manifest knows how far to trust its minutes.
"""

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Protocol

HALF_SECOND_MS = 500  # an HTTP date is cut to whole seconds


class Clock(Protocol):
    """Wall time in milliseconds UTC."""

    def now_ms(self) -> int:
        """Return milliseconds UTC since 1970."""


class SystemClock:
    """The clock of this machine, kept from running backwards within one process."""

    def __init__(self) -> None:
        self._last_ms = 0

    def now_ms(self) -> int:
        """Return milliseconds UTC, never less than what was returned before."""
        self._last_ms = max(self._last_ms, time.time_ns() // 1_000_000)
        return self._last_ms


@dataclass(frozen=True, slots=True)
class Offset:
    """How far another clock is ahead of ours, in milliseconds, and whose clock it is."""

    source: str
    ms: int


def offset_from_date(header: str, now_ms: int) -> Offset | None:
    """Compare our clock with the Date of an HTTP answer (RFC 9110 §6.6.1); to a second."""
    try:
        then = parsedate_to_datetime(header)
    except ValueError:
        return None
    ahead = int(then.timestamp() * 1000) + HALF_SECOND_MS - now_ms
    return Offset("http-date", 0 if abs(ahead) <= 2 * HALF_SECOND_MS else ahead)
