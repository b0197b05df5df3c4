"""Makes the shared vectors of trees, tiles and proofs."""

from base64 import b64encode
from itertools import pairwise

from attest.log import checkpoint, merkle, proof, tile

from .vector_keys import LOG, ORIGIN, text


def merkle_vectors() -> dict:
    """Paths and roots of trees over the texts `entry 0`, `entry 1` and so on."""
    leaves = [merkle.leaf_hash(f"entry {i}".encode()) for i in range(300)]
    nodes = merkle.nodes_over(leaves)
    sizes = [0, 1, 2, 3, 7, 8, 9, 255, 256, 257, 300]
    places = [(i, n) for n in sizes if n for i in sorted({0, 1, n // 2, n - 1}) if i < n]
    steps = [(m, n) for n in sizes for m in sizes if 0 < m <= n]
    return {
        "leaves": "the leaf hash of the ASCII text `entry <index>`",
        "roots": [{"size": n, "root": text(merkle.tree_root(n, nodes))} for n in sizes],
        "inclusion": [
            {
                "index": i,
                "size": n,
                "leaf": text(leaves[i]),
                "path": [text(h) for h in merkle.inclusion_proof(i, n, nodes)],
                "root": text(merkle.tree_root(n, nodes)),
            }
            for i, n in places
        ],
        "consistency": [
            {
                "m": m,
                "n": n,
                "rootM": text(merkle.tree_root(m, nodes)),
                "rootN": text(merkle.tree_root(n, nodes)),
                "proof": [text(h) for h in merkle.consistency_proof(m, n, nodes)],
            }
            for m, n in steps
        ],
    }


def tile_vectors() -> dict:
    """Names of files, and which of them a tree of some size has."""
    tiles = [
        tile.Tile(0, 0),
        tile.Tile(0, 999, 1),
        tile.Tile(1, 1000),
        tile.Tile(2, 1234067, 255),
        tile.Tile(63, 10**9),
        tile.Tile(None, 0, 17),
        tile.Tile(None, 1234067),
    ]
    sizes = [0, 1, 255, 256, 257, 65535, 65536, 65537, 70000]
    return {
        "paths": [
            {"path": t.path(), "level": t.level, "index": t.index, "width": t.width}
            for t in tiles
        ],
        "refused": [
            {"why": why, "path": path}
            for why, path in {
                "short group": "tile/0/01",
                "missing x": "tile/0/001/234",
                "x at the end": "tile/0/x001/x234",
                "needless group": "tile/0/x000/001",
                "width 0": "tile/0/001.p/0",
                "width 256": "tile/0/001.p/256",
                "width 010": "tile/0/001.p/010",
                "level 64": "tile/64/000",
                "level 00": "tile/00/000",
                "no level": "tile/000",
                "slash in front": "/tile/0/000",
                "slash behind": "tile/0/000/",
                "newline": "tile/0/000\n",
                "other digits": "tile/0/00\u0661",
                "dots": "tile/0/../000",
                "data": "tile/data/000",
            }.items()
        ],
        "sizes": [
            {"size": n, "paths": [t.path() for t in tile.tiles_between(0, n)]}
            for n in sizes
            if n < 1000 or n == 70000
        ],
        "growth": [
            {"old": m, "new": n, "paths": [t.path() for t in tile.tiles_between(m, n)]}
            for m, n in pairwise(sizes[2:8])
            if n - m < 1000
        ],
    }


def proof_vectors() -> dict:
    """One entry among seven, and its file."""
    entries = [f"entry {i}".encode() for i in range(7)]
    nodes = merkle.nodes_over([merkle.leaf_hash(e) for e in entries])
    head = checkpoint.Checkpoint(ORIGIN, 7, merkle.tree_root(7, nodes))
    path = tuple(merkle.inclusion_proof(5, 7, nodes))
    good = proof.TlogProof(5, path, checkpoint.sign(head, LOG))
    body = good.text()
    first = body.split("\n")[2]
    return {
        "vkey": LOG.verifier.text(),
        "entry": text(entries[5]),
        "index": 5,
        "path": [text(h) for h in path],
        "proof": body,
        "refused": [
            {"why": why, "proof": changed}
            for why, changed in {
                "another version": body.replace("@v1", "@v2"),
                "an extra line": body.replace("index", "extra AAAA\nindex"),
                "index 05": body.replace("index 5", "index 05"),
                "index -1": body.replace("index 5", "index -1"),
                "index 2^64": body.replace("index 5", f"index {2**64}"),
                "another index": body.replace("index 5", "index 4"),
                "no index": body.replace("index 5\n", ""),
                "a hash too few": body.replace(first + "\n", ""),
                "a hash twice": body.replace(first, first + "\n" + first),
                "a hash of 31 bytes": body.replace(first, b64encode(bytes(31)).decode()),
                "a hash without padding": body.replace(first, first.rstrip("=")),
                "65 hashes": body.replace(first, "\n".join([first] * 65)),
                "two empty lines": body.replace("\n\n", "\n\n\n", 1),
                "no checkpoint": body.partition("\n\n")[0] + "\n\n",
                "carriage returns": body.replace("\n", "\r\n"),
                "a byte before": "\ufeff" + body,
            }.items()
        ],
    }
