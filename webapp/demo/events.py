"""EPCIS events of the story, each built from what a person would say: when, where, what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from attest.payload import Json

Event = dict[str, Json]
CONTEXT: list[Json] = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"nguon": "https://w3id.org/nguon/v1/"},
]


@dataclass(frozen=True, slots=True)
class Amount:
    """So much of a lot; without a unit it is a count of packs."""

    lot: str
    quantity: float
    unit: str | None = None

    def record(self) -> Event:
        """Return the quantity element."""
        whole = int(self.quantity) if self.quantity == int(self.quantity) else self.quantity
        record: Event = {"epcClass": self.lot, "quantity": whole}
        return record | ({"uom": self.unit} if self.unit else {})


def document(*events: Event) -> Event:
    """Wrap events as one EPCIS document, created when its last event happened."""
    return {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": events[-1]["eventTime"],
        "epcisBody": {"eventList": list(events)},
    }


def event(kind: str, at: datetime, step: str, where: str, **members: Json) -> Event:
    """Return an event at a place; member names use `__` for a colon, as in nguon__reason."""
    moment = at.isoformat(timespec="seconds")
    record: Event = {
        "type": kind,
        "eventID": f"urn:uuid:{uuid4()}",
        "eventTime": moment,
        "eventTimeZoneOffset": moment[-6:],
    }
    named = {name.replace("__", ":"): value for name, value in members.items()}
    action = {"action": named.pop("action")} if "action" in named else {}
    return record | action | {"bizStep": step, "readPoint": {"id": where}} | named


def observed(
    at: datetime, step: str, where: str, lots: Sequence[Amount], **more: Json
) -> Event:
    """Return an ObjectEvent of lots that were seen somewhere."""
    quantities: list[Json] = [amount.record() for amount in lots]
    merged: Event = {"action": "OBSERVE", "quantityList": quantities, **more}
    return event("ObjectEvent", at, step, where, **merged)


def made(
    at: datetime,
    step: str,
    where: str,
    inputs: Sequence[Amount],
    outputs: Sequence[Amount],
    **more: Json,
) -> Event:
    """Return a TransformationEvent: inputs became outputs."""
    return event(
        "TransformationEvent",
        at,
        step,
        where,
        inputQuantityList=[amount.record() for amount in inputs],
        outputQuantityList=[amount.record() for amount in outputs],
        **more,
    )


def reports(*values: Event) -> list[Json]:
    """Return one sensor element with these reports."""
    return [{"sensorReport": list(values)}]


def measured(what: str, value: float, unit: str, **limits: Json) -> Event:
    """Return one measured value; limits are at_least, at_most and basis."""
    names = {"at_least": "nguon:atLeast", "at_most": "nguon:atMost", "basis": "nguon:basis"}
    kept: Event = {names[name]: limit for name, limit in limits.items()}
    return {"type": what, "value": value, "uom": unit, **kept}


def said(what: str, text: str, **limits: Json) -> Event:
    """Return one result in words, such as "absent in 25 g"."""
    kept: Event = {f"nguon:{name}": limit for name, limit in limits.items()}
    return {"type": what, "stringValue": text, **kept}
