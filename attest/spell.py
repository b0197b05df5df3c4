"""How bytes and times are spelled in our JSON, each in exactly one way.

base64url without padding for keys, signatures and hashes inside proofs; `ni:` URIs (RFC 6920)
for digests of whole byte strings; 0x lower-case hex for what lives on the chain; RFC 3339 for
times. Each parser accepts only what its printer prints.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

from .errors import MalformedError

NI = "ni:///sha-256;"
HASH_SIZE = 32
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)


def base64url(data: bytes) -> str:
    """Return base64url without padding (RFC 4648 §5)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def parse_base64url(text: str, size: int | None = None) -> bytes:
    """Read base64url without padding, of `size` bytes where given."""
    try:
        data = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError as e:
        raise MalformedError(f"{text[:50]!r} is not base64url") from e
    if base64url(data) != text:
        raise MalformedError(f"{text[:50]!r} is not base64url in canonical form")
    if size is not None and len(data) != size:
        raise MalformedError(f"{text[:50]!r} has {len(data)} bytes, not {size}")
    return data


def ni(digest: bytes) -> str:
    """Return the URI of a SHA-256 digest (RFC 6920)."""
    return NI + base64url(digest)


def parse_ni(text: str) -> bytes:
    """Read the URI of a SHA-256 digest; return its 32 bytes."""
    if not text.startswith(NI):
        raise MalformedError(f"{text[:60]!r} is not a {NI} digest")
    return parse_base64url(text.removeprefix(NI), HASH_SIZE)


def hex0x(data: bytes) -> str:
    """Return 0x and lower-case hex, as the chain's values are written."""
    return "0x" + data.hex()


def parse_hex0x(text: str, size: int) -> bytes:
    """Read 0x and lower-case hex of `size` bytes."""
    try:
        data = bytes.fromhex(text.removeprefix("0x"))
    except ValueError as e:
        raise MalformedError(f"{text[:70]!r} is not 0x and hex") from e
    if hex0x(data) != text or len(data) != size:
        raise MalformedError(f"{text[:70]!r} is not 0x and {2 * size} lower-case hex digits")
    return data


def time_ms(text: str) -> int:
    """Read an RFC 3339 time with a zone; return milliseconds UTC since 1970."""
    if not _TIME.fullmatch(text):
        raise MalformedError(f"{text[:40]!r} is not an RFC 3339 time with a zone")
    try:
        return (datetime.fromisoformat(text) - EPOCH) // MILLISECOND
    except (ValueError, OverflowError) as e:
        raise MalformedError(f"{text[:40]!r} is no day and hour of the calendar") from e


def time_text(ms: int) -> str:
    """Return milliseconds UTC as RFC 3339, with a fraction only where there is one."""
    moment = EPOCH + timedelta(milliseconds=ms)
    form = "milliseconds" if ms % 1000 else "seconds"
    return moment.replace(tzinfo=None).isoformat(timespec=form) + "Z"
