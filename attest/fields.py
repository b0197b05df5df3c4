"""One value out of parsed JSON, of the type it must have, or a refusal that shows it."""

from .errors import MalformedError
from .payload import Json

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
