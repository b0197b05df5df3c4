"""How food is made: stock, raw material, diary, processing, packing, loss, own checks."""

from dataclasses import dataclass
from typing import ClassVar, Final

from . import form
from .epcis import AggregationEvent, ObjectEvent, TransformationEvent
from .form import member, several
from .kind import Events, Plain, Shape, events, plain

REFUSED = frozenset({"non_conformant", "returned"})  # a load that was not taken in


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening(Events):
    """Stock from before joining: the maker's word."""

    TYPE: ClassVar[str] = "opening"
    SHAPE: ClassVar[Shape] = Shape(ObjectEvent, "ADD", lots=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance(Events):
    """Raw material that came in, or was sent back at the door."""

    TYPE: ClassVar[str] = "acceptance"
    SHAPE: ClassVar[Shape] = Shape(
        ObjectEvent, "OBSERVE ADD", frozenset({"receiving", "accepting"}), lots=True
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary(Events):
    """A step of the process, or the cleaning of a zone, with what was measured."""

    TYPE: ClassVar[str] = "diary"
    SHAPE: ClassVar[Shape] = Shape(ObjectEvent, "OBSERVE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Processing(Events):
    """Lots become other lots."""

    TYPE: ClassVar[str] = "processing"
    SHAPE: ClassVar[Shape] = Shape(TransformationEvent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packaging(Events):
    """A lot becomes packs: the output without a unit of measure."""

    TYPE: ClassVar[str] = "packaging"
    SHAPE: ClassVar[Shape] = Shape(TransformationEvent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregation(Events):
    """Goods put into cartons or boxes, or taken out."""

    TYPE: ClassVar[str] = "aggregation"
    SHAPE: ClassVar[Shape] = Shape(AggregationEvent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposal(Events):
    """Loss, or goods destroyed."""

    TYPE: ClassVar[str] = "disposal"
    SHAPE: ClassVar[Shape] = Shape(ObjectEvent, "DELETE", lots=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One line of a self-check."""

    item: str = member(form.text)
    ok: bool = member(form.boolean)
    note: str | None = member(form.text, optional=True)
    record = form.record_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfCheck(Plain):
    """The food-safety officer's daily, weekly or monthly look."""

    TYPE: ClassVar[str] = "selfcheck"

    facility: str = member(form.uri)
    at: str = member(form.time)
    period: str = member(form.one_of("daily weekly monthly"))
    items: tuple[Checked, ...] = member(several(form.nested(Checked)))
    lot: str | None = member(form.uri, optional=True)
    by: str | None = member(form.uri, optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label(Plain):
    """A label that was checked against what the law asks, with a picture as evidence."""

    TYPE: ClassVar[str] = "label"

    product: str = member(form.uri)
    lot: str | None = member(form.uri, optional=True)
    at: str = member(form.time)
    text: str | None = member(form.text, optional=True)


KINDS: Final = (
    *map(events, (Opening, Acceptance, Diary, Processing, Packaging, Aggregation, Disposal)),
    *map(plain, (SelfCheck, Label)),
)
