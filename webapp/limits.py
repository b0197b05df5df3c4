"""How much of a body is read, and for how long: never more than its view allows."""

import time
from collections.abc import Iterator

from flask import request
from werkzeug.exceptions import RequestTimeout

from ledger.errors import BodyTooLargeError, MediaTypeError

PIECE = 64 * 1024
SLOWEST_S = 600  # a gigabyte in this time is 14 Mbit/s


def pieces(limit: int) -> Iterator[bytes]:
    """Yield the body as it comes; raises `BodyTooLargeError` at the first byte too many.

    A compressed body is refused unread: a small one may unpack to anything.
    """
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        raise MediaTypeError(f"content coding {coding[:40]!r} is not read here")
    if request.content_length is not None and request.content_length > limit:
        raise BodyTooLargeError(f"body of {request.content_length} bytes, {limit} are read")
    request.max_content_length = limit + 2  # counted here, so that the refusal is ours
    deadline = time.monotonic() + SLOWEST_S
    left = limit
    while piece := request.stream.read(min(PIECE, left + 1)):
        left -= len(piece)
        if left < 0:
            raise BodyTooLargeError(f"body is longer than the {limit} bytes that are read")
        if time.monotonic() > deadline:
            raise RequestTimeout(f"body did not come within {SLOWEST_S} s")
        yield piece


def body(limit: int) -> bytes:
    """Return the whole body of at most `limit` bytes."""
    return b"".join(pieces(limit))
