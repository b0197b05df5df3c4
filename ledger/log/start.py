"""Whether a writer may begin: log, lock database, rows and chain must tell one story.

What a stop left is repaired; what a backup, a copy or another writer left is refused, with
both sizes and the way out, because a restored log that went on would sign a second history.
"""

import logging
from collections.abc import Callable

from sqlalchemy import Engine

from attest.errors import AttestError
from attest.log import checkpoint, merkle, note
from attest.log.checkpoint import Checkpoint
from attest.log.tile import Tile
from ledger.errors import AheadError, BehindError, CorruptError, ForkError, NotFoundError
from ledger.store import db

from . import fold, sweep, tiles
from .disk import Disk
from .fold import Fold
from .lock import Head
from .reader import LogReader
from .tiles import Edge

log = logging.getLogger(__name__)

CHUNK = 256  # entries folded in one transaction
NEWEST = "put back the newest copy of log/ together with lock.db; a mirror's log/ will do"


def open_edge(disk: Disk, reader: LogReader, head: Head | None, vkey: note.VerifierKey) -> Edge:
    """Return the edge of the newest signed tree, after sweeping what was never signed.

    Raises `AheadError`, `BehindError` or `ForkError` when lock and log do not agree.
    """
    published = _published(reader, vkey)
    if head is None:
        if published or (reader.folder / Tile(None, 0).path()).exists():
            size = published.size if published else "at least 256"
            raise AheadError(
                f"{reader.folder} has {size} entries and lock.db has none: it was lost;"
                " put lock.db back, which belongs to this log"
            )
        sweep.drop_unsigned(disk, reader.folder, 0)
        return Edge()
    if published and published.size > head.size:
        raise AheadError(
            f"{reader.folder} has published {published.size} entries, but lock.db says that"
            f" {head.size} were signed: lock.db was restored; put back the newest one"
        )
    edge = _load(reader, head)
    if published:
        _compare_published(reader, head, published)
    sweep.drop_unsigned(disk, reader.folder, head.size)
    return edge


def catch_up(engine: Engine, state: Fold, size: int, entry: Callable[[int], bytes]) -> None:
    """Fold what the log has and the rows have not; refuse rows that know more than the log."""
    with db.read(engine) as tx:
        folded = fold.size(tx)
        state.restore(tx)
    if folded > size:
        raise BehindError(
            f"the database holds {folded} entries, the log has {size}: the log was restored"
            f" from an older copy; {NEWEST}"
        )
    while folded < size:
        upto = min(size, folded + CHUNK)
        with db.write(engine) as tx:
            for index in range(folded, upto):
                if effect := state.replay(tx, index, entry(index)):
                    log.warning("no effect", extra={"index": index, "code": effect})
        folded = upto
        log.info("caught up", extra={"size": folded, "of": size})


def _published(reader: LogReader, vkey: note.VerifierKey) -> Checkpoint | None:
    try:
        return checkpoint.open_note(reader.checkpoint(), vkey)
    except NotFoundError:
        return None
    except AttestError as e:
        raise ForkError(f"the published checkpoint is not one of {vkey.name!r}: {e}") from e


def _load(reader: LogReader, head: Head) -> Edge:
    try:
        edge = tiles.load(head.size, reader.tile)
    except (AttestError, CorruptError, NotFoundError) as e:
        raise BehindError(
            f"lock.db says that {head.size} entries were signed, {reader.folder} holds"
            f" {reader.size()} and not all of those ({e}): the log was restored; {NEWEST}"
        ) from e
    if edge.root() != head.root:
        raise ForkError(
            f"the tiles of {head.size} entries do not hash to the root that was signed: the"
            f" log was changed or is another one; {NEWEST}"
        )
    return edge


def _compare_published(reader: LogReader, head: Head, published: Checkpoint) -> None:
    root = merkle.tree_root(published.size, reader.nodes(head.size))
    if root != published.root:
        raise ForkError(
            f"two roots were signed at {published.size} entries, of {head.size} in lock.db:"
            f" the log is another one; {NEWEST}"
        )
