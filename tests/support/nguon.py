"""The command `nguon` in processes of its own, on a data folder of its own."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = Path(sys.executable).with_name("nguon")
READY_S = 30.0
STOP_S = 20.0


class Nguon:
    """One installation: its folder and its settings."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("NGUON_")
        }
        self.environment |= {"NGUON_DATA": str(data), "NGUON_CHAIN": "none"}
        self.environment |= {f"NGUON_{name.upper()}": value for name, value in settings.items()}

    def run(
        self, *arguments: str | Path, seconds: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [PROGRAM, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def ok(self, *arguments: str | Path) -> Any:
        """Run a command that must succeed and prints JSON."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def init(self) -> dict[str, Any]:
        """Make the log."""
        made: dict[str, Any] = self.ok("init", "--name", "Office")
        return made

    @contextmanager
    def working(self) -> Iterator["Worker"]:
        """Have `nguon work` run beside the block; it is killed if the block leaves it."""
        child = subprocess.Popen(
            [PROGRAM, "work"],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        worker = Worker(child)
        try:
            worker.wait_until("ready")
            yield worker
        finally:
            child.kill()
            worker.end()


class Worker:
    """A running `nguon work` and what it said."""

    def __init__(self, child: "subprocess.Popen[str]") -> None:
        self.child = child
        self.lines: list[dict[str, Any]] = []
        self._said = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def wait_until(self, event: str, seconds: float = READY_S) -> dict[str, Any]:
        """Wait for a line with this event."""

        def found() -> dict[str, Any] | None:
            return next((line for line in self.lines if line["event"] == event), None)

        with self._said:
            self._said.wait_for(lambda: found() or not self._reader.is_alive(), seconds)
        line = found()
        assert line is not None, self.lines
        return line

    def stop(self) -> int:
        """Ask it to end and return its exit status."""
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(STOP_S)

    def end(self) -> None:
        """Wait for its last line."""
        self.child.wait()
        self._reader.join()
        if self.child.stdout:
            self.child.stdout.close()

    def _read(self) -> None:
        assert self.child.stdout
        for text in self.child.stdout:
            with self._said:
                try:
                    self.lines.append(json.loads(text))
                except ValueError:
                    self.lines.append({"event": text.strip()})
                self._said.notify_all()
