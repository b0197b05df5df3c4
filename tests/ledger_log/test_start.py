"""Log, lock, rows and chain must tell one story, or nothing is signed."""

import os
import shutil
from pathlib import Path

import pytest

from attest.log import checkpoint
from attest.log.checkpoint import Checkpoint
from ledger.errors import (
    AheadError,
    BehindError,
    ForkError,
    SecondWriterError,
    StartError,
)
from ledger.log import lock
from ledger.log.disk import LocalDisk, write_all
from ledger.log.lock import Head
from ledger.store import db
from support.log_world import World, check_log, opened, party


@pytest.fixture
def world(tmp_path: Path):
    with opened(tmp_path / "var") as made:
        yield made


def grow(world: World, writer, upto: int) -> None:
    while writer.edge.size < upto:
        first = writer.edge.size
        world.post(*[party(world.root, n) for n in range(first, min(upto, first + 90))])
        writer.step()


def copy(world: World, to: Path, *names: str) -> None:
    """Copy parts of the state, as a backup would."""
    world.engine.dispose()
    to.mkdir(exist_ok=True)
    for path in sorted(world.folder.iterdir()):
        if path.name.startswith(names):
            whole = shutil.copytree if path.is_dir() else shutil.copy
            whole(path, to / path.name)


def restore(world: World, backup: Path) -> None:
    world.engine.dispose()
    for path in sorted(backup.iterdir()):
        target = world.folder / path.name
        shutil.rmtree(target) if target.is_dir() else target.unlink(missing_ok=True)
        for rest in ("-wal", "-shm"):
            (world.folder / f"{path.name}{rest}").unlink(missing_ok=True)
        path.rename(target)


ALL = ("log", "lock.db", "nguon.db")


def backed_up(world: World, tmp_path: Path, *names: str) -> Path:
    """A log of 100 entries is copied, then grows to 300."""
    writer = world.found()
    grow(world, writer, 100)
    writer.lock.close()
    copy(world, tmp_path / "backup", *names)
    writer = world.writer()
    grow(world, writer, 300)
    writer.lock.close()
    return tmp_path / "backup"


@pytest.mark.parametrize(
    ("names", "refusal"),
    [
        pytest.param(("log",), BehindError, id="log alone"),
        pytest.param(("log", "nguon.db"), BehindError, id="all but the lock"),
        pytest.param(("lock.db",), AheadError, id="lock alone"),
        pytest.param(("lock.db", "nguon.db"), AheadError, id="all but the log"),
        pytest.param(("log", "lock.db"), BehindError, id="all but the rows"),
    ],
)
def test_a_copy_of_a_part_is_refused_naming_both_sizes(world, tmp_path, names, refusal):
    restore(world, backed_up(world, tmp_path, *names))
    with pytest.raises(refusal) as caught:
        world.writer()
    assert "100" in str(caught.value)
    assert "300" in str(caught.value)
    assert "put back" in str(caught.value)


def remembers(anchored: int, root: bytes):
    """A chain that keeps one head, as `ledger.anchor.guard` compares it."""

    def compare(size: int, root_at) -> None:
        if anchored > size:
            raise BehindError(f"log has {size} entries, the chain keeps {anchored}")
        if root_at(anchored) != root:
            raise ForkError(f"another root at {anchored}")

    return compare


def test_a_copy_of_everything_older_than_the_last_anchor_is_refused(world, tmp_path):
    backup = backed_up(world, tmp_path, *ALL)
    anchored = (300, world.reader.root(300))
    restore(world, backup)
    world.post(party(world.root, "second-history"))
    before = world.reader.checkpoint()
    with pytest.raises(BehindError, match=r"100.*300"):
        world.writer(guard=remembers(*anchored))
    assert world.reader.checkpoint() == before


def test_older_rows_are_folded_again_from_the_log(world, tmp_path):
    restore(world, backed_up(world, tmp_path, "nguon.db"))
    writer = world.writer()
    job = world.post(party(world.root, 150))
    writer.step()
    assert world.codes(job) == [150]
    assert check_log(world) == 300


