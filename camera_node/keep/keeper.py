"""What is due beside recording: close minutes, send them, forget what is proven and old.

Every step may be stopped anywhere and repeated. A step says how long to wait for the next one:
half a second while all is well, longer and longer while the server is away, and differently
long at each node, so that thousands of them do not come back in the same second.
"""

import errno
import logging
import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from attest.client.server import AwayError, ServerError
from attest.payload import Json
from camera_node.capture.clock import Clock, Offset
from camera_node.errors import ForgedProofError

from . import manifest, upload
from .journal import Journal
from .upload import Uploader

log = logging.getLogger(__name__)
LONGEST_SEGMENT_MS = 10_000  # in the making; a minute is closed so long after its end
PAUSE_S = 0.5
FIRST_AWAY_S = 2.0
LONGEST_AWAY_S = 60.0
REFUSED_PAUSE_S = 60.0
TROUBLE = "trouble"
FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class Said:
    """What a node says of itself in each manifest: its URI, models, and counts so far."""

    node: str
    camera: str
    models: tuple[bytes, ...]
    stats: Callable[[], dict[str, Json]]


class Keeper:
    """Closes, sends and sweeps for one camera; `minute_ms` is what a manifest covers."""

    def __init__(
        self, journal: Journal, uploader: Uploader, said: Said, clock: Clock, minute_ms: int
    ) -> None:
        self._journal = journal
        self._uploader = uploader
        self._said = said
        self._clock = clock
        self._minute_ms = minute_ms
        self._away_s = 0.0

    def step(self, keep_ms: int) -> float:
        """Do what is due; return the seconds until the next step.

        Proven footage older than `keep_ms` is forgotten. Raises `OSError` and `sqlite3.Error`.
        """
        now_ms = self._clock.now_ms()
        self._close(now_ms)
        upload.sweep(self._journal, now_ms - keep_ms)
        pause_s = self._send()
        self._note_trouble()
        return pause_s

    def _close(self, now_ms: int) -> None:
        begun_ms = int(self._journal.fact("begun") or now_ms)
        due = manifest.Due(begun_ms, now_ms, LONGEST_SEGMENT_MS, self._minute_ms)
        while minute := manifest.next_minute(self._journal, due):
            manifest.close(self._journal, minute, self._report())

    def _send(self) -> float:
        try:
            self._uploader.step()
        except AwayError as e:
            longer = max(FIRST_AWAY_S, min(self._away_s * 2, LONGEST_AWAY_S))
            self._away_s = longer
            pause_s = longer * random.uniform(0.5, 1.0)  # noqa: S311  (no secret)
            log.warning("server is away", extra={"reason": str(e), "again_s": round(pause_s)})
            return pause_s
        except (ServerError, ForgedProofError, OSError):
            return REFUSED_PAUSE_S  # said already, by the uploader
        self._away_s = 0.0
        return PAUSE_S

    def _note_trouble(self) -> None:
        text = "\n".join(self._uploader.trouble)
        if text != (self._journal.fact(TROUBLE) or ""):
            self._journal.note(TROUBLE, text)

    def _report(self) -> manifest.Report:
        offset = self._uploader.offset or Offset("none", 0)
        said = self._said
        return manifest.Report(said.camera, said.node, offset, said.models, said.stats())


def is_full(error: Exception) -> bool:
    """Tell whether an error says that the disk has no room, which may pass."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return isinstance(error, OSError) and error.errno in FULL
