"""One value out of parsed JSON, of the type it must have, or a refusal that shows it."""

from . import spell
from .errors import MalformedError
from .payload import Json
from .statement import MAX_NUMBER

SHOWN = 40


def text(value: Json) -> str:
    """Return a text of at least one character."""
    if not isinstance(value, str) or not value:
        raise MalformedError(f"{str(value)[:SHOWN]!r} is not a text")
    return value


def integer(value: Json, least: int | None = None) -> int:
    """Return an integer, not below `least`."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise MalformedError(f"{str(value)[:SHOWN]!r} is not an integer")
    if least is not None and value < least:
        raise MalformedError(f"{value} is below {least}")
    return value


def items(value: Json) -> list[Json]:
    """Return a list."""
    if not isinstance(value, list):
        raise MalformedError(f"{str(value)[:SHOWN]!r} is not a list")
    return value


def members(value: Json) -> dict[str, Json]:
    """Return an object."""
    if not isinstance(value, dict):
        raise MalformedError(f"{str(value)[:SHOWN]!r} is not an object")
    return value


def exactly(value: Json, what: str, names: tuple[str, ...]) -> dict[str, Json]:
    """Return an object that has these members and no others."""
    part = members(value)
    if part.keys() != set(names):
        odd = sorted(part.keys() ^ set(names))
        raise MalformedError(f"{what} has a member too many or too few: {odd[0][:SHOWN]!r}")
    return part


def index(value: Json) -> int:
    """Return an integer from 0 that every language holds exactly."""
    number = integer(value, 0)
    if number > MAX_NUMBER:
        raise MalformedError(f"{number} is beyond 2^53")
    return number


def boolean(value: Json) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise MalformedError(f"{str(value)[:SHOWN]!r} is neither true nor false")
    return value


def time(value: Json) -> str:
    """Return an RFC 3339 time with a zone, as it is written."""
    written = text(value)
    spell.time_ms(written)
    return written


def hashes(value: Json) -> tuple[bytes, ...]:
    """Return a list of hashes that are written in base64url."""
    return tuple(spell.parse_base64url(text(item), spell.HASH_SIZE) for item in items(value))
