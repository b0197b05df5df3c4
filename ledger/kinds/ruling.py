"""Answers and rulings: on what the log has, by whom it concerns; a confirmation unseals."""

from sqlalchemy import bindparam, delete, insert, update

from attest.kinds import ruling as said
from ledger.store.derived_rows import table
from ledger.store.master_rows import ListingRow

from . import records, rights, sealed
from .case import Case
from .prepared import Prepared
from .records import Standing
from .refusals import ForeignRecordError, IdTakenError, UnknownRecordError
from .view import VIOLATION, Known

LISTING = table(ListingRow)
DECIDED_ON = frozenset(
    {"violation", "inspection", "response", "appeal", "rating", "decision", "facility"}
)
ANSWERED = frozenset({"violation", "inspection", "decision"})
APPEALED = frozenset({"decision"})

_RULE = Prepared(
    update(VIOLATION).where(VIOLATION.c.id == bindparam("which")),
    ("ruling", "decision", "decided"),
)
_INSERT_LISTING = Prepared(insert(LISTING))
_DELETE_LISTING = Prepared(
    delete(LISTING).where(
        LISTING.c.facility == bindparam("whose"), LISTING.c.list == bindparam("which")
    )
)


def check(case: Case) -> Standing:
    """Check an answer, appeal, decision or rating."""
    before = records.check(case)
    match case.record:
        case said.Response() as answer:
            return _check_answer(case, answer.on, ANSWERED, before)
        case said.Appeal() as appeal:
            return _check_answer(case, appeal.on, APPEALED, before)
        case said.Decision() as decision:
            return _check_decision(case, decision, before)
    return _check_rating(case, case.record, before)


def check_programme(case: Case) -> Standing:
    """Check a visit, a training or a support; they may be about anything."""
    before = records.check(case)
    if isinstance(case.record, said.Training):
        return Standing(before, case.record.place)
    return Standing(before, case.record.about)


def apply(case: Case, standing: Standing) -> None:
    """Write the row; a decision also changes what it is about."""
    records.apply(case, standing)
    if isinstance(case.record, said.Decision):
        _rule(case, case.record)
        _list(case, case.record)


def _check_answer(case: Case, on: str, kinds: frozenset[str], before: Known | None) -> Standing:
    target = _concerning(case, on, kinds)
    return Standing(_same(before, on), on, target.facility)


def _check_rating(case: Case, rating: said.Rating, before: Known | None) -> Standing:
    rights.check_facility(case, rating.facility)
    later = [index for index in rating.inputs if index >= case.index]
    if later:
        raise UnknownRecordError(f"input {later[0]} is not below {case.index}")
    return Standing(before, rating.facility, rating.facility, rating.proposed)


def _check_decision(case: Case, decision: said.Decision, before: Known | None) -> Standing:
    target = _target(case, decision.on, DECIDED_ON)
    if decision.facility is not None:
        rights.check_facility(case, decision.facility)
    facility = decision.facility or target.facility
    return Standing(_same(before, decision.on), decision.on, facility, decision.ruling)


def _rule(case: Case, decision: said.Decision) -> None:
    """The newest decision on a suspicion stands; only `confirmed` opens its sealed parts."""
    violation = case.view.violation(decision.on)
    if violation is None:
        return
    case.view.database.run(
        _RULE,
        which=violation.id,
        ruling=decision.ruling,
        decision=decision.id,
        decided=case.index,
    )
    if decision.ruling == said.CONFIRMED:
        sealed.open_parts(case, violation.id)
    elif decision.ruling == said.DISMISSED or violation.decision == decision.id:
        sealed.shut_parts(case, violation.id)


def _list(case: Case, decision: said.Decision) -> None:
    if decision.list is None or decision.facility is None:
        return
    case.view.database.run(_DELETE_LISTING, whose=decision.facility, which=decision.list)
    if decision.ruling == said.LISTED:
        case.view.database.run(
            _INSERT_LISTING,
            facility=decision.facility,
            list=decision.list,
            entry=case.index,
            until=decision.until,
        )


def _target(case: Case, uri: str, kinds: frozenset[str]) -> Known:
    for known in case.view.records(uri):
        if known.kind in kinds:
            return known
    raise UnknownRecordError(f"{uri} is no {' or '.join(sorted(kinds))} in the log")


def _concerning(case: Case, uri: str, kinds: frozenset[str]) -> Known:
    """Return a record that concerns a facility of the producer."""
    target = _target(case, uri, kinds)
    facility = case.view.facility(target.facility) if target.facility else None
    if case.producer is not None and (facility is None or facility.producer != case.producer):
        raise ForeignRecordError(f"{uri} does not concern {case.producer}")
    return target


def _same(before: Known | None, on: str) -> Known | None:
    """Refuse to say a record again about something else."""
    if before is not None and before.about != on:
        raise IdTakenError(f"the record was on {before.about}, not on {on}")
    return before
