"""Which entries of a dossier speak of its stamp, by rules that any reader can follow.

From the roll's entry to the producer, from the activation to the lot, from the lot to its
packaging, product and facility: docs/formats/dossier.md, "Which entries belong to a stamp".
Records are read as plain JSON; what does not have the expected shape is a contradiction.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from .dossier import Stamp
from .errors import AttestError, ProofError
from .payload import Json
from .registry import Key, Registry
from .shown import Members
from .statement import Statement

EVENTS = "/epcisBody/eventList"
LISTS = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
PLAIN_LINKS = ("id", "about", "facility", "product", "lot", "on", "producer", "camera")

_OFFICES = frozenset({"registrar", "regulator"})


class MissingError(AttestError):
    """The dossier lacks an entry that it needs; this says nothing about the stamp."""

    code = "missing"


@dataclass(frozen=True, slots=True)
class Event:
    """One event of an entry: where it stands and of which kind it is."""

    index: int
    at: str
    kind: str
    event: Members

    def text(self, name: str) -> str | None:
        """Return a text member, None where it is missing or no text."""
        value = self.event.get(name)
        return value if isinstance(value, str) else None

    def number(self, name: str) -> int:
        """Return an integer member. Raises ProofError."""
        value = self.event.get(name)
        if type(value) is not int:
            raise ProofError(f"{name} of entry {self.index} is no integer")
        return value

    def lots(self, *lists: str) -> frozenset[str]:
        """Return the lots in these lists of quantities, by default in all."""
        rows = [row for name in lists or LISTS for row in _objects(self.event.get(name))]
        return frozenset(str(row["epcClass"]) for row in rows if "epcClass" in row)

    def place(self, name: str) -> str | None:
        """Return the id of `readPoint` or `bizLocation`."""
        value = self.event.get(name)
        found = value.get("id") if isinstance(value, dict) else None
        return found if isinstance(found, str) else None

    def places(self) -> frozenset[str]:
        """Return read point, location, and what is fixed there."""
        named = (self.place("readPoint"), self.place("bizLocation"), *_texts(self, "childEPCs"))
        return frozenset(name for name in named if name)


class Lineage:
    """The entries of one stamp; every property raises when the entries contradict it."""

    def __init__(
        self, stamp: Stamp, statements: Mapping[int, Statement], registry: Registry
    ) -> None:
        self.stamp = stamp
        self.statements = dict(sorted(statements.items()))
        self.registry = registry
        self._dead: set[tuple[int, str]] = set()
        self.events: list[Event] = list(self._effective())

    @cached_property
    def roll(self) -> Event:
        """The event that issued the roll."""
        return self._event(self.stamp.roll_entry, "roll")

    @cached_property
    def roll_uri(self) -> str:
        """The roll's URI."""
        return next(iter(_texts(self.roll, "epcList")), "")

    @cached_property
    def producer(self) -> str:
        """Whose roll it is."""
        producer = self.roll.text("nguon:producer")
        if producer is None:
            raise ProofError(f"roll of entry {self.roll.index} names no producer")
        return producer

    @cached_property
    def activation(self) -> Event | None:
        """The event that bound the stamp to a lot; None when it was never activated."""
        index = self.stamp.activation_entry
        if index is None:
            return None
        event = self._event(index, "activation")
        if self._issuer(index) != self.producer:
            raise ProofError(f"activation {index} is by {self._issuer(index)}")
        return event

    @cached_property
    def lot(self) -> str | None:
        """The stamp's lot."""
        if self.activation is None:
            return None
        lots = self.activation.lots("quantityList")
        if len(lots) != 1:
            raise ProofError(f"activation {self.activation.index} names {len(lots)} lots")
        return next(iter(lots))

    @cached_property
    def lots(self) -> frozenset[str]:
        """The stamp's lot and those it was made from, as far as the entries say."""
        known = set() if self.lot is None else {self.lot}
        made = [e for e in self.events if e.kind in ("processing", "packaging")]
        while True:
            inputs = [e.lots("inputQuantityList") for e in made if known & _outputs(e)]
            more = known.union(*inputs)
            if more == known:
                return frozenset(known)
            known = more

    @cached_property
    def packaging(self) -> Event | None:
        """The last event that made packs of the lot, by the producer or its worker."""
        found = [
            event
            for event in self.events
            if event.kind == "packaging"
            and self.lot in _outputs(event)
            and self._speaks(event.index)
        ]
        return found[-1] if found else None

    @cached_property
    def product_id(self) -> str | None:
        """The product by its URI."""
        named = self.roll.text("nguon:product")
        if named is None and self.packaging:
            named = self.packaging.text("nguon:product")
        if named is None and self.lot and "/10/" in self.lot:
            named = self.lot.partition("/10/")[0]
        return named

    @cached_property
    def product(self) -> int | None:
        """The entry of the product."""
        return self._newest("product", self.product_id)

    @cached_property
    def maker(self) -> int | None:
        """The entry that names the producer."""
        return self._newest("party", self.producer)

    @cached_property
    def facility(self) -> int | None:
        """The entry of the place where the packs were made."""
        place = self.packaging.place("bizLocation") if self.packaging else None
        return self._newest("facility", place)

    @cached_property
    def belonging(self) -> frozenset[int]:
        """The entries that belong to the stamp."""
        things = {self.roll_uri, self.producer, *self.lots}
        if self.product_id:
            things.add(self.product_id)
        if self.facility is not None:
            things.add(str(self.statements[self.facility].record["id"]))
        found = {self.stamp.roll_entry}
        while True:
            more = {i for i in self.statements if i not in found and self._is_of(i, things)}
            if not more:
                return frozenset(found)
            found |= more
            for index in sorted(more):
                things |= self._names(index)

    def events_of(self, index: int) -> list[Event]:
        """Return all events of an entry, effective or not, with the entry's own kind."""
        said = self.statements[index]
        return [
            Event(index, f"{EVENTS}/{at}", said.kind, event)
            for at, event in enumerate(_event_list(said.record))
        ]

    def role_at(self, index: int) -> frozenset[str]:
        """Return the roles of the key that signed an entry."""
        return self._key(index).roles

    def issuer(self, index: int) -> str:
        """Return who said an entry."""
        return self._issuer(index)

    def _effective(self) -> Iterator[Event]:
        """Yield events in order, corrected ones replaced by those that correct them."""
        by_id: dict[str, Event] = {}
        order: list[Event] = []
        for index, said in self.statements.items():
            events = self.events_of(index)
            kind = said.kind
            if kind == "correction" and events:
                wrong = by_id.get(str(events[0].event.get("eventID")))
                if wrong is None or self._issuer(wrong.index) != said.header.iss:
                    continue
                self._dead.add((wrong.index, wrong.at))
                kind, events = wrong.kind, events[1:]
            for event in events:
                effective = Event(index, event.at, kind, event.event)
                by_id[str(event.event.get("eventID"))] = effective
                order.append(effective)
        return (event for event in order if (event.index, event.at) not in self._dead)

    def _event(self, index: int, kind: str) -> Event:
        if index not in self.statements:
            raise MissingError(f"entry {index} is not in the dossier")
        for event in self.events:
            if event.index == index and event.kind == kind:
                return event
        raise ProofError(f"entry {index} holds no {kind} that is in effect")

    def _issuer(self, index: int) -> str:
        return self.statements[index].header.iss

    def _key(self, index: int) -> Key:
        key = self.registry.get(self.statements[index].header.kid)
        if key is None:
            raise MissingError(f"the key of entry {index} is not in the dossier")
        return key

    def _speaks(self, index: int) -> bool:
        """Say whether the entry is by the producer, or by a worker of one of its facilities."""
        if self._issuer(index) == self.producer:
            return True
        key = self._key(index)
        return "worker" in key.roles and key.place in self._own_facilities

    @cached_property
    def _own_facilities(self) -> frozenset[str]:
        return frozenset(
            str(said.record.get("id"))
            for index, said in self.statements.items()
            if said.kind == "facility" and self._is_own(index)
        )

    def _newest(self, kind: str, name: str | None) -> int | None:
        """Return the last entry of a thing of the producer's, by its id."""
        found = [
            index
            for index, said in self.statements.items()
            if said.kind == kind and said.record.get("id") == name and self._is_own(index)
        ]
        return found[-1] if found else None

    def _is_own(self, index: int) -> bool:
        """Say whether a record of the producer's is by who may say so."""
        said = self.statements[index]
        if said.kind == "party":
            return True  # whose key may sign it is a registrar's
        if said.kind == "product":
            return said.header.iss == self.producer
        by_office = self.role_at(index) & _OFFICES
        return said.record.get("producer") == self.producer and (
            said.header.iss == self.producer or bool(by_office)
        )

    def _is_of(self, index: int, things: set[str]) -> bool:
        said = self.statements[index]
        if said.kind == "key":
            return False
        events = self.events_of(index)
        if not events:
            return any(str(said.record.get(name)) in things for name in PLAIN_LINKS)
        return any(self._event_is_of(event, things) for event in events)

    def _event_is_of(self, event: Event, things: set[str]) -> bool:
        if "nguon:first" in event.event:
            return self.holds(event)
        lots = event.lots()
        if lots:
            return bool(lots & self.lots)
        return bool(event.places() & things)

    def holds(self, event: Event) -> bool:
        """Say whether a range of stamps, to be activated or void, holds this one."""
        return event.number("nguon:roll") == self.stamp.roll and (
            event.number("nguon:first") <= self.stamp.index <= event.number("nguon:last")
        )

    def _names(self, index: int) -> frozenset[str]:
        """Return what an entry that belongs adds to the things of the stamp."""
        events = self.events_of(index)
        if events:
            return frozenset().union(*(event.places() for event in events))
        return frozenset({str(self.statements[index].record.get("id"))})


def _event_list(record: Members) -> list[Members]:
    body = record.get("epcisBody")
    return _objects(body.get("eventList")) if isinstance(body, dict) else []


def _objects(value: Json) -> list[Members]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _texts(event: Event, name: str) -> list[str]:
    value = event.event.get(name)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _outputs(event: Event) -> frozenset[str]:
    return event.lots("outputQuantityList")
