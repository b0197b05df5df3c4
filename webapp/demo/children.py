"""Processes of the demo: each in a session of its own, started, watched and ended by us.

Only the supervisor hears Ctrl-C and ends them in order. A child that outlives its supervisor is
told to end by its leash; what a child leaves in its process group is ended with it.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from attest.client import leash

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_S = 60.0  # after living so long a child is started again without a pause
KILLED = 128  # a status from here on says a signal, as shells and the leash tell it
LAST_LINES = 12
TAIL = 8_000  # bytes


@dataclass(slots=True)
class Child:
    """One process: how it is started, where its words go, how long it needs to end.

    `grace_s`: so many seconds are kept for its end, whatever others take for theirs. `returns`:
    started again when it ends by itself; otherwise only when a signal killed it.
    """

    name: str
    command: Sequence[str]
    log: Path
    env: Mapping[str, str]
    grace_s: float
    returns: bool = True
    held: int | None = None  # a descriptor that it inherits
    _process: subprocess.Popen[bytes] | None = None
    _status: int | None = None
    _started: float = 0.0
    _pause_s: float = FIRST_PAUSE_S
    _due: float = field(default_factory=time.monotonic)

    @property
    def pid(self) -> int | None:
        """The running process, or what guards it."""
        return None if self._process is None else self._process.pid

    def poll(self) -> int | None:
        """Return how it ended; None while it runs."""
        process = self._process
        if process is not None and (status := process.poll()) is not None:
            self._process, self._status = None, status
            self._sweep(process)
            self._rest()
        return self._status if self._process is None else None

    @property
    def refused(self) -> bool:
        """Tell whether it ended by itself and must not be started again."""
        status = self.poll()
        return status is not None and not self.returns and 0 <= status < KILLED

    def start(self) -> None:
        """Start it; its words go to the end of its log."""
        with self.log.open("ab") as words:
            self._process = subprocess.Popen(
                leash.leashed(self.command, signal.SIGTERM),
                stdin=subprocess.PIPE,
                stdout=words,
                stderr=subprocess.STDOUT,
                env=dict(self.env),
                start_new_session=True,
                pass_fds=() if self.held is None else (self.held,),
            )
        self._status, self._started = None, time.monotonic()

    def revive(self) -> int | None:
        """Start it again if it ended and its pause is over; return how it ended, else None."""
        status = self.poll()
        if status is None or self.refused or time.monotonic() < self._due:
            return None
        self.start()
        return status

    def stop(self, within_s: float) -> None:
        """End it with all that is left of its process group; kill it when time is over."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(within_s)
        self._sweep(process)

    def last_words(self) -> str:
        """Return what people may read of the end of its log."""
        with contextlib.suppress(OSError), self.log.open("rb") as words:
            words.seek(max(0, self.log.stat().st_size - TAIL))
            lines = words.read().decode("utf-8", "replace").splitlines()
            plain = [line for line in lines if line and not line.startswith("{")]
            return "\n".join((plain or lines)[-LAST_LINES:])
        return ""

    def _rest(self) -> None:
        """Say when it may start again: later after each short life, soon after a long one."""
        now = time.monotonic()
        if now - self._started > STEADY_S:
            self._pause_s = FIRST_PAUSE_S
        self._due = now + self._pause_s
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)

    def _sweep(self, process: subprocess.Popen[bytes]) -> None:
        """Kill what is left in the child's own process group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdin is not None:
            process.stdin.close()


def stop_all(children: Sequence[Child], within_s: float) -> None:
    """End all, the newest first; time that one does not need is there for the next."""
    deadline = time.monotonic() + within_s
    for at, child in reversed(list(enumerate(children))):
        kept_s = sum(older.grace_s for older in children[:at])
        child.stop(max(child.grace_s, deadline - kept_s - time.monotonic()))
