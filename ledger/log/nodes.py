"""The nodes of a tree, from its tiles: each is read once and kept expanded, up to a number."""

from collections.abc import Callable
from functools import lru_cache

from attest.log import merkle
from attest.log.tile import HASH, HEIGHT, WIDTH, Tile
from ledger.errors import CorruptError

from . import tiles

KEPT = 512  # tiles, of 16 kB each when expanded


class Nodes:
    """Perfect subtrees over whatever `read` gives tiles from. Full tiles never change."""

    def __init__(self, read: Callable[[Tile], bytes]) -> None:
        self._read = read
        self._rows = lru_cache(KEPT)(self._read_rows)

    def at(self, size: int) -> merkle.Nodes:
        """Return the subtrees of a tree of `size`; they serve every smaller tree as well.

        They raise what `read` raises, and `CorruptError` for a tile of another length.
        """

        def node(level: int, index: int) -> bytes:
            tile_level, height = divmod(level, HEIGHT)
            at, place = index >> (HEIGHT - height), index & ((WIDTH >> height) - 1)
            width = min(WIDTH, (size >> HEIGHT * tile_level) - at * WIDTH)
            row = self._rows(tile_level, at, width)[height]
            return row[place * HASH : (place + 1) * HASH]

        return node

    def _read_rows(self, level: int, index: int, width: int) -> list[bytes]:
        """Return a tile's hashes and, above them, those of its perfect subtrees, joined."""
        data = self._read(Tile(level, index, width))
        if len(data) != width * HASH:
            raise CorruptError(
                f"tile {level}/{index} has {len(data)} bytes, not {width} hashes"
            )
        rows = [data]
        hashes = tiles.split(data)
        while len(hashes) > 1:
            pairs = zip(hashes[::2], hashes[1::2], strict=False)
            hashes = [merkle.node_hash(left, right) for left, right in pairs]
            rows.append(b"".join(hashes))
        return rows
