"""A writer that dies anywhere loses nothing that was acknowledged and signs no second tree."""

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from attest.log import checkpoint
from attest.statement import Statement
from ledger.log import lock
from ledger.log.disk import LocalDisk
from support.log_world import ORIGIN, World, check_log, opened, party

KILLS = int(os.environ.get("NGUON_KILLS", "200"))
MAX_LIFE_S = 0.06


def in_child(act: Callable[[], None], life_s: float) -> None:
    """Run in a forked child and kill it without warning."""
    child = os.fork()
    if child == 0:
        try:
            act()
        finally:
            os._exit(0)
    time.sleep(life_s)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


@pytest.mark.integration
def test_a_writer_killed_at_random_points_loses_and_forks_nothing(tmp_path: Path):
    chance = random.Random(os.environ.get("NGUON_SEED", "nguon"))  # noqa: S311
    with opened(tmp_path / "var") as world:
        world.found().lock.close()
        jobs: list[tuple[str, int]] = []
        made = 1
        seen: dict[int, str] = {1: world.reader.checkpoint()}
        for _ in range(KILLS):
            count = chance.randint(1, 120)
            for first in range(made, made + count, 40):
                said = [
                    party(world.root, n) for n in range(first, min(first + 40, made + count))
                ]
                jobs.append((world.post(*said), len(said)))
            made += count
            world.engine.dispose()  # a child must not inherit our connections

            def life() -> None:
                with opened(world.folder) as again:
                    writer = again.writer()
                    while writer.step(limit=60):
                        pass

            in_child(life, chance.uniform(0.005, MAX_LIFE_S))
            note = world.reader.checkpoint()
            seen[checkpoint.open_note(note, world.signer.verifier).size] = note
        writer = world.writer()
        while writer.step():
            pass
        assert check_log(world) == made
        for job, count in jobs:
            assert all(isinstance(cell, int) for cell in world.codes(job)), job
            assert len(world.codes(job)) == count
        for size, note in seen.items():  # every two agree, since each agrees with these tiles
            assert checkpoint.open_note(note, world.signer.verifier).root == world.reader.root(
                size
            )
        assert len(list(lock.Signed(world.settings.lock, ORIGIN).heads())) > len(seen)


class Recorded(LocalDisk):
    """A disk that remembers what was done to it, and which lock head there was then."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.done: list[tuple[str, ...]] = []
        self.bytes: dict[int, bytes] = {}

    def write(self, name: str, data: bytes) -> None:
        super().write(name, data)
        self.bytes[len(self.done)] = data
        self.done.append(("write", name))

    def sync(self, name: str) -> None:
        super().sync(name)
        self.done.append(("sync", name))

    def rename(self, old: str, new: str) -> None:
        super().rename(old, new)
        self.done.append(("rename", old, new))

    def sync_folder(self, name: str) -> None:
        super().sync_folder(name)
        self.done.append(("sync_folder", name))

    def remove(self, name: str) -> None:
        super().remove(name)
        self.done.append(("remove", name))

    def remove_folder(self, name: str) -> None:
        super().remove_folder(name)
        self.done.append(("remove_folder", name))


class Lossy:
    """What a disk surely holds after some operations: nothing that was not synced.

    Names count once their folder was synced, bytes once their file was. A removal that was not
    synced may or may not have happened; here it has not.
    """

    def __init__(self) -> None:
        self.cache: dict[str, bytes] = {}
        self.synced: dict[str, bytes] = {}  # bytes that are safe, by present name
        self.kept: dict[str, bytes] = {}  # names that are safe

    def do(self, operation: tuple[str, ...], data: bytes) -> None:
        match operation:
            case ("write", name):
                self.cache[name] = data
                self.synced[name] = b""
            case ("sync", name):
                self.synced[name] = self.cache[name]
            case ("rename", old, new):
                self.cache[new] = self.cache.pop(old)
                self.synced[new] = self.synced.pop(old)
            case ("sync_folder", folder):
                inside = lambda name: os.path.dirname(name) == folder  # noqa: E731, PTH120
                gone = [n for n in self.kept if inside(n) and n not in self.cache]
                for name in gone:
                    del self.kept[name]
                self.kept |= {n: b for n, b in self.synced.items() if inside(n)}
            case ("remove", name):
                self.cache.pop(name, None)
                self.synced.pop(name, None)

    def write_to(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, data in self.kept.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)


def snapshot(world: World, to: Path) -> None:
    to.mkdir(parents=True)
    for name in ("lock.db", "nguon.db"):
        for rest in ("", "-wal"):
            if (world.folder / (name + rest)).exists():
                shutil.copy(world.folder / (name + rest), to / (name + rest))


@pytest.mark.integration
def test_every_prefix_of_the_file_operations_without_what_was_not_synced_recovers(tmp_path):
    """SIGKILL keeps the page cache; a power cut does not. Databases are as at that moment."""

    class Snapshots(Recorded):
        def _note(self) -> None:
            snapshot(world, tmp_path / "states" / str(len(self.done)))

        def write(self, name: str, data: bytes) -> None:
            if name.endswith(".part"):
                self._note()
            super().write(name, data)

    with opened(tmp_path / "var") as world:
        disk = Snapshots(world.settings.log)
        writer = world.found(disk)
        batches = [
            [party(world.root, f"{count}-{n}") for n in range(count)] for count in (3, 250, 9)
        ]
        for batch in batches:
            world.post(*batch)
            writer.step()
        writer.lock.close()
        snapshot(world, tmp_path / "states" / str(len(disk.done)))
        states = sorted(int(p.name) for p in (tmp_path / "states").iterdir())
        sizes = set()
        for upto in range(len(disk.done) + 1):
            lossy = Lossy()
            for n, operation in enumerate(disk.done[:upto]):
                lossy.do(operation, disk.bytes.get(n, b""))
            state = max(s for s in states if s <= upto) if upto else 0
            sizes.add(recover(tmp_path, lossy, tmp_path / "states" / str(state), batches))
        assert sizes == {263}


def recover(tmp_path: Path, lossy: Lossy, state: Path, batches: list[list[Statement]]) -> int:
    """Start on what a power cut left, hand in again what was never acknowledged, go on."""
    folder = tmp_path / "cut"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(state, folder)
    lossy.write_to(folder / "log")
    with opened(folder) as world:
        writer = world.writer()
        while writer.step():
            pass
        if not writer.edge.size:
            writer = world.found()
        for batch in batches:
            world.post(*batch)
        while writer.step():
            pass
        size = check_log(world)
        writer.lock.close()
        return size
