"""Numbers in addresses and headers, in the one decimal spelling that we accept."""

import re

_WHOLE = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)


def whole(text: str) -> int | None:
    """Read a number without sign and leading zeros, at most 16 digits; None for all else."""
    return int(text) if _WHOLE.fullmatch(text) else None
