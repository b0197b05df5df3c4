"""How members of a JSON object become the fields of a typed record, and back, exactly.

A record class declares each field with `member(form)`; `parse_members` refuses what is missing,
of another form, or unknown, and keeps members whose name has a prefix (`example:note`).
`parse_members(cls, r)` and `record_of` are exact inverses.
"""

import dataclasses
import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Protocol, TypeAlias, TypeVar

from attest import cid, gs1, spell
from attest.errors import MalformedError
from attest.payload import Json

from .refusals import RecordError

Members: TypeAlias = dict[str, Json]
T = TypeVar("T")
Form: TypeAlias = Callable[[Json], T]

MAX_TEXT = 4096
MAX_ITEMS = 1000
MAX_URI = 2048
MAX_AMOUNT = 10**12  # sums of a million amounts stay exact integers everywhere
SHOWN = 60
KEPT = 4096  # the same places, lots and minutes come again and again
EXTRA = "extra"

# RFC 3986 without IP literals; the schema of EPCIS checks the same by `format: uri`.
_CHAR = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{2})"
_HOST = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*"
_PATH = rf"(?:{_CHAR}|[@/])"
_URI = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.\-]*:(?://(?:{_CHAR}*@)?{_HOST}(?::[0-9]{{0,5}})?(?:/{_PATH}*)?"
    rf"|(?!//){_PATH}+)(?:\?(?:{_PATH}|\?)*)?(?:\#(?:{_PATH}|\?)*)?"
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CAMEL = re.compile(r"_([a-z])")


class Recorded(Protocol):
    """A value that prints itself as members."""

    def record(self) -> Members:
        """Return the members."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Slot:
    """One field of a record class: its member's name, and what may stand there."""

    field: str
    name: str
    form: Form[Any]
    required: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """The fields of a record class by their members' names, in the order of printing."""

    slots: dict[str, Slot]
    required: tuple[Slot, ...]
    keeps: bool  # members of other vocabularies


_LAYOUTS: dict[type[Any], Layout] = {}  # a class never changes, so this only saves time


def member(form: Form[T], name: str = "", *, optional: bool = False) -> Any:
    """Declare a field; its member is `name`, else the field's name in camel case."""
    about = {"form": form, "name": name, "optional": optional}
    if optional:
        return dataclasses.field(default=None, metadata=about)
    return dataclasses.field(metadata=about)


def extra() -> Any:
    """Declare the field `extra`, which keeps the members of other vocabularies."""
    return dataclasses.field(default_factory=dict)


def parse_members(cls: type[T], record: Mapping[str, Json], ignore: frozenset[str]) -> T:
    """Read a record's members into `cls`. Raises RecordError."""
    layout = _layout(cls)
    values = _read(layout, record)
    others = {n: v for n, v in record.items() if n not in layout.slots and n not in ignore}
    if others:
        _check_others(others, layout.keeps)
        values[EXTRA] = others
    return cls(**values)


def take(cls: type[Any], record: Mapping[str, Json]) -> dict[str, Any]:
    """Read the declared members of `cls`, whatever else the record has. Raises RecordError."""
    return _read(_layout(cls), record)


def at(name: str, form: Form[T], value: Json) -> T:
    """Take the value of one member; a refusal says which."""
    try:
        return form(value)
    except (MalformedError, RecordError) as e:
        raise RecordError(f"{name}: {e}") from e


def record_of(value: Any) -> Members:
    """Return a record's members: declared ones in order, then those of other vocabularies."""
    layout = _layout(type(value))
    members = {
        slot.name: print_value(getattr(value, slot.field))
        for slot in layout.slots.values()
        if getattr(value, slot.field) is not None
    }
    return {**members, **getattr(value, EXTRA)} if layout.keeps else members


def print_value(value: Any) -> Json:
    """Return a field's value as JSON."""
    if isinstance(value, tuple):
        return [print_value(item) for item in value]
    if hasattr(value, "record"):
        members: Members = value.record()
        return members
    plain: Json = value
    return plain


def _layout(cls: type[Any]) -> Layout:
    known = _LAYOUTS.get(cls)
    if known is None:
        known = _LAYOUTS[cls] = _read_layout(cls)
    return known


def _read_layout(cls: type[Any]) -> Layout:
    fields = [field for field in dataclasses.fields(cls) if "form" in field.metadata]
    slots = [
        Slot(
            field.name,
            field.metadata["name"] or _CAMEL.sub(lambda m: m[1].upper(), field.name),
            field.metadata["form"],
            not field.metadata["optional"],
        )
        for field in fields
    ]
    slots.sort(key=lambda slot: ":" in slot.name)  # prefixed ones are printed last
    keeps = any(field.name == EXTRA for field in dataclasses.fields(cls))
    required = tuple(slot for slot in slots if slot.required)
    return Layout({slot.name: slot for slot in slots}, required, keeps)


def _read(layout: Layout, record: Mapping[str, Json]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in record.items():
        slot = layout.slots.get(name)
        if slot is not None:
            try:
                values[slot.field] = slot.form(value)
            except (MalformedError, RecordError) as e:
                raise RecordError(f"{name}: {e}") from e
    for slot in layout.required:
        if slot.field not in values:
            raise RecordError(f"{slot.name} is missing")
    return values


def _check_others(others: Mapping[str, Json], keeps: bool) -> None:
    for name in others:
        if not keeps or ":" not in name or not is_uri(name):
            raise RecordError(f"member {name[:SHOWN]!r} is not one of this kind")


def is_uri(text: object) -> bool:
    """Say whether this is a URI with a scheme (RFC 3986)."""
    return isinstance(text, str) and len(text) <= MAX_URI and _matches_uri(text)


@lru_cache(KEPT)
def _matches_uri(text: str) -> bool:
    return bool(_URI.fullmatch(text))


@lru_cache(KEPT)
def time_ms(text: str) -> int:
    """Read an RFC 3339 time with a zone; return milliseconds UTC since 1970."""
    return spell.time_ms(text)


def text(value: Json) -> str:
    """Take a text of 1 to 4,096 characters."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT:
        raise RecordError(f"{str(value)[:SHOWN]!r} is not a text of 1 to {MAX_TEXT} characters")
    if "\0" in value:  # some databases cannot keep it
        raise RecordError(f"{value[:SHOWN]!r} holds a null character")
    return value


def uri(value: Json) -> str:
    """Take a URI."""
    if not isinstance(value, str) or not is_uri(value):
        raise RecordError(f"{str(value)[:SHOWN]!r} is not a URI")
    return value


def time(value: Json) -> str:
    """Take an RFC 3339 time with a zone."""
    moment = text(value)
    time_ms(moment)
    return moment


def day(value: Json) -> str:
    """Take a day of the calendar, YYYY-MM-DD."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            date.fromisoformat(value)
        except ValueError as e:
            raise RecordError(f"{value!r} is no day of the calendar") from e
        return value
    raise RecordError(f"{str(value)[:SHOWN]!r} is not a day YYYY-MM-DD")


def boolean(value: Json) -> bool:
    """Take true or false."""
    if not isinstance(value, bool):
        raise RecordError(f"{str(value)[:SHOWN]!r} is neither true nor false")
    return value


def number(value: Json) -> int | float:
    """Take a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RecordError(f"{str(value)[:SHOWN]!r} is not a number")
    return value


def amount(value: Json) -> int | float:
    """Take a number from zero to MAX_AMOUNT."""
    much = number(value)
    if not 0 <= much <= MAX_AMOUNT:
        raise RecordError(f"{much} is no amount from 0 to {MAX_AMOUNT}")
    return much


def anything(value: Json) -> Json:
    """Take any JSON."""
    return value


def integer(least: int, most: int = 2**53 - 1) -> Form[int]:
    """Take an integer from `least` to `most`."""

    def form(value: Json) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise RecordError(f"{str(value)[:SHOWN]} is not an integer from {least} to {most}")
        return value

    return form


def one_of(words: str) -> Form[str]:
    """Take one of these words."""
    known = frozenset(words.split())

    def form(value: Json) -> str:
        if not isinstance(value, str) or value not in known:
            raise RecordError(f"{str(value)[:SHOWN]!r} is none of {words}")
        return value

    return form


def several(form: Form[T], least: int = 1, most: int = MAX_ITEMS) -> Form[tuple[T, ...]]:
    """Take a list of `least` to `most` items, each of this form."""

    def list_form(value: Json) -> tuple[T, ...]:
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise RecordError(f"{str(value)[:SHOWN]!r} is not a list of {least} to {most}")
        return tuple(form(item) for item in value)

    return list_form


def nested(cls: type[T]) -> Form[T]:
    """Take an object with the members of `cls`."""

    def form(value: Json) -> T:
        if not isinstance(value, dict):
            raise RecordError(f"{str(value)[:SHOWN]!r} is not an object")
        return parse_members(cls, value, frozenset())

    return form


def names(value: Json) -> dict[str, str]:
    """Take names by language: `{"zh": …, "en": …}`."""
    if not isinstance(value, dict) or not value:
        raise RecordError(f"{str(value)[:SHOWN]!r} is not an object of names by language")
    for language, name in value.items():
        if not re.fullmatch("[a-z]{2,3}(-[A-Za-z]{2,8})?", language):
            raise RecordError(f"{language[:SHOWN]!r} is not a language")
        text(name)
    return {language: text(name) for language, name in value.items()}


def digest(value: Json) -> str:
    """Take the SHA-256 of a byte string as an `ni:` URI."""
    spell.parse_ni(text(value))
    return text(value)


def root(value: Json) -> str:
    """Take a Merkle root, base64url."""
    spell.parse_base64url(text(value), spell.HASH_SIZE)
    return text(value)


def blob(value: Json) -> str:
    """Take the bare CID of a blob."""
    return cid.parse(text(value)).text()


def ipfs(value: Json) -> str:
    """Take `ipfs://<cid>`."""
    address = text(value)
    if not address.startswith("ipfs://"):
        raise RecordError(f"{address[:SHOWN]!r} is not ipfs://<cid>")
    cid.parse(address.removeprefix("ipfs://"))
    return address


def gtin(value: Json) -> str:
    """Take the 14 digits of a GTIN whose check digit is right."""
    digits = text(value)
    gs1.parse(f"/01/{digits}")
    return digits
