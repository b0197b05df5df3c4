"""What was tested and inspected: laboratory and rapid tests, samples, inspections."""
# ruff: noqa: RUF009  (`member` is dataclasses.field)

from dataclasses import dataclass
from typing import ClassVar, Final

from . import form
from .epcis import ObjectEvent
from .form import member, several
from .kind import Events, Plain, Shape, events, plain

CONFORMANT = "conformant"
_VERDICTS = frozenset({CONFORMANT, "non_conformant"})
_TEST = Shape(ObjectEvent, "OBSERVE", frozenset({"inspecting"}), _VERDICTS, lots=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabTest(Events):
    """A laboratory's result; a conformant one releases a lot."""

    TYPE: ClassVar[str] = "labtest"
    SHAPE: ClassVar[Shape] = _TEST


@dataclass(frozen=True, slots=True, kw_only=True)
class RapidTest(Events):
    """A test on the spot; a positive one only raises suspicion."""

    TYPE: ClassVar[str] = "rapidtest"
    SHAPE: ClassVar[Shape] = _TEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling(Events):
    """A sample taken out of a lot, with its chain of custody."""

    TYPE: ClassVar[str] = "sampling"
    SHAPE: ClassVar[Shape] = Shape(ObjectEvent, "DELETE", lots=True)

    custody: tuple[str, ...] | None = member(several(form.uri), "nguon:custody", optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """Which list of questions, in which version."""

    id: str = member(form.uri)
    version: str = member(form.text)
    record = form.record_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Points for one item of the checklist."""

    item: str = member(form.text)
    points: int | float = member(form.number)
    max: int | float | None = member(form.number, optional=True)
    record = form.record_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection(Plain):
    """An inspector's look at a facility, with a verdict."""

    TYPE: ClassVar[str] = "inspection"

    facility: str = member(form.uri)
    at: str = member(form.time)
    mode: str = member(form.one_of("site remote self"))
    checklist: Checklist = member(form.nested(Checklist))
    scores: tuple[Score, ...] | None = member(several(form.nested(Score)), optional=True)
    verdict: str = member(form.one_of("pass conditional fail"))
    deadline: str | None = member(form.day, optional=True)
    note: str | None = member(form.text, optional=True)


KINDS: Final = (*map(events, (LabTest, RapidTest, Sampling)), plain(Inspection))
