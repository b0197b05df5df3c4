"""Files that are all there or not there at all, also after a power cut.

A stop between any two lines leaves the old file, or the new one, and perhaps a `.part`
that the next write replaces. After an fsync error nothing may be assumed about the disk
(the page cache may already have dropped the data), so `OSError` is left to the caller,
who must exit.
"""

import os
import stat
from pathlib import Path

PRIVATE = 0o600
PUBLIC = 0o644


def write_durably(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """Write data to path; once this returns it survives a power cut."""
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:  # an earlier crash may have left a .part
        os.fchmod(file.fileno(), mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a rename is only then certain."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Create a folder and those above it, each name durable in its parent."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def write_secret(path: Path, data: bytes) -> None:
    """Write a secret that did not exist, readable by its owner alone.

    Raises `FileExistsError` where there is one: a key is never overwritten.
    """
    if path.exists():
        raise FileExistsError(f"{path} exists; a key is never overwritten")
    write_durably(path, data, PRIVATE)


def read_secret(path: Path) -> bytes:
    """Read a secret, refusing a file that others on this machine could read.

    Raises `PermissionError` with the command that mends it.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise PermissionError(f"{path} is open to others (mode {mode:o}): chmod 600 '{path}'")
    return path.read_bytes()
