"""Which files of a log are of no use: partial tiles that grew full, and what nobody signed.

Both lie near the tree's right edge, since one step reaches at most `REACH` tiles: so nothing
here ever looks at, or touches, the bulk of a log.
"""

from collections.abc import Iterator
from pathlib import Path

from attest.log.tile import HEIGHT, WIDTH, Tile
from ledger.errors import AheadError

from . import tiles
from .disk import Disk

REACH = 9  # full tiles that one step can make: a job of 1,000 behind one of 1,023


def drop_partials(disk: Disk, folder: Path, old: int, new: int) -> None:
    """Remove partial files whose full tile came between `old` and `new` entries."""
    for level, count in _counts(new):
        before = (old >> HEIGHT * (level or 0)) // WIDTH
        for index in range(before, count // WIDTH):
            _drop_widths(disk, folder, Tile(level, index), 0)


def drop_unsigned(disk: Disk, folder: Path, size: int) -> None:
    """Remove what a stopped step left beyond `size` entries, and partials that it forgot.

    Raises `AheadError` when there is more than one step can have left: then the files are
    the truth, and what says `size` was restored.
    """
    if (folder / Tile(None, size // WIDTH + REACH).path()).exists():
        raise AheadError(
            f"{folder} has at least {(size // WIDTH + REACH) * WIDTH} entries, but lock.db says"
            f" that {size} were signed; put back the newest lock.db, which was not in a backup"
        )
    for level, count in _counts(size):
        edge = count // WIDTH
        for index in range(max(0, edge - REACH), edge):
            _drop_widths(disk, folder, Tile(level, index), 0)
        for index in range(edge, edge + REACH):
            whole = Tile(level, index)
            if (folder / whole.path()).exists():
                disk.remove(whole.path())
            _drop_widths(disk, folder, whole, count % WIDTH if index == edge else 0)


def _counts(size: int) -> Iterator[tuple[int | None, int]]:
    """Yield each level that a tree near `size` can have files of, with its count of hashes."""
    yield None, size
    for level in range(tiles.levels_of(size + REACH * WIDTH)):
        yield level, size >> HEIGHT * level


def _drop_widths(disk: Disk, folder: Path, whole: Tile, keep: int) -> None:
    """Remove the partial files of a tile that are wider than `keep` hashes, or all at 0."""
    names = f"{whole.path()}.p"
    try:
        found = sorted(path.name for path in (folder / names).iterdir())
    except FileNotFoundError:
        return
    for name in found:
        if not (name.isdecimal() and int(name) <= keep):
            disk.remove(f"{names}/{name}")
    if keep == 0:
        disk.remove_folder(names)
