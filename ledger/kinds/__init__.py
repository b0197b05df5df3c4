"""What each kind of record requires of the log before it, and changes in the derived rows.

`fold_one` is the whole of it: an entry takes effect, or is refused by name and has none. The
writer asks it before it logs; an audit, a rebuild or a mirror asks it about entries that others
logged, and reports the refusals.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from attest.kinds import KINDS
from attest.kinds.refusals import RecordError, UnknownKindError
from attest.registry import Registry
from attest.statement import Statement
from ledger.errors import NotLoggedError

from . import (
    correction,
    digests,
    events,
    key,
    making,
    master,
    moving,
    records,
    ruling,
    stamping,
    testing,
    watching,
)
from .case import Case, speaks_for
from .view import View

NOT_LOGGED: Final = frozenset({"permit", "segment"})


class Handler(NamedTuple):
    """How a kind is folded: `apply` is given what `check` returned, and cannot refuse."""

    check: Callable[[Case], Any]
    apply: Callable[[Case, Any], None]


_EVENTS = Handler(events.check, events.apply)
_MASTER = Handler(master.check, master.apply)
_SHEET = Handler(making.check, records.apply)
_RULING = Handler(ruling.check, ruling.apply)
_PROGRAMME = Handler(ruling.check_programme, records.apply)
_DIGEST = Handler(digests.check, records.apply)
_MARKING = Handler(events.check, moving.apply_marking)
HANDLERS: Final[dict[str, Handler]] = {
    **dict.fromkeys(("party", "place", "cluster", "facility", "zone"), _MASTER),
    **dict.fromkeys(("product", "process", "certificate"), _MASTER),
    **dict.fromkeys(("opening", "acceptance", "diary", "processing"), _EVENTS),
    **dict.fromkeys(("aggregation", "disposal", "return", "arrival"), _EVENTS),
    **dict.fromkeys(("labtest", "rapidtest", "sampling"), _EVENTS),
    **dict.fromkeys(("selfcheck", "label"), _SHEET),
    **dict.fromkeys(("response", "appeal", "decision", "rating"), _RULING),
    **dict.fromkeys(("visit", "training", "support"), _PROGRAMME),
    **dict.fromkeys(("feedback", "scans", "access"), _DIGEST),
    **dict.fromkeys(("hold", "recall", "release"), _MARKING),
    "inspection": Handler(testing.check_inspection, records.apply),
    "packaging": Handler(making.check_packaging, making.apply_packaging),
    "shipment": Handler(events.check, moving.apply_shipment),
    "roll": Handler(stamping.check_roll, stamping.apply_roll),
    "activation": Handler(stamping.check_activation, stamping.apply_activation),
    "void": Handler(stamping.check_void, stamping.apply_void),
    "camera": Handler(watching.check_camera, watching.apply_camera),
    "footage": Handler(watching.check_footage, watching.apply_footage),
    "violation": Handler(watching.check_violation, watching.apply_violation),
}


def fold_one(tx: Connection, registry: Registry, index: int, statement: Statement) -> None:
    """Let a statement take effect at an index, or raise a refusal with no effect.

    Its signature was checked. Raises UnknownKindError, NotLoggedError, a KeyRefusal,
    RecordError, or one of `ledger.kinds.refusals`.
    """
    kind = KINDS.get(statement.kind)
    if kind is None:
        if statement.kind in NOT_LOGGED:
            raise NotLoggedError(f"a {statement.kind} is never logged")
        raise UnknownKindError(f"no kind is called {statement.kind}")
    view = View(tx)
    if kind.name == "key":
        key.fold(view, registry, index, statement)
        return
    signer = registry.check(index, statement)
    if statement.header.content_type != kind.media:
        raise RecordError(f"a {kind.name} is {kind.media}")
    record = kind.parse(statement.record)
    producer = None if kind.name == "correction" else speaks_for(view, signer, kind.name)
    case = Case(view, index, statement, signer, kind.name, record, producer)
    if kind.name == "correction":
        correction.fold(case, _fold)
    else:
        _fold(case)


def load_registry(tx: Connection, origin: str) -> Registry:
    """Return the keys as the rows have them."""
    return key.load(tx, origin)


def _fold(case: Case) -> None:
    handler = HANDLERS[case.kind]
    handler.apply(case, handler.check(case))
