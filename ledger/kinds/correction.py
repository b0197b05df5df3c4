"""Corrections: the wrong event stays and is marked, its effect ends, the right one begins."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, update

from attest.errors import RoleError
from attest.kinds import KINDS
from attest.kinds.correction import Correction
from attest.kinds.stamping import Activation

from . import events, lots, stamping
from .case import Case, speaks_for
from .prepared import Prepared
from .refusals import (
    AlteredCopyError,
    CorrectedError,
    ForeignEventError,
    NotCorrectableError,
    TooLateError,
    UnknownEventError,
)
from .view import EVENT, Logged

Fold = Callable[[Case], None]
ACTIVATION = "activation"

_MARK = Prepared(
    update(EVENT).where(
        EVENT.c.entry == bindparam("which"), EVENT.c.position == bindparam("place")
    ),
    ("corrected",),
)


@dataclass(frozen=True, slots=True)
class Wrong:
    """The event that is corrected, and its copy as a record of its kind."""

    logged: Logged
    original: Any


def fold(case: Case, fold_corrective: Fold) -> None:
    """Check a correction and let it take effect, with its corrective events, or with none."""
    wrong = _check(case)
    say = case.view.database.say
    say("SAVEPOINT correction")
    try:
        _take_back(case, wrong)
        corrective = _corrective(case, wrong.logged.kind)
        if corrective is not None:
            fold_corrective(corrective)
    except BaseException:
        say("ROLLBACK TO SAVEPOINT correction")
        raise
    finally:
        say("RELEASE SAVEPOINT correction")


def _check(case: Case) -> Wrong:
    record: Correction = case.record
    logged = case.view.event(record.copy.event_id)
    if logged is None:
        raise UnknownEventError(f"no entry has event {record.copy.event_id}")
    if logged.issuer != case.issuer:
        raise ForeignEventError(f"event {record.copy.event_id} is {logged.issuer}'s")
    if logged.kind in events.FINAL or logged.digest is None:
        raise NotCorrectableError(f"a {logged.kind} is not taken back by a correction")
    if logged.corrected is not None:
        raise CorrectedError(f"entry {logged.corrected} corrected it already")
    if events.digest(_raw_copy(case)) != logged.digest:
        raise AlteredCopyError(f"the copy differs from event {record.copy.event_id}")
    original = _as_kind(case, logged.kind, (record.copy,))
    wrong = Wrong(logged, original)
    _check_subject(case, wrong)
    if logged.kind == ACTIVATION:
        _check_in_time(case, wrong)
    return wrong


def _check_subject(case: Case, wrong: Wrong) -> None:
    original = wrong.original
    if isinstance(original, Activation):
        roll = case.view.roll(original.number)
        events.require_subject(case, {roll.uri if roll else None})
        return
    lots_named = {
        q.epc_class for event in case.record.document.events for q in event.quantities()
    }
    places = {event.place for event in case.record.document.events}
    events.require_subject(case, lots_named or places)


def _check_in_time(case: Case, wrong: Wrong) -> None:
    """Whoever bought a jar must be able to rely on its binding."""
    lot = case.view.lot(wrong.original.lot)
    if lot is not None and lot.shipped is not None:
        raise TooLateError(f"lot {lot.uri} was shipped at entry {lot.shipped}: void is left")
    scans = case.view.newest_scans()
    if scans > wrong.logged.entry:
        raise TooLateError(f"scans were published at entry {scans}: void is left")


def _take_back(case: Case, wrong: Wrong) -> None:
    logged = wrong.logged
    view = case.view
    place = {"which": logged.entry, "place": logged.position}
    view.database.run(_MARK, corrected=case.index, **place)
    match logged.kind:
        case "packaging":
            lots.unpack(view, logged.entry, logged.position)
        case "shipment":
            lots.unship(view, logged.entry, logged.position)
        case "activation":
            stamping.unbind(view, wrong.original, logged.entry, logged.position, case.index)


def _corrective(case: Case, kind: str) -> Case | None:
    record: Correction = case.record
    if record.corrective is None:
        return None
    if not case.key.roles & KINDS[kind].roles:
        raise RoleError(f"{', '.join(sorted(case.key.roles))} may not sign {kind}")
    said = _as_kind(case, kind, record.corrective.events)
    return replace(case, kind=kind, record=said, producer=speaks_for(case.view, case.key, kind))


def _as_kind(case: Case, kind: str, chosen: tuple[Any, ...]) -> Any:
    """Read some events of the correction as a record of the corrected kind."""
    document = replace(case.record.document, events=chosen)
    return KINDS[kind].parse(document.record())


def _raw_copy(case: Case) -> Any:
    raw: Any = case.statement.record["epcisBody"]
    copy = dict(raw["eventList"][0])
    del copy["errorDeclaration"]
    return copy
