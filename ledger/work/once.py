"""One anchor now, by hand: the same sender as `nguon work`, so never beside it."""

import threading
import time
from collections.abc import Callable

from ledger import ledger
from ledger.anchor import history
from ledger.anchor.history import AnchorRow
from ledger.errors import UnableError
from ledger.log import lock
from ledger.settings import NO_CHAIN, Settings

from .runner import chained

LOOK_S = 0.2


def anchor(settings: Settings, seconds: int, say: Callable[[str], None]) -> AnchorRow:
    """Anchor the newest published head and return its row once a block has it.

    Raises `SecondWriterError` beside a running `nguon work`, `UnableError` after `seconds`,
    and what the chain's memory of this log forbids.
    """
    if settings.chain == NO_CHAIN:
        raise UnableError("this log has no chain: the setting `chain` is none")
    ledger.read_trust(settings)
    with lock.hold(settings.data):
        here = ledger.open_ledger(settings)
        size = here.log.size()
        with chained(settings, here.engine, threading.Event()) as chaining:
            if chaining is None:
                raise UnableError("this log has no chain")
            chaining.compare(size, here.log.root)
            chaining.go.set()
            say(f"anchoring {size} entries")
            deadline = time.monotonic() + seconds
            while (row := history.at(here.engine, size)) is None:
                if chaining.fatal:
                    raise chaining.fatal
                if time.monotonic() > deadline:
                    lag = history.lag(here.engine)
                    raise UnableError(
                        f"no block has it after {seconds} s: {lag.text or 'wait'}"
                    )
                time.sleep(LOOK_S)
        here.close()
    return row
