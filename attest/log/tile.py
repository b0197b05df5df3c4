"""The files of a log: tiles of 256 hashes and bundles of 256 entries, under one set of names.

Names, widths and which files a tree of some size has follow c2sp.org/tlog-tiles. Parsing is
strict: `parse_path(t.path()) == t`, and no other path parses to `t`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from attest.errors import MalformedError, TooLargeError

HASH = 32
HEIGHT = 8
WIDTH = 1 << HEIGHT
MAX_LEVEL = 63
MAX_ENTRY = 65_535
MAX_INDEX = 1 << 56
_PATH = re.compile(r"tile/([0-9]{1,2}|entries)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([0-9]{1,3}))?")


@dataclass(frozen=True, slots=True)
class Tile:
    """One file: `width` hashes of a level or, where level is None, `width` entries."""

    level: int | None
    index: int
    width: int = WIDTH

    def path(self) -> str:
        """Return the path below the log's prefix, without a leading slash."""
        level = "entries" if self.level is None else str(self.level)
        groups = f"{self.index % 1000:03}"
        rest = self.index // 1000
        while rest:
            groups = f"x{rest % 1000:03}/{groups}"
            rest //= 1000
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{groups}{partial}"


def parse_path(text: str) -> Tile:
    """Read a path, refusing every spelling but the canonical one with `MalformedError`."""
    match = _PATH.fullmatch(text)
    if match is None:
        raise MalformedError(f"path {text[:100]!r} names no tile")
    level, groups, width = match.groups()
    index = int(groups.replace("x", "").replace("/", ""))
    number = None if level == "entries" else int(level)
    tile = Tile(number, index, int(width or WIDTH))
    fits = width is None or 0 < tile.width < WIDTH
    if not fits or (number or 0) > MAX_LEVEL or index >= MAX_INDEX or tile.path() != text:
        raise MalformedError(f"path {text[:100]!r} is not in canonical form")
    return tile


def bundle(entries: Sequence[bytes]) -> bytes:
    """Return the file of these entries, each behind its length in two bytes."""
    parts = []
    for entry in entries:
        if len(entry) > MAX_ENTRY:
            raise TooLargeError(f"entry of {len(entry)} bytes is above {MAX_ENTRY}")
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)


def parse_bundle(data: bytes) -> list[bytes]:
    """Read the entries of a bundle: one to 256 of them and nothing else."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise MalformedError(f"bundle of {len(data)} bytes ends in entry {len(entries)}")
        entries.append(data[at + 2 : end])
        at = end
    if not 0 < len(entries) <= WIDTH:
        raise MalformedError(f"bundle has {len(entries)} entries")
    return entries


def tiles_between(old: int, new: int) -> list[Tile]:
    """Return the files that a log of `new` entries has and one of `old` has not.

    From zero they are all files of the tree, bundles first, then levels from the leaves up;
    in each the full ones come in order and the partial one last.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a log does not go from {old} to {new} entries")
    levels = max(1, (new.bit_length() + HEIGHT - 1) // HEIGHT)
    tiles = list(_row(None, old, new))
    for level in range(levels):
        tiles += _row(level, old >> HEIGHT * level, new >> HEIGHT * level)
    return tiles


def _row(level: int | None, old: int, new: int) -> Iterator[Tile]:
    """Yield the files of one level that hold hashes number `old` up to `new`."""
    if old == new:
        return
    for index in range(old // WIDTH, new // WIDTH):
        yield Tile(level, index)
    if new % WIDTH:
        yield Tile(level, new // WIDTH, new % WIDTH)
