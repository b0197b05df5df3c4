"""An installation in processes that a test kills and starts again."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from support.nguon import PROGRAM, Nguon
from support.process_world import free_port, wait_for

READY_S = 60.0
WORKERS = 2
STOP_S = 20.0
COMMANDS = ("work", "serve")
VICTIMS = (*COMMANDS, "anvil", "worker")


@dataclass
class Lives:
    """`nguon work` and `nguon serve`, each in a session of its own."""

    nguon: Nguon
    url: str
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    said_before: dict[str, int] = field(default_factory=dict)  # bytes, in earlier lives

    def start(self) -> None:
        """Start what does not run; it need not be ready when this returns."""
        for name in COMMANDS:
            child = self.running.get(name)
            if child is None or child.poll() is not None:
                with self.log(name).open("ab") as words:
                    self.said_before[name] = words.tell()
                    self.running[name] = subprocess.Popen(
                        [PROGRAM, name],
                        env=self.nguon.environment,
                        stdin=subprocess.DEVNULL,
                        stdout=words,
                        stderr=words,
                        start_new_session=True,
                    )

    def until_well(self) -> None:
        """Start until both stay: workers of a killed server may hold the port for a moment."""

        def well() -> bool:
            self.start()
            if len(self.pids("worker")) < WORKERS or not self.work_is_ready():
                return False
            return httpx.get(f"{self.url}/healthz", timeout=5).is_success

        wait_for(well, READY_S)

    def work_is_ready(self) -> bool:
        """Tell whether this life of the writer may write."""
        words = self.log("work").read_bytes()[self.said_before["work"] :]
        return self.running["work"].poll() is None and b'"event": "ready"' in words

    def kill(self, victim: str) -> bool:
        """Kill one process without warning; false when there is none."""
        pids = self.pids(victim)
        for pid in pids[:1]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if victim in COMMANDS and victim in self.running:
            self.running[victim].wait()
        return bool(pids)

    def pids(self, victim: str) -> list[int]:
        """Return the processes of that name, oldest first."""
        parent = self.running.get({"anvil": "work", "worker": "serve"}.get(victim, victim))
        if parent is None or parent.poll() is not None:
            return []
        return [parent.pid] if victim in COMMANDS else _children(parent.pid)

    def stop(self, *names: str) -> list[int]:
        """Ask to end, all that runs or those named, and return the exit statuses."""
        ended = [self.running.pop(name) for name in names or tuple(self.running)]
        for child in ended:
            child.terminate()
        return [child.wait(STOP_S) for child in ended]

    def end(self) -> None:
        """Kill what is left, with what it started."""
        for child in self.running.values():
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def log(self, name: str) -> Path:
        """Where a command says what it says, in all its lives."""
        return self.nguon.data.parent / f"{name}.log"


def installation(folder: Path, origin: Sequence[str], **settings: str) -> Lives:
    """Found a log with these arguments of `nguon init`, for two web workers on a free port."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    told = {"public_url": url, "port": str(port), "workers": str(WORKERS), **settings}
    lives = Lives(Nguon(folder / "var", **told), url)
    lives.nguon.ok("init", "--name", "Office", *origin)
    return lives


@contextmanager
def living(lives: Lives) -> Iterator[Lives]:
    """Have it run beside the block, and leave nothing of it."""
    try:
        lives.until_well()
        yield lives
    finally:
        lives.end()


def anchored(lives: Lives, seconds: float = 60) -> dict[str, Any]:
    """Wait until a final anchor has the whole log; return `nguon anchor status`."""

    def status() -> dict[str, Any] | None:
        found: dict[str, Any] = lives.nguon.ok("anchor", "status")
        newest = found["newest"]
        return found if newest and newest["final"] and newest["size"] == found["size"] else None

    done: dict[str, Any] = wait_for(status, seconds, 0.5)
    return done


def _children(pid: int) -> list[int]:
    pgrep = shutil.which("pgrep")
    assert pgrep
    found = subprocess.run([pgrep, "-P", str(pid)], capture_output=True, text=True, check=False)
    return sorted(int(child) for child in found.stdout.split())
