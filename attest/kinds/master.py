"""Who and what there is: places, parties, facilities, zones, products, processes, papers."""
# ruff: noqa: RUF009  (`member` is dataclasses.field)

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Final

from attest import gs1
from attest.errors import MalformedError

from . import form
from .form import member, several
from .kind import Plain, plain
from .refusals import RecordError

ZONES = "raw wash process ferment dry pack finished store additive living perimeter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Plain):
    """A country, province, commune and so on; `former` are URIs it had before."""

    TYPE: ClassVar[str] = "place"

    name: str = member(form.text)
    names: dict[str, str] | None = member(form.names, optional=True)
    level: str = member(form.one_of("country province commune city county township"))
    parent: str | None = member(form.uri, optional=True)
    code: str | None = member(form.text, optional=True)
    former: tuple[str, ...] | None = member(several(form.uri), optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party(Plain):
    """An organisation or office; people have no name in the log."""

    TYPE: ClassVar[str] = "party"

    name: str = member(form.text)
    names: dict[str, str] | None = member(form.names, optional=True)
    kind: str = member(
        form.one_of(
            "cooperative household workshop company office laboratory printer supplier operator"
        )
    )
    standing: str | None = member(
        form.one_of("accredited authority in-house peer"), optional=True
    )
    place: str = member(form.uri)
    phone: str | None = member(form.text, optional=True)
    address: str | None = member(form.text, optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster(Plain):
    """Workshops that share an area, or are joined on-line."""

    TYPE: ClassVar[str] = "cluster"

    name: str = member(form.text)
    names: dict[str, str] | None = member(form.names, optional=True)
    place: str = member(form.uri)
    online: bool | None = member(form.boolean, optional=True)
    members: tuple[str, ...] | None = member(several(form.uri), optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facility(Plain):
    """Premises of one producer."""

    TYPE: ClassVar[str] = "facility"

    name: str = member(form.text)
    names: dict[str, str] | None = member(form.names, optional=True)
    producer: str = member(form.uri)
    place: str = member(form.uri)
    cluster: str | None = member(form.uri, optional=True)
    address: str | None = member(form.text, optional=True)
    officer: str | None = member(form.uri, optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone(Plain):
    """A room or corner of a facility; cameras hang in zones."""

    TYPE: ClassVar[str] = "zone"

    facility: str = member(form.uri)
    kind: str = member(form.one_of(ZONES))
    name: str | None = member(form.text, optional=True)
    names: dict[str, str] | None = member(form.names, optional=True)
    required: bool | None = member(form.boolean, optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(Plain):
    """What is sold, as the label says it."""

    TYPE: ClassVar[str] = "product"

    gtin: str | None = member(form.gtin, optional=True)
    name: str = member(form.text)
    names: dict[str, str] | None = member(form.names, optional=True)
    maker: str = member(form.uri)
    brand: str | None = member(form.text, optional=True)
    net_content: str | None = member(form.text, optional=True)
    ingredients: str | None = member(form.text, optional=True)
    allergens: str | None = member(form.text, optional=True)
    storage: str | None = member(form.text, optional=True)
    phone: str | None = member(form.text, optional=True)
    picture: str | None = member(form.blob, optional=True)
    story: str | None = member(form.text, optional=True)

    def check(self) -> None:
        """Refuse a GTIN that the id does not carry, and the other way round."""
        carried = gtin_of(self.id)
        if self.gtin is not None and carried != self.gtin:
            raise RecordError(f"id {self.id} is not the Digital Link of GTIN {self.gtin}")
        if carried is not None and self.id.count("/") != gs1.BASE.count("/") + 2:
            raise RecordError(f"id {self.id} names more than a product")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a process; its id is the `bizStep` of diary entries."""

    id: str = member(form.uri)
    name: str = member(form.text)
    names: dict[str, str] | None = member(form.names, optional=True)
    zone: str | None = member(form.one_of(ZONES), optional=True)
    evidence: tuple[str, ...] | None = member(several(form.text), optional=True)
    record = form.record_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Process(Plain):
    """How a product is made, step by step."""

    TYPE: ClassVar[str] = "process"

    product: str = member(form.uri)
    name: str | None = member(form.text, optional=True)
    steps: tuple[Step, ...] = member(several(form.nested(Step)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate(Plain):
    """A paper about a party, facility or product; days are inclusive."""

    TYPE: ClassVar[str] = "certificate"

    about: str = member(form.uri)
    scheme: str = member(form.text)
    number: str | None = member(form.text, optional=True)
    stars: int | None = member(form.integer(1, 5), optional=True)
    score: int | float | None = member(form.number, optional=True)
    from_: str = member(form.day, "from")
    until: str | None = member(form.day, optional=True)
    issuer: str = member(form.text)
    cid: str | None = member(form.blob, optional=True)
    digest: str | None = member(form.digest, optional=True)

    def check(self) -> None:
        """Refuse a file without its digest, and an end before the beginning."""
        if (self.cid is None) != (self.digest is None):
            raise RecordError("cid and digest stand together or not at all")
        if self.until is not None and self.until < self.from_:
            raise RecordError(f"valid from {self.from_} until {self.until}")


@lru_cache(form.KEPT)
def gtin_of(uri: str) -> str | None:
    """Return the GTIN of a product's or lot's Digital Link on any host, else None."""
    host, found, path = uri.partition("/01/")
    if not found or host.count("/") != gs1.BASE.count("/"):
        return None
    try:
        return gs1.parse("/01/" + path).gtin
    except MalformedError:
        return None


KINDS: Final = tuple(
    map(plain, (Place, Party, Cluster, Facility, Zone, Product, Process, Certificate))
)
