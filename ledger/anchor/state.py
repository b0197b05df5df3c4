"""The embedded chain's saved state, freed of what anvil adds to it and then stumbles over.

Each start of anvil makes a block 0 of its own before it loads the saved one, and dumps both.
When it loads several it takes any of them as the first: the chain would have another genesis,
which is a lost chain to everybody who pinned it.
"""

import json
from typing import Any


def only_birth(state: bytes, time: int | None) -> bytes:
    """Return the state without any block 0 but the one of `time`, in seconds UTC.

    `time` None: the oldest. Bytes that are no state come back as they are: anvil refuses them.
    """
    try:
        record = json.loads(state)
        blocks = record["blocks"]
        births = {when for block in blocks if (when := _birth(block)) is not None}
        if len(births) < 2:  # noqa: PLR2004  one is as it should be
            return state
        first = min(births) if time is None else time
        record["blocks"] = [block for block in blocks if _birth(block) in (None, first)]
    except (ValueError, LookupError, TypeError, RecursionError):
        return state
    return json.dumps(record, separators=(",", ":")).encode()


def _birth(block: dict[str, Any]) -> int | None:
    """Return the time of a block 0; None for every other block."""
    header = block["header"]
    return int(header["timestamp"], 16) if int(header["number"], 16) == 0 else None
