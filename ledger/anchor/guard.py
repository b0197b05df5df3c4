"""Refuses a log that is older than, or another than, the one that the chain remembers.

The writer asks at its start, before it signs anything: a restored copy must never sign a second
history over heads that are anchored already.
"""

from collections.abc import Callable

from ledger.errors import BehindError, ForkError

from .contract import AnchorLog
from .setup import Setup


def compare(setup: Setup, size: int, root_at: Callable[[int], bytes]) -> int | None:
    """Check the contract's newest head against a log of `size` entries; return its size.

    None when nothing was anchored on this chain yet. `root_at(n)` is the log's root over its
    first `n` entries. Raises `BehindError`, `ForkError`; `ChainError` where the chain is away.
    """
    found = setup.locate()
    if found is None:
        return None
    address, log_id = found
    latest = AnchorLog(setup.chain, address).latest(log_id)
    if latest.size > size:
        raise BehindError(
            f"log here has {size} entries, the chain keeps a head of {latest.size}: this is an"
            " older copy; bring log/ and lock.db back from the newest backup or a mirror, or"
            " begin a new log under a new origin with `nguon init`"
        )
    if latest.size and latest.root != root_at(latest.size):
        raise ForkError(
            f"chain keeps the root 0x{latest.root.hex()} for the first {latest.size} entries,"
            f" this log has 0x{root_at(latest.size).hex()}: it is another history"
        )
    return latest.size or None
