"""One entry before the rules: who says it, for whom, what it says, and what the log has."""

from dataclasses import dataclass
from typing import Any

from attest.kinds import KINDS
from attest.registry import Key
from attest.statement import Statement

from .refusals import ForeignFacilityError
from .view import View

PRODUCER = "producer"
WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Case:
    """What a family's `check` and `apply` are given.

    `kind` is the corrected kind for corrective events. `producer` is the party for which a
    producer or its worker speaks, and None for everybody else.
    """

    view: View
    index: int
    statement: Statement
    key: Key
    kind: str
    record: Any
    producer: str | None

    @property
    def issuer(self) -> str:
        """The holder that signed."""
        return self.key.holder


def speaks_for(view: View, key: Key, kind: str) -> str | None:
    """Return the producer whose own things alone the key may speak of, else None.

    Raises ForeignFacilityError for a worker whose place is no facility of the log.
    """
    roles = key.roles & KINDS[kind].roles
    if roles - {PRODUCER, WORKER}:
        return None
    if PRODUCER in roles:
        return key.holder
    facility = view.facility(key.place)
    if facility is None:
        raise ForeignFacilityError(f"the worker's place {key.place} is no facility here")
    return facility.producer
