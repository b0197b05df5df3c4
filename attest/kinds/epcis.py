"""EPCIS 2.0 documents and events, as strict as the official JSON schema with formats asserted.

Stricter where one meaning needs one spelling: short names of the CBV, events with `urn:uuid:`
ids, a zone offset that equals the one in `eventTime`, prefix `nguon` bound to our namespace.
`parse(document.record()) == document`; nothing that the schema would refuse is accepted.
"""

# ruff: noqa: RUF009  (`member` and `extra` are dataclasses.field)

from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

from attest.payload import Json

from . import cbv, form
from .form import Members, extra, member, several
from .parts import (
    Declaration,
    Destination,
    Named,
    Persistent,
    Quantity,
    Sensed,
    Source,
    Transaction,
    event_id,
    ilmd,
    offset,
)
from .refusals import RecordError

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
CONTEXTS = (CONTEXT, "https://ref.gs1.org/standards/epcis/epcis-context.jsonld")
PREFIX = "nguon"
NAMESPACE = "https://w3id.org/nguon/v1/"
MAX_EVENTS = 100

_EVENT = frozenset({"type"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What all events have."""

    NAME: ClassVar[str]

    event_id: str = member(event_id, "eventID")
    event_time: str = member(form.time)
    event_time_zone_offset: str = member(offset)
    record_time: str | None = member(form.time, optional=True)
    certification_info: str | None = member(form.uri, optional=True)
    error_declaration: Declaration | None = member(form.nested(Declaration), optional=True)
    biz_step: str | None = member(cbv.step, optional=True)
    disposition: str | None = member(cbv.disposition, optional=True)
    read_point: Named | None = member(form.nested(Named), optional=True)
    biz_location: Named | None = member(form.nested(Named), optional=True)
    biz_transaction_list: tuple[Transaction, ...] | None = member(
        several(form.nested(Transaction)), optional=True
    )
    source_list: tuple[Source, ...] | None = member(several(form.nested(Source)), optional=True)
    destination_list: tuple[Destination, ...] | None = member(
        several(form.nested(Destination)), optional=True
    )
    sensor_element_list: tuple[Sensed, ...] | None = member(
        several(form.nested(Sensed)), optional=True
    )
    extra: Members = extra()

    def record(self) -> Members:
        """Return the event as JSON."""
        return {"type": self.NAME, **form.record_of(self)}

    @property
    def time_ms(self) -> int:
        """The claimed time of the event, milliseconds UTC."""
        return form.time_ms(self.event_time)

    @property
    def place(self) -> str | None:
        """The read point's URI."""
        return self.read_point.id if self.read_point else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectEvent(Event):
    """Something happened to lots or things, or was observed at a place."""

    NAME: ClassVar[str] = "ObjectEvent"

    action: str = member(cbv.action)
    epc_list: tuple[str, ...] | None = member(several(form.uri, 0), optional=True)
    quantity_list: tuple[Quantity, ...] | None = member(
        several(form.nested(Quantity)), optional=True
    )
    persistent_disposition: Persistent | None = member(form.nested(Persistent), optional=True)
    ilmd: Members | None = member(ilmd, optional=True)

    def quantities(self) -> tuple[Quantity, ...]:
        """Return the lots that it is about."""
        return self.quantity_list or ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping(Event):
    """Children are put into, or taken out of, a parent."""

    action: str = member(cbv.action)
    parent_id: str | None = member(form.uri, "parentID", optional=True)
    child_epcs: tuple[str, ...] | None = member(several(form.uri), "childEPCs", optional=True)
    child_quantity_list: tuple[Quantity, ...] | None = member(
        several(form.nested(Quantity)), optional=True
    )

    def quantities(self) -> tuple[Quantity, ...]:
        """Return the lots among its children."""
        return self.child_quantity_list or ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregationEvent(Grouping):
    """Goods are packed together in a carton, box or pallet."""

    NAME: ClassVar[str] = "AggregationEvent"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationEvent(Grouping):
    """Something is fixed to a place or thing, like a camera to a zone."""

    NAME: ClassVar[str] = "AssociationEvent"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformationEvent(Event):
    """Lots become other lots."""

    NAME: ClassVar[str] = "TransformationEvent"

    input_epc_list: tuple[str, ...] | None = member(
        several(form.uri, 0), "inputEPCList", optional=True
    )
    input_quantity_list: tuple[Quantity, ...] | None = member(
        several(form.nested(Quantity)), optional=True
    )
    output_epc_list: tuple[str, ...] | None = member(
        several(form.uri, 0), "outputEPCList", optional=True
    )
    output_quantity_list: tuple[Quantity, ...] | None = member(
        several(form.nested(Quantity)), optional=True
    )
    transformation_id: str | None = member(form.uri, "transformationID", optional=True)
    persistent_disposition: Persistent | None = member(form.nested(Persistent), optional=True)
    ilmd: Members | None = member(ilmd, optional=True)

    def quantities(self) -> tuple[Quantity, ...]:
        """Return outputs, then inputs."""
        return (self.output_quantity_list or ()) + (self.input_quantity_list or ())


AnyEvent: TypeAlias = ObjectEvent | AggregationEvent | AssociationEvent | TransformationEvent
_TYPES: dict[str, type[Any]] = {
    cls.NAME: cls
    for cls in (ObjectEvent, AggregationEvent, AssociationEvent, TransformationEvent)
}


def _usual_context() -> Json:
    return [CONTEXT, {PREFIX: NAMESPACE}]


@dataclass(frozen=True, slots=True)
class Document:
    """Events in the frame that makes them a document."""

    creation_date: str
    events: tuple[AnyEvent, ...]
    context: Json = field(default_factory=_usual_context)

    def record(self) -> Members:
        """Return the document as JSON."""
        return {
            "@context": self.context,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": self.creation_date,
            "epcisBody": {"eventList": [event.record() for event in self.events]},
        }


def document(creation_date: str, *events: AnyEvent) -> Document:
    """Put events into a document made at `creation_date` (RFC 3339 with a zone)."""
    return Document(creation_date, events)


def parse(record: Members) -> Document:
    """Read a document. Raises RecordError."""
    match record:
        case {
            "@context": context,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": created,
            "epcisBody": {"eventList": list(events), **body},
            **more,
        } if not more and not body:
            _check_context(context, record)
            if not 1 <= len(events) <= MAX_EVENTS:
                raise RecordError(f"a document of {len(events)} events, not 1 to {MAX_EVENTS}")
            moment = form.at("creationDate", form.time, created)
            return Document(moment, tuple(map(parse_event, events)), context)
    raise RecordError("not an EPCIS 2.0 document with the members of the frame")


def parse_event(value: Json) -> AnyEvent:
    """Read one event. Raises RecordError."""
    if not isinstance(value, dict):
        raise RecordError(f"event {str(value)[: form.SHOWN]!r} is not an object")
    cls = _TYPES.get(str(value.get("type")))
    if cls is None:
        raise RecordError(f"no kind has events of type {str(value.get('type'))[:40]!r}")
    event: AnyEvent = form.parse_members(cls, value, _EVENT)
    _check_zone(event)
    _check_shape(event)
    return event


def _check_context(context: Json, record: Members) -> None:
    """The standard's context must be there, and ours where our prefix is used."""
    if context == _usual_context():
        return
    items = context if isinstance(context, list) else [context]
    named = [item for item in items if not isinstance(item, dict)]
    if not all(map(form.is_uri, named)) or not any(item in CONTEXTS for item in named):
        raise RecordError(f"@context lacks {CONTEXT}, or names what is no URI")
    if any(item in items[:index] for index, item in enumerate(items)):
        raise RecordError("@context names one thing twice")
    bound = [item[PREFIX] for item in items if isinstance(item, dict) and PREFIX in item]
    if any(iri != NAMESPACE for iri in bound):
        raise RecordError(f"@context binds {PREFIX} to another namespace")
    if not bound and f"{PREFIX}:" in str(record):
        raise RecordError(f"@context does not bind {PREFIX} to {NAMESPACE}")


def _check_zone(event: AnyEvent) -> None:
    """A time and its offset must tell of one zone, or readers show different hours."""
    zone = event.event_time[-6:]
    if not event.event_time.endswith("Z") and zone != event.event_time_zone_offset:
        raise RecordError(
            f"eventTime {event.event_time} is not in zone {event.event_time_zone_offset}"
        )


def _check_shape(event: AnyEvent) -> None:
    """What the schema asks of an event beyond its members one by one."""
    if isinstance(event, ObjectEvent):
        _check_object(event)
    elif isinstance(event, TransformationEvent):
        _check_transformation(event)
    else:
        _check_grouping(event)


def _check_object(event: ObjectEvent) -> None:
    sensed = event.sensor_element_list and event.read_point
    if event.epc_list is None and not event.quantity_list and not sensed:
        raise RecordError("an ObjectEvent about no thing, lot or sensed place")
    if event.ilmd and event.action != "ADD":
        raise RecordError(f"master data with action {event.action}")
    _check_persistent(event.persistent_disposition)


def _check_grouping(event: AggregationEvent | AssociationEvent) -> None:
    if event.action != "DELETE" and not (event.child_epcs or event.child_quantity_list):
        raise RecordError(f"{event.NAME} without children")
    if event.parent_id is None and (
        event.action != "OBSERVE" or event.NAME != "AggregationEvent"
    ):
        raise RecordError(f"{event.NAME} without parentID")


def _check_transformation(event: TransformationEvent) -> None:
    inputs = event.input_epc_list or event.input_quantity_list
    outputs = event.output_epc_list or event.output_quantity_list
    if not (inputs and outputs) and not (event.transformation_id and (inputs or outputs)):
        raise RecordError("a TransformationEvent without inputs or outputs")
    _check_persistent(event.persistent_disposition)


def _check_persistent(kept: Persistent | None) -> None:
    if kept is None:
        return
    sides = [side for side in (kept.set, kept.unset) if side]
    if not sides or any(len(set(side)) != len(side) for side in sides):
        raise RecordError("persistentDisposition sets and unsets nothing, or one thing twice")
