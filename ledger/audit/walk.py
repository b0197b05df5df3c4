"""Every entry of a log, once, in order: is each signed, allowed, and under the signed root?

    checkpoint  the note is signed by the pinned log key
    tree        each bundle hashes to the tiles, each tile to the next level, all to the root
    statement   each entry is in the one accepted form, and no two are the same
    signature   each is signed by the key that it names
    key         that key might sign it, at that index, by the key entries before it
    seen        each head that a signer says it knew was one of this log

Memory does not grow with the log but for the keys and 32 bytes an entry. Needs the base
install only.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from attest import key_record, statement
from attest.errors import AttestError, MalformedError, SeenError, UnknownKeyError
from attest.log import checkpoint, merkle, note, tile
from attest.log.checkpoint import Checkpoint
from attest.log.tile import HASH, WIDTH, Tile
from attest.registry import Registry
from attest.statement import Statement
from ledger.errors import LedgerError, NotFoundError
from ledger.log import tiles
from ledger.log.nodes import Nodes

from .report import Report
from .source import Source

Progress = Callable[[int, int], None]
Each = Callable[[int, bytes], None]


@dataclass(slots=True)
class Walk:
    """A log that was walked: its head, its keys, and its root at each size asked for."""

    head: Checkpoint
    registry: Registry
    roots: dict[int, bytes] = field(default_factory=dict)


def read_head(source: Source, vkey: note.VerifierKey | None) -> Checkpoint:
    """Return the published head, checked against the pinned key when there is one."""
    text = note.parse_bytes(source.read("checkpoint")).to_text()
    if vkey is None:
        return checkpoint.parse(note.parse(text).text)
    return checkpoint.open_note(text, vkey)


class Walker:
    """One walk over one log; findings go into the report."""

    def __init__(
        self, source: Source, head: Checkpoint, report: Report, sizes: Iterable[int] = ()
    ) -> None:
        self.source = source
        self.report = report
        self.walk = Walk(head, Registry(head.origin))
        self._wanted = {size for size in sizes if 0 < size <= head.size}
        self._frontier = merkle.Frontier()
        self._seen: set[bytes] = set()
        self.nodes = Nodes(self.tile).at(head.size)
        self._checks: dict[str, Callable[[int, Statement], None]] = {
            "signature": self._signature,
            "statement": self._once,
            "seen": self._check_seen,
            "key": self._key,
        }

    def run(self, progress: Progress = lambda *_: None, each: Each = lambda *_: None) -> Walk:
        """Walk to the end; `each` gets every entry after it was checked.

        Stops at the first bundle that is missing: what follows cannot be placed.
        """
        head, edge = self.walk.head, tiles.Edge()
        for at in range(-(-head.size // WIDTH)):
            width = min(WIDTH, head.size - at * WIDTH)
            try:
                entries = self._bundle(at, width)
            except (AttestError, LedgerError) as e:
                self.report.find("tree", e.code, str(e))
                return self.walk
            edge = self._grow(edge, entries)
            for n, data in enumerate(entries):
                self._entry(at * WIDTH + n, data)
                each(at * WIDTH + n, data)
            progress(edge.size, head.size)
        self._edge(edge)
        return self.walk

    def tile(self, wanted: Tile) -> bytes:
        """Return a tile, from the full one where the partial one went."""
        try:
            return self.source.read(wanted.path())
        except NotFoundError:
            if wanted.width == WIDTH:
                raise
            data = self.source.read(Tile(wanted.level, wanted.index).path())
            return data[: wanted.width * HASH] if wanted.level is not None else data

    def _bundle(self, at: int, width: int) -> list[bytes]:
        entries = tile.parse_bundle(self.tile(Tile(None, at, width)))
        if len(entries) < width:
            raise MalformedError(f"bundle {at} has {len(entries)} entries, not {width}")
        return entries[:width]

    def _grow(self, edge: tiles.Edge, entries: list[bytes]) -> tiles.Edge:
        """Compare each tile that these entries fill, and keep the roots that are wanted."""
        for entry in entries if self._wanted else ():
            self._frontier = self._frontier.append(merkle.leaf_hash(entry))
            if self._frontier.size in self._wanted:
                self.walk.roots[self._frontier.size] = self._frontier.root()
        grown, contents = tiles.grow(edge, entries)
        for path, data in contents.items():
            made = tile.parse_path(path)
            if made.level is not None and made.width == WIDTH:
                self._compare(made, data)
        return grown

    def _edge(self, edge: tiles.Edge) -> None:
        head = self.walk.head
        for level, row in enumerate(edge.levels):
            if row:
                index = (edge.size >> tile.HEIGHT * level) // WIDTH
                self._compare(Tile(level, index, len(row)), b"".join(row))
        if edge.root() != head.root:
            self.report.find("tree", "bad-proof", f"{head.size} entries have another root")

    def _compare(self, made: Tile, data: bytes) -> None:
        self.report.count("tiles")
        try:
            if self.tile(made) != data:
                self.report.find("tree", "bad-proof", f"{made.path()} has another hash in it")
        except (AttestError, LedgerError) as e:
            self.report.find("tree", e.code, str(e))

    def _entry(self, index: int, data: bytes) -> None:
        self.report.count("entries")
        try:
            said = statement.parse(data)
        except AttestError as e:
            self.report.find("statement", e.code, str(e), index)
            return
        for name, check in self._checks.items():
            try:
                check(index, said)
            except (AttestError, LedgerError) as e:
                self.report.find(name, e.code, str(e), index)
                return

    def _signature(self, index: int, said: Statement) -> None:
        known = self.walk.registry.get(said.header.kid)
        if known:
            statement.check_signature(said, known.key)
        elif index == 0 and said.kind == "key":
            record = key_record.parse(said.record)
            if isinstance(record, key_record.Enrol):
                statement.check_signature(said, record.key)
        else:
            raise UnknownKeyError(f"no entry enrolled key {said.header.kid.hex()[:16]}")
        self.report.count("signatures")

    def _once(self, _: int, said: Statement) -> None:
        if said.identity in self._seen:
            raise MalformedError("the same statement stands at an earlier index")
        self._seen.add(said.identity)

    def _check_seen(self, index: int, said: Statement) -> None:
        seen = said.header.seen
        if seen is None:
            return
        if seen.origin != self.walk.head.origin or seen.size > index:
            raise SeenError(f"seen is of {seen.origin!r} at {seen.size}")
        if merkle.tree_root(seen.size, self.nodes) != seen.root:
            raise SeenError(f"this log never had that root at size {seen.size}")
        self.report.count("heads that signers saw")

    def _key(self, index: int, said: Statement) -> None:
        if said.kind == "key":
            self.walk.registry.apply(index, said)
            self.report.count("key entries")
        else:
            self.walk.registry.check(index, said)
