"""The published log, read from its files: entries, proofs, and which file may be served.

Nothing beyond the published checkpoint exists here, even where its bytes are on the disk
already: a writer that stops before it signed may still write other bytes under that name.
"""

from functools import lru_cache
from pathlib import Path

from attest.errors import MalformedError
from attest.log import checkpoint, merkle, note, tile
from attest.log.checkpoint import Checkpoint
from attest.log.proof import TlogProof
from attest.log.tile import HEIGHT, WIDTH, Tile
from ledger.errors import CorruptError, NotFoundError

from . import publish, tiles
from .lock import Signed
from .nodes import Nodes

KEPT_BUNDLES = 32


class LogReader:
    """One log's folder. Raises `NotFoundError` for what is not published."""

    def __init__(self, folder: Path, signed: Signed | None = None) -> None:
        self.folder = folder
        self._signed = signed  # for proofs against an older checkpoint
        self._newest: tuple[tuple[int, int, int], str, Checkpoint] | None = None
        self._nodes = Nodes(self.tile)
        self._bundle = lru_cache(KEPT_BUNDLES)(self._read_bundle)

    def checkpoint(self) -> str:
        """Return the published note."""
        return self._current()[0]

    def head(self) -> Checkpoint:
        """Return what the published note says."""
        return self._current()[1]

    def size(self) -> int:
        """Return the number of published entries; 0 before the first checkpoint."""
        try:
            return self.head().size
        except NotFoundError:
            return 0

    def published_ms(self) -> int | None:
        """Return when the newest checkpoint was last said, in ms UTC; None when never."""
        head = self._signed.head() if self._signed else None
        return None if head is None else head.published_ms

    def entry(self, index: int) -> bytes:
        """Return the bytes of one entry."""
        size = self._require(index)
        at = index // WIDTH
        return self._bundle(at, min(WIDTH, size - at * WIDTH))[index % WIDTH]

    def proof(self, index: int, size: int | None = None) -> str:
        """Return the tlog-proof of an entry against the newest note, or that of `size`."""
        text, head = self._current()
        if size is not None and size != head.size:
            text, head = self._older(size, head)
        return TlogProof(index, tuple(self.path(index, head.size)), text).text()

    def path(self, index: int, size: int) -> list[bytes]:
        """Return the inclusion path of an entry in the tree of `size`, leaf to root."""
        published = self._require(index)
        if not index < size <= published:
            raise NotFoundError(f"no tree of {size} entries with entry {index} is published")
        return merkle.inclusion_proof(index, size, self.nodes(published))

    def consistency(self, m: int, n: int) -> list[bytes]:
        """Return the RFC 9162 proof from a tree of `m` to one of `n`, both published."""
        published = self.size()
        if not 0 < m <= n <= published:
            raise NotFoundError(f"no way from {m} to {n} in a log of {published} entries")
        return merkle.consistency_proof(m, n, self.nodes(published))

    def root(self, size: int) -> bytes:
        """Return the root of the first `size` published entries."""
        published = self.size()
        if not 0 <= size <= published:
            raise NotFoundError(f"no tree of {size} in a log of {published} entries")
        return merkle.tree_root(size, self.nodes(published))

    def nodes(self, size: int) -> merkle.Nodes:
        """Return the perfect subtrees of the tree of `size`, whose tiles are on the disk."""
        return self._nodes.at(size)

    def file(self, path: str) -> Path | None:
        """Return the file of a tile path such as `tile/0/x001/234`; None when not published."""
        try:
            wanted = tile.parse_path(path)
        except MalformedError:
            return None
        count = self.size() >> HEIGHT * (wanted.level or 0)
        found = self.folder / path
        published = wanted.index * WIDTH + wanted.width <= count
        return found if published and found.is_file() else None

    def tile(self, wanted: Tile) -> bytes:
        """Return a tile's bytes, from the full one when the partial one is gone.

        Raises `NotFoundError` where neither is on the disk.
        """
        full = Tile(wanted.level, wanted.index)
        for candidate in (wanted, full):
            try:
                data = (self.folder / candidate.path()).read_bytes()
            except FileNotFoundError:
                continue
            return data if candidate == wanted else tiles.prefix(wanted, data, wanted.width)
        raise NotFoundError(f"{wanted.path()} is not in the log")

    def _current(self) -> tuple[str, Checkpoint]:
        path = self.folder / publish.NAME
        try:
            stat = path.stat()
            state = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
            if self._newest is None or self._newest[0] != state:
                text = path.read_text("utf-8")
                self._newest = (state, text, checkpoint.parse(note.parse(text).text))
        except FileNotFoundError as e:
            raise NotFoundError("this log has not published a checkpoint") from e
        except ValueError as e:
            raise CorruptError(f"the published checkpoint is not text: {e}") from e
        return self._newest[1], self._newest[2]

    def _older(self, size: int, newest: Checkpoint) -> tuple[str, Checkpoint]:
        within = 0 < size < newest.size
        text = self._signed.note(size) if self._signed and within else None
        if text is None:
            raise NotFoundError(f"no checkpoint was signed at size {size}")
        return text, checkpoint.parse(note.parse(text).text)

    def _require(self, index: int) -> int:
        size = self.size()
        if not 0 <= index < size:
            raise NotFoundError(f"entry {index} is outside a log of {size} entries")
        return size

    def _read_bundle(self, index: int, width: int) -> list[bytes]:
        entries = tile.parse_bundle(self.tile(Tile(None, index, width)))
        if len(entries) != width:
            raise CorruptError(f"bundle {index} has {len(entries)} entries, not {width}")
        return entries
