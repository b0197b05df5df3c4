"""The name of a blob, which anyone computes from its bytes: CIDs of profile unixfs-v1-2025.

A file of at most one MiB is one raw leaf; a larger one is a balanced tree of dag-pb nodes of
at most 1,024 links, as Kubo makes it (IPIP-499). Names are CIDv1, SHA-256, base32.
Parsing is strict: `parse(c.text()) == c`, and no other text parses to `c`.
"""

from base64 import b32decode, b32encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from .errors import MalformedError

CHUNK = 1 << 20
LINKS = 1024
RAW = 0x55
DAG_PB = 0x70
_SHA256 = b"\x12\x20"


@dataclass(frozen=True, slots=True)
class Cid:
    """SHA-256 of one block, and whether that is a raw leaf or a dag-pb node."""

    codec: int
    digest: bytes

    def to_bytes(self) -> bytes:
        """Return the binary form, as links hold it."""
        return bytes([1, self.codec]) + _SHA256 + self.digest

    def text(self) -> str:
        """Return the lower-case base32 form."""
        return "b" + b32encode(self.to_bytes()).decode().rstrip("=").lower()


def parse(text: str) -> Cid:
    """Read a CID of this profile, refusing every other with `MalformedError`."""
    if len(text) != 59 or not text.startswith("b") or text != text.lower():  # noqa: PLR2004
        raise MalformedError(f"{text[:100]!r} is not a CIDv1 in base32")
    try:
        data = b32decode(text[1:].upper() + "=" * 6)
    except ValueError as e:
        raise MalformedError(f"{text!r} is not base32: {e}") from e
    cid = Cid(data[1], data[4:])
    if cid.codec not in (RAW, DAG_PB) or cid.text() != text:
        raise MalformedError(f"{text!r} is not a raw or dag-pb CID by SHA-256")
    return cid


def is_cid(text: str) -> bool:
    """Say whether `parse` would read this text."""
    try:
        parse(text)
    except MalformedError:
        return False
    return True


def of_bytes(data: bytes) -> str:
    """Return the CID of a file's bytes."""
    return of_stream([data])


def of_stream(chunks: Iterable[bytes]) -> str:
    """Return the CID of a file that comes in pieces of any size; memory stays small."""
    return _tree(chunks, {}).text()


def nodes_of_stream(chunks: Iterable[bytes]) -> tuple[Cid, dict[Cid, bytes]]:
    """Return the CID of a file and the dag-pb blocks above its leaves; none for one leaf."""
    blocks: dict[Cid, bytes] = {}
    return _tree(chunks, blocks), blocks


def even(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a file's leaves: exactly one CHUNK each, the last shorter; an empty file is one."""
    return _even(chunks)


def links(block: bytes) -> list[Cid]:
    """Return what a dag-pb block of `nodes_of_stream` links to, in the file's order."""
    found, at = [], 0
    while at < len(block):
        key, at = _read_varint(block, at)
        size, at = _read_varint(block, at)
        if key == 2 << 3 | 2:  # PBNode.Links; a link begins with its hash
            link = block[at : at + size]
            found.append(Cid(link[3], link[6:38]))
        at += size
    return found


def _tree(chunks: Iterable[bytes], blocks: dict[Cid, bytes]) -> Cid:
    tree = _Tree(blocks)
    for chunk in _even(chunks):
        tree.add(0, _Link(Cid(RAW, sha256(chunk).digest()), len(chunk), len(chunk)))
    return tree.root().cid


@dataclass(frozen=True, slots=True)
class _Link:
    """A block, the bytes of the file below it, and the bytes of all blocks below it."""

    cid: Cid
    file_size: int
    total_size: int


class _Tree:
    """The unfinished right edge: at each level the links that no node holds yet."""

    def __init__(self, blocks: dict[Cid, bytes]) -> None:
        self._levels: list[list[_Link]] = []
        self._blocks = blocks  # every node made

    def add(self, level: int, link: _Link) -> None:
        if level == len(self._levels):
            self._levels.append([])
        row = self._levels[level]
        # A full row becomes a node only when more comes: 1,024 leaves are one node, not two.
        if len(row) == LINKS:
            self.add(level + 1, _node(row, self._blocks))
            row.clear()
        row.append(link)

    def root(self) -> _Link:
        level = 0
        while level < len(self._levels) - 1:
            self.add(level + 1, _node(self._levels[level], self._blocks))
            level += 1
        top = self._levels[-1]
        return top[0] if len(top) == 1 else _node(top, self._blocks)


def _node(links: list[_Link], blocks: dict[Cid, bytes]) -> _Link:
    """Make the dag-pb block over some links: links first, then the UnixFS data."""
    block = b"".join(_field(2, _link(link)) for link in links)
    file_size = sum(link.file_size for link in links)
    data = b"\x08\x02\x18" + _varint(file_size)  # a file, of that many bytes
    data += b"".join(b"\x20" + _varint(link.file_size) for link in links)
    block += _field(1, data)
    total_size = len(block) + sum(link.total_size for link in links)
    made = Cid(DAG_PB, sha256(block).digest())
    blocks[made] = block
    return _Link(made, file_size, total_size)


def _link(link: _Link) -> bytes:
    return _field(1, link.cid.to_bytes()) + _field(2, b"") + b"\x18" + _varint(link.total_size)


def _field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits a byte
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while data[at] > 0x7F:  # noqa: PLR2004 - seven bits a byte
        value |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
    return value | data[at] << shift, at + 1


def _even(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield pieces of exactly one chunk, the last one shorter; an empty file is one piece."""
    held = bytearray()
    empty = True
    for chunk in chunks:
        held += chunk
        while len(held) >= CHUNK:
            yield bytes(held[:CHUNK])
            del held[:CHUNK]
            empty = False
    if held or empty:
        yield bytes(held)
