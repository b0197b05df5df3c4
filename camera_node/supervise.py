"""A process for each camera, started again when it falls, ended together and in order.

One camera's crash, leak or hostile stream is not the others' business. Children run in a
session of their own, so that Ctrl-C reaches the supervisor alone, and end when it dies.
"""

import logging
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from attest.client import leash, signals

from .settings import Settings

log = logging.getLogger(__name__)
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
GRACE_S = 4.0
STEADY_S = 60.0  # a child that lived so long starts again without a pause


@dataclass(slots=True)
class _Child:
    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause_s: float = FIRST_PAUSE_S
    due: float = field(default_factory=time.monotonic)


class Supervisor:
    """Keeps one recording process alive for each camera of a box."""

    def __init__(self, settings: Settings, config: Path) -> None:
        base = [sys.executable, "-m", "camera_node", "record", "--config", str(config)]
        self._children = [_Child(c.name, [*base, "--camera", c.name]) for c in settings.cameras]
        self._stop = threading.Event()

    def run(self) -> None:
        """Supervise until SIGTERM or SIGINT, then end all children."""
        signals.end_by(self._stop.set)
        try:
            while not self._stop.is_set():
                for child in self._children:
                    self._look_after(child)
                self._stop.wait(0.5)
        finally:
            log.info("stopping")
            self._end()

    def _look_after(self, child: _Child) -> None:
        now = time.monotonic()
        if child.process is not None and (code := child.process.poll()) is not None:
            steady = now - child.started > STEADY_S
            child.pause_s = FIRST_PAUSE_S if steady else min(child.pause_s * 2, LONGEST_PAUSE_S)
            child.due, child.process = now + child.pause_s, None
            log.warning("camera process ended", extra={"camera": child.name, "code": code})
        if child.process is None and now >= child.due:
            leashed = leash.leashed(child.command, signal.SIGTERM)
            child.process = subprocess.Popen(
                leashed, stdin=subprocess.PIPE, start_new_session=True
            )
            child.started = now

    def _end(self) -> None:
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + GRACE_S
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
