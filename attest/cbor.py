"""The part of CBOR that statements need, in the one deterministic spelling.

`encode` writes RFC 8949 §4.2.1 and `decode` accepts nothing else: shortest lengths, definite
lengths, map keys in bytewise order. No floats and no simple values: nothing of ours has them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from .errors import CborError, MalformedError, TrailingBytesError

MAX_DEPTH = 16  # a statement needs four; the limit keeps hostile nesting off the stack

Key: TypeAlias = "int | bytes | str"
Value: TypeAlias = "int | bytes | str | Sequence[Value] | Mapping[Key, Value] | Tag"

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_KEYS = (int, bytes, str)
_DIRECT = 24  # smaller numbers stand in the first byte
_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}


@dataclass(frozen=True, slots=True)
class Tag:
    """A value under a tag number."""

    number: int
    value: Value


def encode(value: Value) -> bytes:
    """Return the deterministic encoding. Raises MalformedError for what it cannot say."""
    match value:
        case bool():
            pass  # an int to Python, and nothing that our formats say
        case int():
            return _head(_NEGATIVE, -1 - value) if value < 0 else _head(_UNSIGNED, value)
        case bytes():
            return _head(_BYTES, len(value)) + value
        case str():
            text = _utf8(value)
            return _head(_TEXT, len(text)) + text
        case Tag(number, inner):
            return _head(_TAG, number) + encode(inner)
        case dict():
            pairs = sorted((encode(key), encode(item)) for key, item in value.items())
            return _head(_MAP, len(pairs)) + b"".join(key + item for key, item in pairs)
        case list():
            return _head(_ARRAY, len(value)) + b"".join(map(encode, value))
    raise MalformedError(f"a {type(value).__name__} has no place in our CBOR")


def decode(data: bytes) -> Value:
    """Read one item that is the whole input. Raises MalformedError and its children."""
    value, end = _item(data, 0, 1)
    if end != len(data):
        raise TrailingBytesError(f"{len(data) - end} bytes follow the CBOR item")
    return value


def split(data: bytes) -> list[bytes]:
    """Cut a CBOR sequence (RFC 8742) into its items' own bytes."""
    items = []
    at = 0
    while at < len(data):
        _, end = _item(data, at, 1)
        items.append(data[at:end])
        at = end
    return items


def _head(major: int, number: int) -> bytes:
    if number < _DIRECT:
        return bytes([major << 5 | number])
    for code, width in _WIDTHS.items():
        if number < 1 << 8 * width:
            return bytes([major << 5 | code]) + number.to_bytes(width, "big")
    raise MalformedError(f"{number} is beyond 64 bits")


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as e:
        raise MalformedError("a text holds a lone surrogate") from e


def _read_head(data: bytes, at: int) -> tuple[int, int, int]:
    """Return the major type, its number and where the rest starts."""
    if at >= len(data):
        raise MalformedError(f"CBOR ends at byte {at}, before its item does")
    major, low = data[at] >> 5, data[at] & 31
    if low < _DIRECT:
        return major, low, at + 1
    width = _WIDTHS.get(low)
    if width is None:
        raise CborError(f"indefinite or reserved length at byte {at}")
    end = at + 1 + width
    if end > len(data):
        raise MalformedError(f"CBOR ends at byte {len(data)}, before its item does")
    number = int.from_bytes(data[at + 1 : end], "big")
    if number < (_DIRECT if width == 1 else 1 << 4 * width) and major != _SIMPLE:
        raise CborError(f"number {number} at byte {at} is not in its shortest form")
    return major, number, end


def _item(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    major, number, rest = _read_head(data, at)
    if major == _UNSIGNED:
        return number, rest
    if major == _NEGATIVE:
        return -1 - number, rest
    if major in (_BYTES, _TEXT):
        return _string(data, rest, rest + number, major)
    if major == _SIMPLE:
        raise MalformedError(f"simple or floating value at byte {at}")
    if depth > MAX_DEPTH:
        raise MalformedError(f"CBOR is nested deeper than {MAX_DEPTH}")
    if major == _TAG:
        value, end = _item(data, rest, depth + 1)
        return Tag(number, value), end
    return (_array if major == _ARRAY else _map)(data, rest, number, depth + 1)


def _string(data: bytes, start: int, end: int, major: int) -> tuple[bytes | str, int]:
    if end > len(data):
        raise MalformedError(f"a string of {end - start} bytes ends beyond the input")
    if major == _BYTES:
        return data[start:end], end
    try:
        return data[start:end].decode(), end
    except UnicodeDecodeError as e:
        raise MalformedError(f"text at byte {start} is not UTF-8") from e


def _array(data: bytes, at: int, count: int, depth: int) -> tuple[list[Value], int]:
    items: list[Value] = []
    for _ in range(count):  # a huge count runs out of input long before it runs out of memory
        value, at = _item(data, at, depth)
        items.append(value)
    return items, at


def _map(data: bytes, at: int, count: int, depth: int) -> tuple[dict[Key, Value], int]:
    pairs: dict[Key, Value] = {}
    last = b""
    for _ in range(count):
        key, end = _item(data, at, depth)
        if not isinstance(key, _KEYS):
            raise MalformedError(f"map key at byte {at} is no number, bytes or text")
        if data[at:end] <= last:
            raise CborError(f"map key at byte {at} is out of order or there twice")
        last = data[at:end]
        pairs[key], at = _item(data, end, depth)
    return pairs, at
