"""One camera's process: record what it shows, look at it, close its minutes, send them.

Three threads, each with a journal connection of its own: the recorder never waits for the
network or for the detector. What the detector cannot keep up with is dropped and counted, never
the recording.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from attest.client.server import AwayError, Server, ServerError
from attest.payload import Json

from .capture import source
from .capture.clock import Clock, Offset
from .capture.record import Recorded, Recorder
from .errors import ForgedProofError, SourceError
from .keep import manifest, upload
from .keep.journal import Journal
from .keep.sayings import Place
from .keep.upload import Identity, Uploader
from .settings import Camera, Settings

log = logging.getLogger(__name__)
LONGEST_SEGMENT_MS = 10_000
MINUTE_MS = 60_000
PAUSE_S = 0.5
AWAY_PAUSE_S = 3.0
ALARM_PAUSE_S = 60.0


@dataclass(frozen=True, slots=True)
class Outside:
    """All that a camera's process has from outside."""

    settings: Settings
    camera: Camera
    me: Identity
    clock: Clock
    connect: Callable[[], Server]

    @property
    def place(self) -> Place:
        """Where the camera stands."""
        return Place(self.camera.id, self.camera.zone)

    def journal(self) -> Journal:
        """Open the camera's journal; one connection a thread."""
        return Journal(self.settings.data / f"camera-{self.camera.name}")


class Eyes(Protocol):
    """Whoever looks at the pictures; `camera_node.watch` is one."""

    model: bytes
    frames: int
    dropped: int

    def show(self, recorded: Recorded) -> None:
        """Take a GOP, at once."""

    def run(self, stop: threading.Event) -> None:
        """Look until told to stop."""


class Node:
    """Runs until `stop` is set."""

    def __init__(self, outside: Outside, watcher: Eyes) -> None:
        self._out = outside
        self._watcher = watcher
        self.stop = threading.Event()
        self.recorder = Recorder(
            outside.journal(), outside.place, outside.me, outside.clock, watcher.show
        )

    def run(self) -> None:
        """Record in this thread; look, close and send in two others."""
        workers = [
            threading.Thread(target=self._watcher.run, args=(self.stop,), name="watch"),
            threading.Thread(target=self._keep, name="keep"),
        ]
        for worker in workers:
            worker.start()
        try:
            self._record()
        finally:
            self.stop.set()
            for worker in workers:
                worker.join()

    def _record(self) -> None:
        journal = self._out.journal()
        _note_start(journal, self._out.clock.now_ms())
        while not self.stop.is_set():
            try:
                camera = source.open_source(self._out.camera.url)
                try:
                    self.recorder.session(camera, lambda: not self.stop.is_set())
                finally:
                    camera.close()
            except SourceError as e:
                log.warning("no pictures", extra={"reason": str(e)})
                _note_silence(journal, self._out.clock.now_ms())
                self.stop.wait(1.0)
        journal.note("ended", "cleanly")

    def _keep(self) -> None:
        journal = self._out.journal()
        with self._out.connect() as server:
            uploader = Uploader(journal, self._out.place, self._out.me, server, self._out.clock)
            while not self.stop.wait(self._keep_once(journal, uploader)):
                pass

    def _keep_once(self, journal: Journal, uploader: Uploader) -> float:
        """Close what can be closed, send what is due; return the seconds until the next try."""
        now_ms = self._out.clock.now_ms()
        begun = journal.fact("begun")
        while minute := manifest.next_minute(
            journal, int(begun or now_ms), now_ms, LONGEST_SEGMENT_MS
        ):
            manifest.close(journal, minute, self._report(uploader))
        try:
            uploader.step()
        except AwayError as e:
            log.warning("server is away", extra={"reason": str(e)})
            return AWAY_PAUSE_S
        except (ServerError, ForgedProofError) as e:
            log.error("the server's answer is wrong: nothing is forgotten", exc_info=e)
            return ALARM_PAUSE_S
        upload.sweep(journal, now_ms - self._out.settings.keep_minutes * MINUTE_MS)
        return PAUSE_S

    def _report(self, uploader: Uploader) -> manifest.Report:
        stats: dict[str, Json] = {
            "fixes": self.recorder.fixes,
            "framesSeen": self._watcher.frames,
            "gopsNotSeen": self._watcher.dropped,
        }
        offset = uploader.offset or Offset("none", 0)
        place, me = self._out.place, self._out.me
        models = (self._watcher.model,)
        return manifest.Report(place.camera, me.node, offset, models, stats)


def _note_start(journal: Journal, now_ms: int) -> None:
    """Say why there are no pictures since the last one: ended by us, or by a power cut."""
    if journal.fact("begun") is None:
        journal.note("begun", str(now_ms))
        return
    journal.silence_ends(now_ms, "frozen")
    clean = journal.fact("ended") == "cleanly"
    last = journal.last_segment()
    if last is not None:
        journal.silence_begins(last.stored.end_ms, "restart" if clean else "power")
        journal.silence_ends(now_ms, "restart" if clean else "power")
    journal.note("ended", "not yet")


def _note_silence(journal: Journal, now_ms: int) -> None:
    last = journal.last_segment()
    journal.silence_begins(last.stored.end_ms if last else now_ms, "offline")
