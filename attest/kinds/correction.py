"""A correction: a copy of a wrong event that says so, and what is true instead."""

from dataclasses import dataclass, replace
from typing import Final

from attest.statement import LD_JSON

from . import epcis
from .epcis import AnyEvent, Document
from .form import Members
from .kind import Kind, check_own, signers
from .parts import Declaration
from .refusals import RecordError

NEVER = "did_not_occur"


@dataclass(frozen=True, slots=True)
class Correction:
    """The first event is the copy; the others are the corrective events."""

    document: Document
    declaration: Declaration

    @property
    def copy(self) -> AnyEvent:
        """The wrong event as it was, without the declaration."""
        return replace(self.document.events[0], error_declaration=None)

    @property
    def corrective(self) -> Document | None:
        """The corrective events as a document of the corrected kind."""
        events = self.document.events[1:]
        return replace(self.document, events=events) if events else None

    def record(self) -> Members:
        """Return the payload."""
        return self.document.record()


def parse(record: Members) -> Correction:
    """Read a correction. Raises RecordError."""
    document = epcis.parse(record)
    for event in document.events:
        check_own(event.extra)
    wrong, *corrective = document.events
    declaration = wrong.error_declaration
    if declaration is None:
        raise RecordError("the first event of a correction declares no error")
    named = declaration.corrective_event_ids or ()
    for event in corrective:
        if event.error_declaration:
            raise RecordError("a corrective event declares an error")
        if event.event_id not in named or event.event_id == wrong.event_id:
            raise RecordError(f"{event.event_id} is not one of correctiveEventIDs")
    if declaration.reason == NEVER and named:
        raise RecordError(f"{NEVER} has no corrective event")
    return Correction(document, declaration)


KINDS: Final = (Kind("correction", LD_JSON, signers("correction"), parse),)
