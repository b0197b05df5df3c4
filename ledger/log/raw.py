"""A log of any entries without a door, queue or rows: for judges and measurements only.

The files, their order and the notes are those of the real writer; nothing is checked or
folded, and a writer would refuse to start on it, because it has no lock database.
"""

from collections.abc import Iterable
from pathlib import Path

from attest.log import checkpoint, note
from attest.log.checkpoint import Checkpoint

from . import publish, tiles
from .disk import LocalDisk, write_all

STEP = 4_096


def fill(folder: Path, signer: note.NoteSigner, entries: Iterable[bytes]) -> Checkpoint:
    """Write and publish a log of these entries; returns its head."""
    disk, edge = LocalDisk(folder), tiles.Edge()
    waiting: list[bytes] = []
    for entry in entries:
        waiting.append(entry)
        if len(waiting) == STEP:
            edge = _write(disk, edge, waiting)
            waiting = []
    edge = _write(disk, edge, waiting)
    head = Checkpoint(signer.name, edge.size, edge.root())
    publish.publish(disk, checkpoint.sign(head, signer))
    return head


def _write(disk: LocalDisk, edge: tiles.Edge, entries: list[bytes]) -> tiles.Edge:
    edge, contents = tiles.grow(edge, entries)
    write_all(disk, contents)
    return edge
