"""The six things a writer does to a disk, behind one seam: tests lose what was not synced.

Order is the caller's: write and sync the files, rename them, sync their folders. After a sync
that failed nothing is known of what is on the disk, and the process must end.
"""

import os
from collections.abc import Mapping
from io import BufferedWriter
from pathlib import Path
from typing import Protocol

from attest.client import files


class Disk(Protocol):
    """Files below one root, named by relative paths."""

    def write(self, name: str, data: bytes) -> None:
        """Make the file anew with these bytes, which the disk may not have yet."""
        ...

    def sync(self, name: str) -> None:
        """Return once the file's bytes would survive a power cut."""
        ...

    def rename(self, old: str, new: str) -> None:
        """Give the file its name, replacing another at once or not at all."""
        ...

    def sync_folder(self, name: str) -> None:
        """Return once the names in this folder would survive a power cut."""
        ...

    def remove(self, name: str) -> None:
        """Take a file away; no error when it is gone already."""
        ...

    def remove_folder(self, name: str) -> None:
        """Take an empty folder away."""
        ...


class LocalDisk:
    """The real one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._open: dict[str, BufferedWriter] = {}  # written, not yet synced

    def write(self, name: str, data: bytes) -> None:
        """Make the file anew, and the folders above it."""
        path = self.root / name
        if not path.parent.is_dir():
            files.make_folder(path.parent)
        file = self._open[name] = path.open("wb")
        file.write(data)

    def sync(self, name: str) -> None:
        """Sync the file's bytes through the handle that wrote them, and close it."""
        with self._open.pop(name) as file:
            file.flush()
            os.fsync(file.fileno())

    def rename(self, old: str, new: str) -> None:
        """Rename within the root."""
        (self.root / old).rename(self.root / new)

    def sync_folder(self, name: str) -> None:
        """Sync the folder's names."""
        files.sync_folder(self.root / name)

    def remove(self, name: str) -> None:
        """Unlink."""
        (self.root / name).unlink(missing_ok=True)

    def remove_folder(self, name: str) -> None:
        """Rmdir."""
        (self.root / name).rmdir()


def write_all(disk: Disk, contents: Mapping[str, bytes]) -> None:
    """Write files durably, with one sync a folder; whole or absent whatever happens."""
    for name, data in contents.items():
        disk.write(f"{name}.part", data)
    for name in contents:
        disk.sync(f"{name}.part")
    for name in contents:
        disk.rename(f"{name}.part", name)
    for folder in sorted({os.path.dirname(name) for name in contents}):  # noqa: PTH120 (not paths)
        disk.sync_folder(folder)
