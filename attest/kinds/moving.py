"""Goods on their way, and goods that are held, let go or called back."""

from dataclasses import dataclass
from typing import ClassVar, Final

from . import form
from .epcis import ObjectEvent
from .form import member
from .kind import Events, Shape, events
from .refusals import RecordError

HOLD = "nguon:hold"
RECALLED = "recalled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment(Events):
    """Goods leave for a destination."""

    TYPE: ClassVar[str] = "shipment"
    SHAPE: ClassVar[Shape] = Shape(
        ObjectEvent, "OBSERVE DELETE", frozenset({"shipping", "departing"}), lots=True
    )

    def check(self) -> None:
        """Refuse goods that go nowhere."""
        for event in self.events:
            if not event.destination_list:
                raise RecordError("shipment has no destination")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival(Events):
    """Goods come in."""

    TYPE: ClassVar[str] = "arrival"
    SHAPE: ClassVar[Shape] = Shape(
        ObjectEvent, "OBSERVE ADD", frozenset({"arriving", "receiving"}), lots=True
    )

    def check(self) -> None:
        """Refuse goods that come from nowhere."""
        for event in self.events:
            if not event.source_list:
                raise RecordError("arrival has no source")


@dataclass(frozen=True, slots=True, kw_only=True)
class Return(Events):
    """Goods come back from trade."""

    TYPE: ClassVar[str] = "return"
    SHAPE: ClassVar[Shape] = Shape(
        ObjectEvent, "OBSERVE ADD", dispositions=frozenset({"returned"}), lots=True
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking(Events):
    """Lots get or lose a disposition that stays."""

    @property
    def sets(self) -> frozenset[str]:
        """What is set on the lots of every event."""
        kept = self.event.persistent_disposition
        return frozenset(kept.set or ()) if kept else frozenset()

    @property
    def unsets(self) -> frozenset[str]:
        """What is unset on the lots of every event."""
        kept = self.event.persistent_disposition
        return frozenset(kept.unset or ()) if kept else frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Marking):
    """Lots not to be sold for now."""

    TYPE: ClassVar[str] = "hold"
    SHAPE: ClassVar[Shape] = Shape(ObjectEvent, "OBSERVE", lots=True, single=True)

    reason: str = member(form.text, "nguon:reason")

    def check(self) -> None:
        """Refuse a hold that holds nothing, or does more."""
        if self.sets != {HOLD} or self.unsets:
            raise RecordError(f"hold sets {HOLD} and nothing else")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall(Marking):
    """Lots called back from everybody."""

    TYPE: ClassVar[str] = "recall"
    SHAPE: ClassVar[Shape] = Shape(ObjectEvent, "OBSERVE", lots=True, single=True)

    reason: str = member(form.text, "nguon:reason")
    authority: str | None = member(form.text, "nguon:authority", optional=True)
    instruction: str | None = member(form.text, "nguon:instruction", optional=True)

    def check(self) -> None:
        """Refuse a recall that recalls nothing, or does more."""
        if self.sets != {RECALLED} or self.unsets:
            raise RecordError(f"recall sets {RECALLED} and nothing else")


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Marking):
    """Lots that may be sold again."""

    TYPE: ClassVar[str] = "release"
    SHAPE: ClassVar[Shape] = Shape(ObjectEvent, "OBSERVE", lots=True, single=True)

    def check(self) -> None:
        """Refuse a release that ends nothing."""
        if self.sets or not self.unsets or self.unsets - {HOLD, RECALLED}:
            raise RecordError(f"release unsets {HOLD}, {RECALLED} or both")


KINDS: Final = tuple(map(events, (Shipment, Arrival, Return, Hold, Release, Recall)))
