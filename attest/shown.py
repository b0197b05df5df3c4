"""What a page shows: values copied from entries, and values that only the server says.

A fact names the entry and the place in its payload, so that a reader compares; a told value
is never shown as checked. See docs/formats/dossier.md.
"""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from . import fields
from .errors import MalformedError
from .payload import Json

Members: TypeAlias = dict[str, Json]
SERVER = "server"


class Part(Protocol):
    """A part of a dossier that prints itself."""

    def record(self) -> Members:
        """Return the JSON."""
        ...


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that entry `entry` says at `pointer` (RFC 6901) of its payload."""

    value: str | int | float | bool
    entry: int
    pointer: str

    def record(self) -> Members:
        """Return the JSON."""
        return {"value": self.value, "entry": self.entry, "pointer": self.pointer}


@dataclass(frozen=True, slots=True)
class Told:
    """A value that only the server says."""

    value: Json

    def record(self) -> Members:
        """Return the JSON."""
        return {"value": self.value, "by": SERVER}


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of the timeline: which entry, and when it says that it happened."""

    kind: str
    index: int
    issuer: str
    time: Fact | None
    summary: Told | None

    def record(self) -> Members:
        """Return the JSON."""
        return {
            "kind": self.kind,
            "index": self.index,
            "issuer": self.issuer,
            "time": print_part(self.time),
            "summary": print_part(self.summary),
        }


def parse_moment(value: Json) -> Moment:
    """Read a line of the timeline. Raises MalformedError."""
    part = fields.exactly(value, "timeline", ("kind", "index", "issuer", "time", "summary"))
    return Moment(
        fields.text(part["kind"]),
        fields.index(part["index"]),
        fields.text(part["issuer"]),
        parse_fact(part["time"]),
        parse_told(part["summary"]),
    )


def parse_fact(value: Json) -> Fact | None:
    """Read a fact; null where nobody said it. Raises MalformedError."""
    if value is None:
        return None
    part = fields.exactly(value, "fact", ("value", "entry", "pointer"))
    said = part["value"]
    if not isinstance(said, str | int | float):
        raise MalformedError(f"a fact is {str(said)[:40]!r}, which is no text or number")
    pointer = part["pointer"]
    if not isinstance(pointer, str):
        raise MalformedError("a fact's pointer is no text")
    return Fact(said, fields.index(part["entry"]), pointer)


def parse_told(value: Json) -> Told | None:
    """Read a told value; null where there is none. Raises MalformedError."""
    if value is None:
        return None
    part = fields.exactly(value, "told value", ("value", "by"))
    if part["by"] != SERVER:
        raise MalformedError(f"a value by {str(part['by'])[:40]!r} is by nobody we know")
    return Told(part["value"])


def print_part(part: Part | None) -> Members | None:
    """Return a part's JSON; null where there is none."""
    return None if part is None else part.record()
