"""The derived rows made again from the log alone, when they are lost or in doubt.

A stop in between leaves fewer entries folded than the log has; the next start of `nguon work`,
or saying it again, goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete

from ledger import kinds, ledger
from ledger.log import lock
from ledger.log.fold import ENTRIES, Fold
from ledger.settings import Settings
from ledger.store import db, derived_rows

CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Done:
    """How many entries were folded, and how many of them break a rule."""

    entries: int
    without_effect: int


def rebuild(settings: Settings, progress: Callable[[int, int], None]) -> Done:
    """Drop and make the rows again; raises `SecondWriterError` beside a running writer."""
    ledger.read_trust(settings)
    with lock.hold(settings.data):
        here = ledger.open_ledger(settings)
        fold = Fold(here.origin, here.log.root, kinds)
        with db.write(here.engine) as tx:
            derived_rows.clear(tx)
            tx.execute(delete(ENTRIES))
        size, broken = here.log.size(), 0
        for first in range(0, size, CHUNK):
            upto = min(size, first + CHUNK)
            with db.write(here.engine) as tx:
                for index in range(first, upto):
                    broken += fold.replay(tx, index, here.log.entry(index)) is not None
            progress(upto, size)
        here.close()
    return Done(size, broken)
