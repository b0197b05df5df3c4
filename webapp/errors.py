"""Each refusal becomes one HTTP answer, in one place: RFC 9457 for programs, a page for people.

The table by class is `ledger.errors.STATUS`, over `attest`'s refusals and the ledger's. What
HTTP itself refuses (a wrong method, a body too large) has the codes below.
"""

import logging

from flask import Flask, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from attest.errors import AttestError
from ledger import errors as ledger_errors
from ledger.errors import LedgerError

from . import negotiate
from .desk import json_answer, words_now

log = logging.getLogger(__name__)

MEDIA = "application/problem+json"
CODES = {
    400: "bad-request",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    408: "too-slow",
    411: "length-required",
    413: "body-too-large",
    414: "address-too-long",
    415: "media-type",
    416: "range",
    428: "precondition-required",
    429: "too-many",
    431: "header-too-large",
    500: "internal",
    503: "unable",
}
MACHINES = ("/log/", "/capture", "/blobs/", "/ipfs/", "/anchors", "/chain", "/hls/", "/healthz")


class NotAcceptableError(LedgerError):
    """The client takes none of the forms in which this can be given."""

    code = "not-acceptable"


OWN: dict[type[Exception], int] = {NotAcceptableError: 406}


def register(app: Flask) -> None:
    """Answer every refusal of `app`."""
    app.register_error_handler(AttestError, refuse)
    app.register_error_handler(LedgerError, refuse)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)


def status(error: AttestError | LedgerError) -> int:
    """Return the HTTP status of a refusal."""
    return OWN.get(type(error)) or ledger_errors.status(error)


def refuse(error: AttestError | LedgerError) -> Response:
    """Answer a refusal that has a class of its own."""
    return answer(status(error), error.code, str(error))


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:  # noqa: PLR2004 - a redirect is no error
        return error
    detail = error.description or error.name
    reply = answer(error.code, CODES.get(error.code, f"http-{error.code}"), detail)
    kept = {k: v for k, v in error.get_headers() if k not in ("Content-Type", "Content-Length")}
    reply.headers.update(kept)
    return reply


def _broken(error: Exception) -> Response:
    log.error("a view failed", exc_info=error, extra={"path": request.path})
    return answer(500, "internal", "something broke on our side; it has been written down")


def answer(number: int, code: str, detail: str) -> Response:
    """Return the answer to a refusal, as a page where a person asked for a page."""
    if request.path.startswith(MACHINES) or not negotiate.wants_page(request):
        reply = json_answer(ledger_errors.about(code, number, detail))
        reply.content_type = MEDIA
    else:
        reply = make_response(_page(number))
    reply.status_code = number
    reply.headers["Cache-Control"] = "no-store"
    return reply


def _page(number: int) -> str:
    words = words_now()
    key = {404: "gone"}.get(number, "broken" if number >= 500 else "refused")  # noqa: PLR2004
    advice = words("gone.do" if key == "refused" else f"{key}.do")
    return render_template(
        "problem.html", headline=words(f"{key}.title"), advice=advice, status=number
    )
