"""What a kind is, and the two shapes that its records may have: plain, or EPCIS events."""
# ruff: noqa: RUF009  (`member` and `extra` are dataclasses.field)

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

from attest import registry
from attest.payload import Json
from attest.statement import JSON, LD_JSON

from . import epcis, form
from .epcis import AnyEvent, Document
from .form import Members, extra, member, several
from .refusals import RecordError

_TYPE = frozenset({"type"})
P = TypeVar("P", bound="Plain")
V = TypeVar("V", bound="Events")


class Record(Protocol):
    """A typed record; `record()` is the exact inverse of its kind's `parse`."""

    def record(self) -> Members:
        """Return the payload."""
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind: its name, its content type, who may sign it, and how it is read."""

    name: str
    media: str
    roles: frozenset[str]
    parse: Callable[[Members], Record]


def salted(value: Json) -> bool:
    """Take `true`: a blob that is not salted has no such member."""
    if value is not True:
        raise RecordError(f"salted is {str(value)[: form.SHOWN]}, not true or absent")
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A blob that supports the record; `digest` of a salted one covers salt ‖ file."""

    type: str = member(form.text)
    uri: str = member(form.uri)
    digest: str = member(form.digest)
    salted: bool | None = member(salted, optional=True)
    extra: Members = extra()
    record = form.record_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A salted blob with further members of the record, for some readers only."""

    uri: str = member(form.ipfs)
    digest: str = member(form.digest)
    salted: bool = member(salted)
    to: str = member(form.one_of("authority parties"))
    record = form.record_of


evidence_list = several(form.nested(Evidence))
sealed_list = several(form.nested(Sealed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A plain record: a type, an id, and what the kind adds."""

    TYPE: ClassVar[str]

    id: str = member(form.uri)
    evidence: tuple[Evidence, ...] | None = member(
        evidence_list, "nguon:evidence", optional=True
    )
    sealed: tuple[Sealed, ...] | None = member(sealed_list, "nguon:sealed", optional=True)
    extra: Members = extra()

    def record(self) -> Members:
        """Return the payload."""
        return {"type": self.TYPE, **form.record_of(self)}

    def check(self) -> None:
        """Refuse members that contradict each other. Raises RecordError."""


def plain(cls: type[P]) -> Kind:
    """Make the kind whose records are of this class."""

    def parse(record: Members) -> P:
        if record.get("type") != cls.TYPE:
            raise RecordError(f"type is {str(record.get('type'))[:40]!r}, not {cls.TYPE!r}")
        value = form.parse_members(cls, record, _TYPE)
        value.check()
        return value

    return Kind(cls.TYPE, JSON, signers(cls.TYPE), parse)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the events of a kind look like; an empty set allows anything."""

    event: type[Any]
    action: str = ""
    steps: frozenset[str] = frozenset()
    dispositions: frozenset[str] = frozenset()
    lots: bool = False  # at least one quantity
    single: bool = False  # exactly one event


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """Records that are an EPCIS document."""

    TYPE: ClassVar[str]
    SHAPE: ClassVar[Shape]

    document: Document

    def record(self) -> Members:
        """Return the payload."""
        return self.document.record()

    @property
    def events(self) -> tuple[AnyEvent, ...]:
        """The events of the document."""
        return self.document.events

    @property
    def event(self) -> Any:
        """The first event, for kinds that have one."""
        return self.document.events[0]

    def check(self) -> None:
        """Refuse members that contradict each other. Raises RecordError."""


def events(cls: type[V]) -> Kind:
    """Make the kind whose records are of this class."""

    def parse(record: Members) -> V:
        document = epcis.parse(record)
        shape = cls.SHAPE
        if shape.single and len(document.events) != 1:
            raise RecordError(f"{cls.TYPE} has one event, not {len(document.events)}")
        for event in document.events:
            check_shape(cls.TYPE, shape, event)
        value = cls(document=document, **form.take(cls, document.events[0].extra))
        value.check()
        return value

    return Kind(cls.TYPE, LD_JSON, signers(cls.TYPE), parse)


def check_shape(kind: str, shape: Shape, event: AnyEvent) -> None:
    """Refuse an event that is not one of this kind. Raises RecordError."""
    if type(event) is not shape.event:
        raise RecordError(f"{kind} is a {shape.event.NAME}, not a {event.NAME}")
    action = getattr(event, "action", "")
    if shape.action and action not in shape.action.split():
        raise RecordError(f"{kind} has action {shape.action}, not {action}")
    if shape.steps and event.biz_step not in shape.steps:
        raise RecordError(f"{kind} has no step {event.biz_step}")
    if shape.dispositions and event.disposition not in shape.dispositions:
        raise RecordError(f"{kind} has no disposition {event.disposition}")
    if shape.lots and not event.quantities():
        raise RecordError(f"{kind} names no lot")
    if event.error_declaration:
        raise RecordError(f"{kind} declares an error, which only a correction does")
    check_own(event.extra)


def check_own(members: Mapping[str, Json]) -> None:
    """Read our own members that any event may have. Raises RecordError."""
    for name, take in _OWN.items():
        if name in members:
            form.at(name, take, members[name])


def signers(kind: str) -> frozenset[str]:
    """Return the roles that may sign a kind."""
    return frozenset(role for role, kinds in registry.ROLES.items() if kind in kinds)


_OWN: dict[str, form.Form[Any]] = {
    "nguon:evidence": evidence_list,
    "nguon:sealed": sealed_list,
    "nguon:started": form.time,
    "nguon:reason": form.text,
    "nguon:authority": form.text,
    "nguon:instruction": form.text,
    "nguon:producer": form.uri,
    "nguon:product": form.uri,
}
