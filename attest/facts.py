"""Each value that a dossier shows is a copy of what some entry says, from an allowed place.

The places are the table of docs/formats/dossier.md. A value from elsewhere fails, though the
entry may be true: a page could else show the date of another lot.
"""

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from . import payload
from .dossier import LOT, PRODUCT, Dossier
from .errors import MalformedError, ProofError
from .lineage import Event, Lineage, MissingError
from .payload import Json
from .shown import Fact, Moment
from .statement import Statement

Place: TypeAlias = tuple[int, str] | None
Statements: TypeAlias = Mapping[int, Statement]

_ILMD = {
    "number": "cbvmda:lotNumber",
    "bestBefore": "cbvmda:bestBeforeDate",
    "expiry": "cbvmda:itemExpirationDate",
    "made": "nguon:made",
}
_EVENT_TIME = re.compile(r"/epcisBody/eventList/(0|[1-9][0-9]*)/eventTime")
_PLAIN_TIMES = ("/at", "/from", "/day")


def check(dossier: Dossier, line: Lineage, statements: Statements) -> int:
    """Compare every value; return how many. Raises ProofError, MissingError."""
    count = 0
    for name, fact, place in _placed(dossier, line):
        said = _said(statements, place)
        if fact is None and said is None:
            continue
        if fact is None or place != (fact.entry, fact.pointer):
            raise ProofError(f"{name} comes from {_shown(fact)}, it stands at {place}")
        if not _equal(fact.value, said):
            raise ProofError(f"{name} is shown as {str(fact.value)[:80]!r}, signed is {said!r}")
        count += 1
    for moment in dossier.timeline:
        count += _check_moment(moment, line, statements)
    return count


def places(line: Lineage) -> dict[str, Place]:
    """Return where each member of `product` and `lot` comes from, as `product.name`."""
    found: dict[str, Place] = {}
    for name in PRODUCT:
        found[f"product.{name}"] = _at(line.product, f"/{name}")
    found["product.maker"] = _at(line.maker, "/name")
    pack, activation = line.packaging, line.activation
    found["lot.id"] = _in(activation, "quantityList/0/epcClass")
    found["lot.packed"] = _in(pack, "eventTime")
    found["lot.facility"] = _at(line.facility, "/name")
    for name, member in _ILMD.items():
        found[f"lot.{name}"] = _in(pack, f"ilmd/{member}")
    return found


def _placed(dossier: Dossier, line: Lineage) -> Iterator[tuple[str, Fact | None, Place]]:
    known = places(line)
    for name in PRODUCT:
        yield f"product.{name}", dossier.product[name], known[f"product.{name}"]
    if dossier.lot is None and line.lot is not None:
        raise ProofError("the stamp is activated, and the dossier shows no lot")
    for name in LOT if dossier.lot else ():
        yield f"lot.{name}", (dossier.lot or {})[name], known[f"lot.{name}"]


def _check_moment(moment: Moment, line: Lineage, statements: Statements) -> int:
    said = statements.get(moment.index)
    if said is None:
        raise MissingError(f"entry {moment.index} of the timeline is not in the dossier")
    if (moment.kind, moment.issuer) != (said.kind, said.header.iss):
        raise ProofError(f"entry {moment.index} is a {said.kind} by {said.header.iss}")
    if moment.index not in line.belonging:
        raise ProofError(f"entry {moment.index}, a {said.kind}, is not of this stamp")
    if moment.time is None:
        return 0
    if moment.time.entry != moment.index or not _is_time(moment.time.pointer, said):
        raise ProofError(f"entry {moment.index} has its time from {_shown(moment.time)}")
    if not _equal(moment.time.value, payload.pointer(said.record, moment.time.pointer)):
        raise ProofError(f"entry {moment.index} has another time than {moment.time.value}")
    return 1


def _is_time(pointer: str, said: Statement) -> bool:
    events = "epcisBody" in said.record
    return bool(_EVENT_TIME.fullmatch(pointer)) if events else pointer in _PLAIN_TIMES


def _said(statements: Statements, place: Place) -> Json:
    """Return what stands at a place; null where the entry says nothing there."""
    if place is None:
        return None
    index, pointer = place
    try:
        return payload.pointer(statements[index].record, pointer)
    except MalformedError:
        return None


def _equal(shown: Json, said: Json) -> bool:
    return shown == said and isinstance(shown, bool) == isinstance(said, bool)


def _at(index: int | None, pointer: str) -> Place:
    return None if index is None else (index, pointer)


def _in(event: Event | None, member: str) -> Place:
    return None if event is None else (event.index, f"{event.at}/{member}")


def _shown(fact: Fact | None) -> str:
    return "nowhere" if fact is None else f"{fact.entry}#{fact.pointer}"
