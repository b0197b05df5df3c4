"""The heads of the log that a chain keeps (formats §4)."""

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import BadRequest

from ledger.anchor import history
from ledger.ledger import Ledger
from webapp.desk import json_answer
from webapp.numbers import whole

bp = Blueprint("anchors", __name__)


@bp.get("/anchors")
def show() -> Response:
    """Answer with anchors of a size below `before`, newest first, 100 rows."""
    ledger: Ledger = current_app.extensions["ledger"]
    before = request.args.get("before")
    if before is not None and whole(before) is None:
        raise BadRequest(f"before {before[:40]!r} is not a size")
    page = history.page(ledger.engine, None if before is None else whole(before))
    return json_answer(page, "public, max-age=2")
