"""Runs a command that ends when its parent does, however the parent ends.

usage: python -I leash.py PARENT_PID SIGNAL COMMAND ARGUMENT…

On Linux the kernel sends the signal (PR_SET_PDEATHSIG, which outlives exec). Elsewhere this
process stays between the two and watches its standard input, a pipe that the parent holds.
Start it from a thread that lives as long as its process: the kernel takes it for the parent.
"""

import os
import platform
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
GRACE_S = 8.0  # for a command that is asked to end rather than killed
LOOK_S = 0.5


def leashed(command: Sequence[str], ending: int = signal.SIGKILL) -> list[str]:
    """Return what to start, with a pipe as its standard input, instead of `command`.

    The command's first word is the path of a program; `ending` is sent when this process dies.
    """
    return [sys.executable, "-I", __file__, str(os.getpid()), str(int(ending)), *command]


def follow_parent() -> None:
    """Have this process end by SIGTERM, or soon after, once its parent is gone.

    For processes that a library starts, where nobody can put a leash before the command.
    """
    import multiprocessing  # noqa: PLC0415  not what a leashed command waits for

    started_by = multiprocessing.parent_process()  # it may be gone by now
    parent = os.getppid() if started_by is None else started_by.pid
    threading.Thread(target=_follow, args=(parent,), name="leash", daemon=True).start()


def main(arguments: Sequence[str]) -> int:
    """Become the command, or stand guard beside it; return its exit status."""
    parent, ending, command = int(arguments[0]), int(arguments[1]), list(arguments[2:])
    if platform.system() == "Linux":
        _die_with(parent, ending)
        os.execv(command[0], command)  # noqa: S606 (our own binary, no shell)
    return _guard(command, ending)


def _die_with(parent: int, ending: int) -> None:
    import ctypes  # noqa: PLC0415 (Linux only)

    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, ending) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:  # it went before we asked
        sys.exit(1)


def _follow(parent: int | None) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os.kill(os.getpid(), signal.SIGKILL)


def _guard(command: list[str], ending: int) -> int:
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())

    def wait_for_the_end() -> None:
        sys.stdin.buffer.read()  # returns when the parent is gone
        child.send_signal(ending)
        try:
            child.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            child.kill()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
