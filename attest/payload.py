"""A payload has one spelling: the bytes that ECMAScript's `JSON.stringify` prints.

`parse` reads, prints and compares, so that a signature covers one meaning in every language:
compact, member order kept, shortest numbers (1e-7, 1e+21, never -0), no names that occur twice
or that look like array indexes, strings in Unicode NFC, at most 32 levels.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from typing import NoReturn, TypeAlias

from .errors import MalformedError, SpellingError

MAX_DEPTH = 32  # the top-level object is 1

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_INDEX_NAME = re.compile(r"0|[1-9][0-9]*")  # ECMAScript objects would move such members
_MOST_DIGITS = 21  # longer integers and smaller fractions get an exponent
_MOST_ZEROS = 6
_EXACT = 2**53  # up to here every integer is a double of its own
_CONTAINERS = (dict, list)
_ESCAPE = re.compile(r"~([01])")


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedError(f"{name} is not JSON")


_DECODE = json.JSONDecoder(parse_constant=_refuse_constant).decode
_ENCODE = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, separators=(",", ":")
).encode


def parse(data: bytes) -> dict[str, Json]:
    """Read a record. Raises MalformedError when it is no JSON object, SpellingError when the
    object is spelled otherwise.
    """
    try:
        record = _DECODE(data.decode())
    except (ValueError, RecursionError) as e:
        raise MalformedError(f"payload is not JSON: {str(e)[:80]}") from e
    if not isinstance(record, dict):
        raise MalformedError(f"payload is a {type(record).__name__}, not an object")
    if to_bytes(record) != data:
        raise SpellingError("payload is not spelled as JSON.stringify prints it")
    return record


def to_bytes(record: dict[str, Json]) -> bytes:
    """Print a record as `JSON.stringify` does; `parse` gives it back.

    Raises SpellingError for what has no such spelling and MalformedError for what is not JSON.
    """
    odd = _has_odd_number(record)
    text = _print(record) if odd else _ENCODE(record)
    if not (text.isascii() or unicodedata.is_normalized("NFC", text)):
        _require_nfc(record)  # an escape before a mark looks composed in the text only
    try:
        return text.encode()
    except UnicodeEncodeError as e:
        raise SpellingError("a string holds a lone surrogate") from e


def pointer(record: Json, text: str) -> Json:
    """Return the value at a JSON Pointer (RFC 6901). Raises MalformedError where none is."""
    value = record
    names = text.split("/")
    if names[0] != "":
        raise MalformedError(f"pointer {text!r} does not start with a slash")
    for raw in names[1:]:
        name = _ESCAPE.sub(lambda match: "~/"[int(match[1])], raw)
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and _INDEX_NAME.fullmatch(name) and int(name) < len(value):
            value = value[int(name)]
        else:
            raise MalformedError(f"nothing is at {text!r}")
    return value


def number_text(number: float) -> str:
    """Print a double as ECMAScript does (ECMA-262, Number::toString, radix 10)."""
    if number == 0:
        return "0"
    shortest = repr(abs(number))  # the fewest digits that read back, as ECMAScript wants them
    mantissa, _, exponent = shortest.partition("e")
    whole, _, fraction = mantissa.partition(".")
    padded = (whole + fraction).rstrip("0") or "0"
    digits = padded.lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(padded) - len(digits))
    return ("-" if number < 0 else "") + _place_point(digits, point)


def _place_point(digits: str, point: int) -> str:
    """Spell 0.DIGITS × 10^point."""
    if len(digits) <= point <= _MOST_DIGITS:
        return digits + "0" * (point - len(digits))
    if 0 < point <= _MOST_DIGITS:
        return f"{digits[:point]}.{digits[point:]}"
    if -_MOST_ZEROS < point <= 0:
        return "0." + "0" * -point + digits
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{mantissa}e{point - 1:+d}"


def _has_odd_number(record: dict[str, Json]) -> bool:
    """Check depth, names and numbers; say whether Python would print a number otherwise."""
    odd = False
    level: list[list[Json] | dict[str, Json]] = [record]
    for _ in range(MAX_DEPTH):
        below: list[list[Json] | dict[str, Json]] = []
        for value in level:
            for item in _items(value):
                if isinstance(item, str):
                    continue
                if isinstance(item, _CONTAINERS):
                    below.append(item)
                elif _is_odd(item):
                    odd = True
        if not below:
            return odd
        level = below
    raise MalformedError(f"payload is nested deeper than {MAX_DEPTH}")


def _items(value: "list[Json] | dict[str, Json]") -> Iterable[Json]:
    """Return what a container holds; an object's names must not look like indexes."""
    if isinstance(value, list):
        return value
    for name in value:
        if name < ":" and _INDEX_NAME.fullmatch(name):  # digits are the characters before ':'
            raise SpellingError(f"member name {name[:40]!r} looks like an index")
    return value.values()


def _is_odd(value: Json) -> bool:
    if value is None or isinstance(value, bool):
        return False
    if isinstance(value, int):
        if -_EXACT <= value <= _EXACT:
            return False
        if abs(value) >= 10**_MOST_DIGITS or number_text(float(value)) != str(value):
            raise SpellingError(f"an integer of {value.bit_length()} bits is no exact double")
        return False
    if isinstance(value, float):
        if value - value != 0:
            raise SpellingError(f"number {value} is not finite")
        return number_text(value) != repr(value)
    raise MalformedError(f"a {type(value).__name__} is not JSON")


def _print(value: Json) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{_ENCODE(k)}:{_print(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_print, value)) + "]"
    return number_text(value) if type(value) is float else _ENCODE(value)


def _require_nfc(value: Json) -> None:
    if isinstance(value, dict):
        for name, item in value.items():
            _require_nfc(name)
            _require_nfc(item)
    elif isinstance(value, list):
        for item in value:
            _require_nfc(item)
    elif isinstance(value, str) and not unicodedata.is_normalized("NFC", value):
        raise SpellingError(f"text {value[:40]!r} is not in Unicode NFC")
