"""Answers, decisions, appeals and ratings; visits, training and support of the programmes."""

from dataclasses import dataclass
from typing import ClassVar, Final

from . import form
from .form import member, several
from .kind import Plain, plain
from .refusals import RecordError

CONFIRMED = "confirmed"
DISMISSED = "dismissed"
LISTED = "listed"
UNLISTED = "unlisted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Plain):
    """A producer's answer to a violation, inspection or decision."""

    TYPE: ClassVar[str] = "response"

    on: str = member(form.uri)
    at: str = member(form.time)
    text: str = member(form.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal(Plain):
    """A producer does not accept a decision."""

    TYPE: ClassVar[str] = "appeal"

    on: str = member(form.uri)
    at: str = member(form.time)
    text: str = member(form.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Plain):
    """A regulator's ruling."""

    TYPE: ClassVar[str] = "decision"

    on: str = member(form.uri)
    at: str = member(form.time)
    ruling: str = member(form.one_of("confirmed dismissed closed upheld listed unlisted"))
    list: str | None = member(form.one_of("rectify exemplary close sunshine"), optional=True)
    facility: str | None = member(form.uri, optional=True)
    reason: str = member(form.text)
    basis: str | None = member(form.text, optional=True)
    from_: str | None = member(form.day, "from", optional=True)
    until: str | None = member(form.day, optional=True)
    appeal_until: str | None = member(form.day, optional=True)

    def check(self) -> None:
        """Refuse a listing without its list and facility, and a list without a listing."""
        listing = self.ruling in (LISTED, UNLISTED)
        if listing != (self.list is not None) or (listing and self.facility is None):
            raise RecordError(f"ruling {self.ruling} with list {self.list}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Points for one of the five points."""

    point: str = member(form.text)
    points: int | float = member(form.number)
    record = form.record_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating(Plain):
    """What a published formula makes of logged facts; it only proposes a list."""

    TYPE: ClassVar[str] = "rating"

    facility: str = member(form.uri)
    formula: str = member(form.text)
    inputs: tuple[int, ...] = member(several(form.integer(0), 0))
    points: int | float = member(form.number)
    parts: tuple[Part, ...] | None = member(several(form.nested(Part)), optional=True)
    proposed: str | None = member(
        form.one_of("rectify exemplary close sunshine"), optional=True
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Plain):
    """Somebody of the programme was there."""

    TYPE: ClassVar[str] = "visit"

    about: str = member(form.uri)
    at: str = member(form.time)
    text: str | None = member(form.text, optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Training(Plain):
    """A training session."""

    TYPE: ClassVar[str] = "training"

    place: str = member(form.uri)
    at: str = member(form.time)
    topic: str = member(form.text)
    attendance: int = member(form.integer(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Support(Plain):
    """What a programme paid for."""

    TYPE: ClassVar[str] = "support"

    about: str = member(form.uri)
    at: str = member(form.time)
    project: str = member(form.text)
    payer: str | None = member(form.text, optional=True)
    kit: str | None = member(form.text, optional=True)


KINDS: Final = tuple(map(plain, (Response, Appeal, Decision, Rating, Visit, Training, Support)))
