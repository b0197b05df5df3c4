"""The way in: statements are queued durably, then become entries or named refusals."""

import re

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import BadRequest

from attest import statement
from ledger.errors import MediaTypeError
from ledger.ledger import Ledger
from ledger.log.door import BATCH, MAX_BODY, ONE
from ledger.log.queue import Job
from webapp import errors
from webapp.desk import json_answer
from webapp.limits import body

bp = Blueprint("capture", __name__, url_prefix="/capture")

LIMITS = {ONE: statement.MAX_SIZE, BATCH: MAX_BODY}
BEHAVIOURS = {"rollback": True, "proceed": False}
WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?([0-9]{1,5})\"?(?:$|[,;\s])", re.IGNORECASE)
LONGEST_WAIT_S = 30


@bp.post("")
def submit() -> Response:
    """Queue the body's statements; 202 says that they are durable, not yet logged."""
    ledger: Ledger = current_app.extensions["ledger"]
    media = request.mimetype
    if media not in LIMITS:
        raise MediaTypeError(f"{media[:80]!r} is neither {ONE} nor {BATCH}")
    wanted = request.headers.get("GS1-Capture-Error-Behaviour", "rollback").strip().lower()
    if wanted not in BEHAVIOURS:
        raise BadRequest(f"GS1-Capture-Error-Behaviour {wanted[:40]!r} is unknown")
    job_id = ledger.capture(body(LIMITS[media]), media, BEHAVIOURS[wanted])
    seconds = _wait_s()
    answer = Response(status=202)
    del answer.headers["Content-Type"]  # there is no content
    if seconds:
        answer = _answer(ledger.wait(job_id, seconds))
        answer.headers["Preference-Applied"] = f"wait={seconds}"
    answer.headers["Location"] = f"/capture/{job_id}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/<job_id>")
def job(job_id: str) -> Response:
    """Answer with what became of each statement, by position."""
    ledger: Ledger = current_app.extensions["ledger"]
    return json_answer(ledger.job(job_id).record())


def _wait_s() -> int:
    found = WAIT.search(request.headers.get("Prefer", ""))
    return min(int(found[1]), LONGEST_WAIT_S) if found else 0


def _answer(found: Job) -> Response:
    """Answer as formats §6 asks of `Prefer: wait`: 201, 200, the refusal's status, or 202."""
    number = found.answer_status
    if number >= 400:  # noqa: PLR2004
        refused = found.problem()
        answer = json_answer(refused)
        answer.content_type = errors.MEDIA
    elif found.running:
        return Response(status=number)
    else:
        answer = json_answer(found.record())
    answer.status_code = number
    return answer
