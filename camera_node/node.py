"""One camera's process: record what it shows, look at it, close its minutes, send them.

Three threads, each with a journal connection of its own: the recorder never waits for the
network or for the detector. What the detector cannot keep up with is dropped and counted, never
the recording.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from attest.client.server import Server
from attest.payload import Json

from .capture import source
from .capture.clock import Clock
from .capture.record import Recorded, Recorder
from .errors import SourceError
from .keep import upload
from .keep.journal import Journal
from .keep.keeper import REFUSED_PAUSE_S, Keeper, Said, is_full
from .keep.sayings import Place
from .keep.upload import Identity, Uploader
from .settings import Camera, Settings

log = logging.getLogger(__name__)
MINUTE_MS = 60_000
AGAIN_S = 1.0
FULL_S = 5.0


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
        self._journal = outside.journal()
        self.recorder = Recorder(
            self._journal, outside.place, outside.me, outside.clock, watcher.show
        )

    def run(self) -> None:
        """Record in this thread; look, close and send in two others.

        Raises `OSError` or `sqlite3.Error` when the disk can no longer be trusted: the next
        start decides from what is there.
        """
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
            self._journal.close()

    def _record(self) -> None:
        journal = self._journal
        journal.hold()
        journal.mend()
        note_start(journal, self._out.clock.now_ms())
        reason: str | None = None
        while not self.stop.is_set():
            try:
                if reason:
                    _note_silence(journal, self._out.clock.now_ms(), reason)
                journal.require_room()
                self._session()
            except SourceError as e:
                reason = "offline"
                log.warning("no pictures", extra={"reason": str(e)})
                self.stop.wait(AGAIN_S)
            except (OSError, sqlite3.Error) as e:
                if not is_full(e):
                    raise
                reason = "disk"
                log.error("no room to record", extra={"reason": str(e)})
                self._make_room(journal)
                self.stop.wait(FULL_S)
        journal.note("ended", "cleanly")

    def _session(self) -> None:
        camera = source.open_source(self._out.camera.url)
        try:
            self.recorder.session(camera, lambda: not self.stop.is_set())
        finally:
            camera.close()

    def _make_room(self, journal: Journal) -> None:
        """Forget proven footage before its time, oldest first: the disk does not allow it."""
        try:
            gone = upload.sweep(journal, self._out.clock.now_ms())
        except (OSError, sqlite3.Error) as e:
            log.error("no room can be made", extra={"reason": str(e)})
        else:
            log.warning("proven footage is gone early", extra={"segments": gone})

    def _keep(self) -> None:
        journal = self._out.journal()
        out, settings = self._out, self._out.settings
        said = Said(out.me.node, out.camera.id, (self._watcher.model,), self._stats)
        with out.connect() as server:
            uploader = Uploader(journal, out.place, out.me, server, out.clock)
            keeper = Keeper(journal, uploader, said, out.clock, settings.minute_s * 1000)
            while not self.stop.wait(_patient(keeper, settings.keep_minutes * MINUTE_MS)):
                pass

    def _stats(self) -> dict[str, Json]:
        return {
            "fixes": self.recorder.fixes,
            "framesSeen": self._watcher.frames,
            "gopsNotSeen": self._watcher.dropped,
        }


def _patient(keeper: Keeper, keep_ms: int) -> float:
    """Take a step; what goes wrong is said, and tried again much later: recording goes on."""
    try:
        return keeper.step(keep_ms)
    except Exception:  # the outermost loop of this thread
        log.exception("minutes cannot be kept")
        return REFUSED_PAUSE_S


def note_start(journal: Journal, now_ms: int) -> None:
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


def _note_silence(journal: Journal, now_ms: int, reason: str) -> None:
    last = journal.last_segment()
    journal.silence_begins(last.stored.end_ms if last else now_ms, reason)