def test_an_anchor_of_another_root_is_refused(world):
    grow(world, world.found(), 10)
    with pytest.raises(ForkError):
        world.writer(guard=remembers(7, bytes(32)))
    world.writer(guard=remembers(7, world.reader.root(7)))


def test_a_lost_lock_is_refused(world):
    writer = world.found()
    writer.lock.close()
    for path in world.folder.glob("lock.db*"):
        path.unlink()
    with pytest.raises(AheadError):
        world.writer()


def test_another_tree_of_the_same_size_is_refused(world, tmp_path):
    grow(world, world.found(), 20)
    with opened(tmp_path / "other") as other:
        grow(other, other.found(), 19)
        other.post(party(other.root, "different"))
        other.writer().step()
        other.engine.dispose()
        shutil.rmtree(world.settings.log)
        shutil.copytree(other.settings.log, world.settings.log)
    with pytest.raises(ForkError):
        world.writer()


@pytest.mark.parametrize("path", ["tile/0/000.p/20", "tile/entries/000.p/20"])
def test_a_changed_byte_at_the_edge_is_refused(world, path):
    grow(world, world.found(), 20)
    file = world.settings.log / path
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(StartError):
        world.writer()


def test_what_a_stopped_step_left_is_swept_and_never_served(world):
    grow(world, world.found(), 250)
    disk = LocalDisk(world.settings.log)
    left = ["tile/0/000.p/252", "tile/0/000", "tile/entries/001.p/9", "tile/1/000.p/1"]
    write_all(disk, dict.fromkeys(left, b"never signed"))
    writer = world.writer()
    assert not [path for path in left if (world.settings.log / path).exists()]
    grow(world, writer, 600)
    assert check_log(world) == 600


def test_a_second_writer_is_refused_while_the_first_lives(tmp_path):
    refused = pytest.raises(SecondWriterError, match=str(os.getpid()))
    with lock.hold(tmp_path), refused, lock.hold(tmp_path):
        pass
    with lock.hold(tmp_path):
        pass


def test_two_writers_without_the_os_lock_cannot_sign_two_trees(world):
    first, second = world.found(), world.writer()
    world.post(party(world.root, 1))
    assert first.step() == 1
    world.post(party(world.root, 2))
    with pytest.raises(SecondWriterError):
        second.step()
    assert not second.unsure
    third = world.writer()
    assert third.step() == 1
    assert check_log(world) == 3


def test_a_head_is_swapped_only_for_a_larger_one(tmp_path, world):
    base = lock.Lock(tmp_path / "other.db", world.signer.name)
    heads = []
    for size in (1, 5, 5, 4):
        text = checkpoint.sign(Checkpoint(base.origin, size, bytes(32)), world.signer)
        heads.append(Head(base.origin, size, bytes(32), text, 0))
    base.advance(None, heads[0])
    base.advance(heads[0], heads[1])
    for old, new in ((heads[1], heads[2]), (heads[1], heads[3])):
        with pytest.raises(ValueError, match="does not follow"):
            base.advance(old, new)
    with pytest.raises(SecondWriterError):
        base.advance(None, heads[1])
    assert [h.size for h in lock.Signed(tmp_path / "other.db", base.origin).heads()] == [1, 5]


def test_a_head_is_said_again_without_growth(world):
    writer = world.found()
    said = writer.head.published_ms
    assert not writer.say_again(said + 299_000)
    assert writer.say_again(said + 300_000)
    again = lock.Signed(world.settings.lock, world.signer.name).head()
    assert (again.size, again.published_ms) == (1, said + 300_000)
    assert writer.say_again(said - 86_400_000)  # the clock jumped back a day
    assert not writer.say_again(said - 86_400_000 + 1)


def test_the_database_is_not_held_for_ever_by_another_process(world):
    world.found()
    with db.write(world.engine), db.read(world.engine) as tx:
        assert tx is not None
