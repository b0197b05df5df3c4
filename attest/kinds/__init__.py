"""What each kind of record may say, one family a file."""

from typing import Final

from . import (
    correction,
    digests,
    key,
    making,
    master,
    moving,
    ruling,
    stamping,
    testing,
    watching,
)
from .kind import Kind, Record

__all__ = ["KINDS", "Kind", "Record"]

KINDS: Final[dict[str, Kind]] = {
    kind.name: kind
    for family in (
        master,
        key,
        making,
        testing,
        stamping,
        moving,
        watching,
        ruling,
        digests,
        correction,
    )
    for kind in family.KINDS
}
