"""Stamps: a roll is printed, a range of it is bound to a lot, some are void."""

from dataclasses import dataclass
from typing import ClassVar, Final

from . import form
from .epcis import ObjectEvent
from .form import member
from .kind import Events, Shape, events
from .refusals import RecordError

MAX_ROLL = 2**30 - 1
MAX_COUNT = 2**20

_number = form.integer(0, MAX_ROLL)
_stamp = form.integer(0, MAX_COUNT - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll(Events):
    """Stamps printed together for one producer, under one Merkle root."""

    TYPE: ClassVar[str] = "roll"
    SHAPE: ClassVar[Shape] = Shape(ObjectEvent, "ADD", frozenset({"encoding"}), single=True)

    number: int = member(_number, "nguon:roll")
    count: int = member(form.integer(1, MAX_COUNT), "nguon:count")
    root: str = member(form.digest, "nguon:rollRoot")
    product: str | None = member(form.uri, "nguon:product", optional=True)
    producer: str = member(form.uri, "nguon:producer")

    @property
    def uri(self) -> str:
        """The roll's URI."""
        uri: str = self.event.epc_list[0]
        return uri

    def check(self) -> None:
        """Refuse an event that is not about one roll."""
        _require_roll(self.event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Range(Events):
    """Stamps `first` to `last`, inclusive, of a roll; they count from 0."""

    number: int = member(_number, "nguon:roll")
    first: int = member(_stamp, "nguon:first")
    last: int = member(_stamp, "nguon:last")

    @property
    def size(self) -> int:
        """How many stamps."""
        return self.last - self.first + 1

    def check(self) -> None:
        """Refuse a range that ends before it begins."""
        if self.last < self.first:
            raise RecordError(f"stamps {self.first} to {self.last} are no range")


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation(Range):
    """Stamps bound to a lot."""

    TYPE: ClassVar[str] = "activation"
    SHAPE: ClassVar[Shape] = Shape(
        ObjectEvent, "ADD", frozenset({"commissioning"}), lots=True, single=True
    )

    @property
    def lot(self) -> str:
        """The lot's URI."""
        lot: str = self.event.quantity_list[0].epc_class
        return lot

    def check(self) -> None:
        """Refuse another quantity than the range has stamps."""
        Range.check(self)
        quantities = self.event.quantity_list
        if len(quantities) != 1 or quantities[0].uom is not None:
            raise RecordError("activation names one lot, counted in pieces")
        if quantities[0].quantity != self.size:
            raise RecordError(f"quantity {quantities[0].quantity} for {self.size} stamps")


@dataclass(frozen=True, slots=True, kw_only=True)
class Void(Range):
    """Stamps that will never be good."""

    TYPE: ClassVar[str] = "void"
    SHAPE: ClassVar[Shape] = Shape(
        ObjectEvent, "DELETE", frozenset({"decommissioning"}), single=True
    )

    reason: str = member(form.text, "nguon:reason")


def _require_roll(event: ObjectEvent) -> None:
    if not event.epc_list or len(event.epc_list) != 1:
        raise RecordError("epcList of a roll is the roll's URI alone")


KINDS: Final = tuple(map(events, (Roll, Activation, Void)))
