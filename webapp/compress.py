"""Texts travel compressed to those who accept gzip; the bytes after unpacking are the same.

Hashes, blobs and footage do not shrink and are left alone, as are ranges.
"""

import gzip
from functools import lru_cache

from flask import Flask, Response, request

TYPES = ("text/html", "text/css", "text/javascript", "application/json", "image/svg+xml")
LEAST = 600  # bytes; below it a header costs more than is won
LEVEL = 6


def register(app: Flask) -> None:
    """Compress answers of `app`."""
    app.after_request(_squeeze)


def _squeeze(answer: Response) -> Response:
    if answer.mimetype not in TYPES:
        return answer
    answer.vary.add("Accept-Encoding")
    unfit = answer.status_code != 200 or (answer.is_streamed and not answer.direct_passthrough)  # noqa: PLR2004
    if unfit or request.method == "HEAD" or not request.accept_encodings["gzip"]:
        return answer
    answer.direct_passthrough = False  # files are sent by handle otherwise
    data = answer.get_data()
    if len(data) < LEAST or "Content-Range" in answer.headers:
        return answer
    static = request.path.startswith("/static/")
    answer.set_data(_kept(data) if static else gzip.compress(data, LEVEL, mtime=0))
    answer.headers["Content-Encoding"] = "gzip"
    tag, _ = answer.get_etag()
    if tag is not None:
        answer.set_etag(tag, weak=True)  # one tag for both encodings
    return answer


@lru_cache(maxsize=64)
def _kept(data: bytes) -> bytes:
    return gzip.compress(data, 9, mtime=0)
