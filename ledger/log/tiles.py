"""How a log grows on disk: from the tree's right edge and new entries to the files to write.

Names and widths are those of c2sp.org/tlog-tiles. Nothing here touches a disk: `grow` returns
the new edge and the files, and the writer decides when they count.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from attest.log import merkle, tile
from attest.log.tile import HASH, HEIGHT, WIDTH, Tile
from ledger.errors import CorruptError


@dataclass(frozen=True, slots=True)
class Edge:
    """What an append needs of a tree: its unfinished bundle and its unfinished tiles.

    `levels[n]` holds the hashes of tile level n that fill no tile yet, up to the highest level
    that has a tile.
    """

    size: int = 0
    entries: tuple[bytes, ...] = ()
    levels: tuple[tuple[bytes, ...], ...] = ()

    def root(self) -> bytes:
        """Return the root of the tree (RFC 6962): each level's rest hangs under the next."""
        rest: list[bytes] = []
        for row in self.levels:
            rest = _tree([*row, *rest])
        return rest[0] if rest else merkle.EMPTY_ROOT


def grow(edge: Edge, entries: Sequence[bytes]) -> tuple[Edge, dict[str, bytes]]:
    """Return the edge after these entries, and the new files by path, bundles first."""
    contents: dict[str, bytes] = {}
    rest = list(edge.entries)
    start = edge.size // WIDTH
    rest += entries
    whole = len(rest) // WIDTH
    for n in range(whole):
        part = rest[n * WIDTH : (n + 1) * WIDTH]
        contents[Tile(None, start + n).path()] = tile.bundle(part)
    rest = rest[whole * WIDTH :]
    if rest and entries:
        contents[Tile(None, start + whole, len(rest)).path()] = tile.bundle(rest)
    levels = []
    new = [merkle.leaf_hash(entry) for entry in entries]
    level = 0
    while new or level < len(edge.levels):
        row = edge.levels[level] if level < len(edge.levels) else ()
        at = (edge.size >> HEIGHT * level) // WIDTH
        kept, new = _grow_row(level, at, row, new, contents)
        levels.append(kept)
        level += 1
    return Edge(edge.size + len(entries), tuple(rest), tuple(levels)), contents


def load(size: int, read: Callable[[Tile], bytes]) -> Edge:
    """Read the edge of a tree of `size` entries, checking that its parts fit each other."""
    rest = size % WIDTH
    entries: list[bytes] = []
    if rest:
        entries = tile.parse_bundle(read(Tile(None, size // WIDTH, rest)))
    levels = []
    for level in range(levels_of(size)):
        count = size >> HEIGHT * level
        width = count % WIDTH
        data = read(Tile(level, count // WIDTH, width)) if width else b""
        if len(data) != width * HASH:
            raise CorruptError(f"tile of level {level} at size {size} has {len(data)} bytes")
        levels.append(tuple(split(data)))
    edge = Edge(size, tuple(entries), tuple(levels))
    if rest and [merkle.leaf_hash(entry) for entry in entries] != list(levels[0]):
        raise CorruptError(f"the last bundle at size {size} does not hash to its tile")
    return edge


def levels_of(size: int) -> int:
    """Return how many tile levels a tree of `size` entries has."""
    return (size.bit_length() + HEIGHT - 1) // HEIGHT


def split(data: bytes) -> list[bytes]:
    """Return the hashes of a tile."""
    return [data[at : at + HASH] for at in range(0, len(data), HASH)]


def prefix(whole: Tile, data: bytes, width: int) -> bytes:
    """Return the first `width` hashes or entries of a file, as a file."""
    if whole.level is None:
        return tile.bundle(tile.parse_bundle(data)[:width])
    return data[: width * HASH]


def tile_root(row: Sequence[bytes]) -> bytes:
    """Return the root of a full tile: its hash one level up."""
    return _tree(list(row))[0]


def _grow_row(
    level: int, at: int, row: Sequence[bytes], new: list[bytes], contents: dict[str, bytes]
) -> tuple[tuple[bytes, ...], list[bytes]]:
    """Add hashes to one level; return its unfinished rest and the hashes for the next."""
    rest = [*row, *new]
    above = []
    whole = len(rest) // WIDTH
    for n in range(whole):
        part = rest[n * WIDTH : (n + 1) * WIDTH]
        contents[Tile(level, at + n).path()] = b"".join(part)
        above.append(tile_root(part))
    rest = rest[whole * WIDTH :]
    if rest and new:
        contents[Tile(level, at + whole, len(rest)).path()] = b"".join(rest)
    return tuple(rest), above


def _tree(hashes: list[bytes]) -> list[bytes]:
    """Hash pairs upwards until one is left; an odd last one goes up as it is."""
    while len(hashes) > 1:
        odd = hashes[-1:] if len(hashes) % 2 else []
        pairs = zip(hashes[::2], hashes[1::2], strict=False)
        hashes = [merkle.node_hash(left, right) for left, right in pairs] + odd
    return hashes
