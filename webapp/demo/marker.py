"""The demo's claim on a folder: only what carries its marker is ever its own.

The marker is locked while a demo or one of its processes lives, so two never meet in a folder,
and `make demo-reset` deletes nothing that this file does not lie in.
"""

import fcntl
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attest.client import files

from .errors import FolderError

NAME = ".nguon-demo"
TEXT = "A demo of Nguon lives here (process {}). make demo-reset deletes this folder.\n"
PROCESS = re.compile(r"\(process (\d+)\)")
LONGEST = 200  # bytes of a marker that are read
LEFTOVERS_S = 10.0  # processes of a demo that was killed end within this
PAUSE_S = 0.1


@contextmanager
def claim(folder: Path) -> Iterator[int]:
    """Mark the folder as the demo's and hold it; raises `FolderError` where that cannot be.

    Yields the descriptor that holds it: a process that inherits it holds the folder, too.
    """
    try:
        if folder.exists() and not (folder / NAME).exists() and any(folder.iterdir()):
            raise FolderError(
                f"{folder} holds something that no demo has made; it was left alone: choose"
                " another folder, as in nguon demo --data demo-var"
            )
        files.make_folder(folder)
        held = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, files.PUBLIC)
    except OSError as e:
        raise FolderError(f"{folder} cannot be used: {e.strerror}") from e
    try:
        _hold(held, folder)
        _sign(held, folder)
        yield held
    finally:
        os.close(held)


def _hold(held: int, folder: Path) -> None:
    """Take the lock; what a killed demo left is given the time to end, a living one is not."""
    deadline = time.monotonic() + LEFTOVERS_S
    while not _locked(held):
        holder = _process(held)
        if _lives(holder) or time.monotonic() > deadline:
            raise FolderError(
                f"another demo (process {holder}) runs in {folder}: stop it, or choose another"
                " folder, as in nguon demo --data demo-var --port 8081"
            )
        time.sleep(PAUSE_S)


def _locked(held: int) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(held: int, folder: Path) -> None:
    """Say in the marker who holds the folder."""
    os.ftruncate(held, 0)
    os.pwrite(held, TEXT.format(os.getpid()).encode(), 0)
    os.fsync(held)
    files.sync_folder(folder)


def _process(held: int) -> int:
    found = PROCESS.search(os.pread(held, LONGEST, 0).decode("utf-8", "replace"))
    return int(found[1]) if found else 0


def _lives(process: int) -> bool:
    if process <= 0:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True
