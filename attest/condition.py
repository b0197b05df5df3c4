"""The state of a stamp as its entries alone give it: recalled, hold, void, expired or active.

A reader never betters what the server says: it shows the worse of the two. Rules are those of
docs/formats/dossier.md, "State".
"""

from datetime import date, timedelta
from typing import Final

from . import spell
from .errors import MalformedError
from .lineage import Event, Lineage

MARKS: Final = {"recalled": "recall", "nguon:hold": "hold"}
_STATES: Final = {"recalled": "recalled", "nguon:hold": "hold"}
_AUTHORITIES = frozenset({"regulator", "inspector"})
_DATES = ("cbvmda:itemExpirationDate", "cbvmda:bestBeforeDate")


def state(line: Lineage, now_ms: int) -> str:
    """Return the first that holds of recalled, hold, void, expired, inactive, active."""
    if line.activation is None:
        return "void" if _is_void(line) else "inactive"
    for mark, name in _STATES.items():
        if _is_marked(line, mark):
            return name
    if _is_void(line):
        return "void"
    return "expired" if _is_over(line.packaging, now_ms) else "active"


def ends_ms(event: Event | None) -> int | None:
    """Return when the packs are past their expiry, else best-before date; None for neither.

    The day ends in the packaging's own zone. Raises MalformedError when it is none.
    """
    master = event.event.get("ilmd") if event else None
    if event is None or not isinstance(master, dict):
        return None
    days = [master[name] for name in _DATES if isinstance(master.get(name), str)]
    if not days:
        return None
    try:
        after = date.fromisoformat(str(days[0])) + timedelta(days=1)
    except (ValueError, OverflowError) as e:
        raise MalformedError(f"{str(days[0])[:40]!r} is no day") from e
    return spell.time_ms(f"{after.isoformat()}T00:00:00{event.text('eventTimeZoneOffset')}")


def _is_over(event: Event | None, now_ms: int) -> bool:
    end = ends_ms(event)
    return end is not None and now_ms >= end


def _is_marked(line: Lineage, mark: str) -> bool:
    """Say whether a hold or recall stands on the lot, and no later release ended it."""
    marked = False
    for event in line.events:
        if line.lot not in event.lots():
            continue
        if event.kind == MARKS[mark] and mark in _persistent(event, "set"):
            by_maker = line.issuer(event.index) == line.producer
            marked = marked or by_maker or bool(line.role_at(event.index) & _AUTHORITIES)
        elif event.kind == "release" and mark in _persistent(event, "unset"):
            marked = False  # only a regulator's key may sign one
    return marked


def _persistent(event: Event, name: str) -> list[object]:
    kept = event.event.get("persistentDisposition")
    marks = kept.get(name) if isinstance(kept, dict) else None
    return list(marks) if isinstance(marks, list) else []


def _is_void(line: Lineage) -> bool:
    voids = (event for event in line.events if event.kind == "void" and line.holds(event))
    allowed = {line.producer, line.issuer(line.roll.index)}
    return any(line.issuer(event.index) in allowed for event in voids)
