"""A blob as the blocks that its CID is made of, for those who trust no gateway.

`raw` is the one block that the CID hashes, `car` all of them in a CARv1 stream (root first,
depth first), as the trustless gateway specification of IPFS asks.
"""

from collections.abc import Iterator
from pathlib import Path

from attest import cbor, cid
from attest.cid import CHUNK, RAW, Cid
from ledger.errors import NotFoundError

CID_TAG = 42  # DAG-CBOR: a link is a byte string with this tag and a leading zero
IDENTITY = b"\x00"


def chunks(file: Path) -> Iterator[bytes]:
    """Yield a file's leaves, one CHUNK each."""
    with file.open("rb") as opened:
        yield from cid.even(iter(lambda: opened.read(CHUNK), b""))


def block(name: str, file: Path) -> bytes:
    """Return the block that a file's CID hashes: the file itself, or the node on top."""
    wanted = cid.parse(name)
    if wanted.codec == RAW:
        return file.read_bytes()
    root, nodes = cid.nodes_of_stream(chunks(file))
    if root != wanted:
        raise NotFoundError(f"blob {name} is damaged here")
    return nodes[root]


def stream(name: str, file: Path) -> Iterator[bytes]:
    """Yield a CARv1 of a file's blocks; raises before the first byte where they are damaged."""
    root, nodes = cid.nodes_of_stream(chunks(file))
    if root != cid.parse(name):
        raise NotFoundError(f"blob {name} is damaged here")
    return _sections(root, nodes, file)


def _sections(root: Cid, nodes: dict[Cid, bytes], file: Path) -> Iterator[bytes]:
    head = cbor.encode({"roots": [cbor.Tag(CID_TAG, IDENTITY + root.to_bytes())], "version": 1})
    yield _varint(len(head)) + head
    leaves = chunks(file)
    waiting = [root]
    while waiting:
        link = waiting.pop()
        if link in nodes:
            waiting += reversed(cid.links(nodes[link]))
        data = nodes[link] if link in nodes else next(leaves)
        section = link.to_bytes() + data
        yield _varint(len(section)) + section


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits a byte
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
