"""What every plain record requires, and the row that it leaves."""

from dataclasses import dataclass

from sqlalchemy import bindparam, insert, update

from attest import spell

from . import events, sealed
from .case import Case
from .prepared import Prepared
from .refusals import IdTakenError
from .view import RECORD, Known

SHARED = frozenset({"certificate"})  # submitted by one holder, confirmed by another

_INSERT = Prepared(insert(RECORD))
_SUPERSEDE = Prepared(
    update(RECORD).where(
        RECORD.c.id == bindparam("which"),
        RECORD.c.kind == bindparam("what"),
        RECORD.c.holder == bindparam("whose"),
    ),
    ("entry", "about", "facility", "state", "time_ms", "until", "confirmed"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a plain record stands: what it is about, and the one that it takes the place of."""

    before: Known | None
    about: str | None = None
    facility: str | None = None
    state: str | None = None


def check(case: Case) -> Known | None:
    """Check subject and id; return the record of the same kind, id and holder, if any."""
    events.require_subject(case, {case.record.id})
    return check_id(case)


def check_id(case: Case) -> Known | None:
    """Refuse an id that another holder or kind has."""
    mine = None
    for known in case.view.records(case.record.id):
        if (known.kind, known.holder) == (case.kind, case.issuer):
            mine = known
        elif known.kind != case.kind or case.kind not in SHARED:
            raise IdTakenError(f"{case.record.id} is a {known.kind} of {known.holder}")
    return mine


def apply(case: Case, standing: Standing) -> None:
    """Write the row; a newer record takes the place of the older."""
    record = case.record
    values = {
        "entry": case.index,
        "about": standing.about,
        "facility": standing.facility,
        "state": standing.state,
        "time_ms": _time_ms(record),
        "until": getattr(record, "until", None) or getattr(record, "deadline", None),
        "confirmed": case.producer is None,
    }
    if standing.before is None:
        identity = {"id": record.id, "kind": case.kind, "holder": case.issuer}
        case.view.database.run(_INSERT, first=case.index, **identity, **values)
    else:
        identity = {"which": record.id, "what": case.kind, "whose": case.issuer}
        case.view.database.run(_SUPERSEDE, **identity, **values)
    sealed.keep(case, record.id, case.statement.record.get("nguon:sealed"))


def _time_ms(record: object) -> int | None:
    at = getattr(record, "at", None)
    if at is not None:
        return spell.time_ms(at)
    day = getattr(record, "from_", None) or getattr(record, "day", None)
    return None if day is None else spell.time_ms(f"{day}T00:00:00Z")
