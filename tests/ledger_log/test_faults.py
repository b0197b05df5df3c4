"""Each operation on the disk fails once: the writer ends, the next one loses nothing."""

import errno
from pathlib import Path

import pytest

from ledger.log.disk import LocalDisk
from support.log_world import check_log, opened, party

OPERATIONS = ("write", "sync", "rename", "sync_folder")


class Failing(LocalDisk):
    """A disk whose n-th operation of a kind fails, perhaps after half of it was done."""

    def __init__(self, root: Path, operation: str, at: int, error: int) -> None:
        super().__init__(root)
        self.operation, self.at, self.error = operation, at, error
        self.failed = False

    def _count(self, operation: str) -> None:
        if operation == self.operation:
            self.at -= 1
            if self.at < 0:
                self.failed = True
                raise OSError(self.error, "the disk says no")

    def leave(self) -> None:
        """Close what a process that ends would close."""
        for file in self._open.values():
            file.close()

    def write(self, name: str, data: bytes) -> None:
        if self.operation == "write" and self.at == 0:
            super().write(name, data[: len(data) // 2])
        self._count("write")
        super().write(name, data)

    def sync(self, name: str) -> None:
        super().sync(name)
        self._count("sync")

    def rename(self, old: str, new: str) -> None:
        self._count("rename")
        super().rename(old, new)

    def sync_folder(self, name: str) -> None:
        self._count("sync_folder")
        super().sync_folder(name)


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC, errno.EROFS, errno.EMFILE])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_disk_that_fails_once_loses_no_acknowledged_entry(tmp_path, operation, error):
    with opened(tmp_path / "var") as world:
        world.found().lock.close()
        batch, jobs, at = 0, [], 0
        while True:
            disk = Failing(world.settings.log, operation, at, error)
            size = world.reader.size()
            said = [party(world.root, f"{batch}-{n}") for n in range(7)]
            jobs.append(world.post(*said))
            batch += 1
            try:
                writer = world.writer(disk)
                writer.step()
            except OSError:
                assert disk.failed
                assert world.reader.size() >= size
            else:
                break
            finally:
                at += 1
                disk.leave()
        assert at > 1
        writer.lock.close()
        writer = world.writer()
        while writer.step():
            pass
        assert check_log(world) == 1 + 7 * batch
        places = [index for job in jobs for index in world.codes(job)]
        assert sorted(places) == list(range(1, 1 + 7 * batch))
