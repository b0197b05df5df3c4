"""What browsers may ask the chain through this server: to read our contract, nothing else."""

import json

from flask import Blueprint, Response, current_app

from ledger.anchor import history, proxy
from ledger.anchor.errors import CallForbiddenError, ChainError
from ledger.ledger import Ledger
from webapp.desk import json_answer
from webapp.limits import body

bp = Blueprint("chain", __name__)

MAX_CALL = 16 * 1024


@bp.post("/chain")
def call() -> Response:
    """Forward one allowed JSON-RPC call; anything else is 403 with a JSON-RPC error."""
    ledger: Ledger = current_app.extensions["ledger"]
    asked = _parse(body(MAX_CALL))
    try:
        known = history.identity(ledger.engine)
        allowed = proxy.allowed(asked, known.contract if known else None)
        answer = proxy.forward(allowed, ledger.chain)
    except CallForbiddenError as e:
        return _json(proxy.refusal(asked, e), 403)
    except ChainError as e:
        return _json(proxy.refusal(asked, e), 503)
    return _json(answer, 200)


def _parse(data: bytes) -> object:
    try:
        parsed: object = json.loads(data)
    except (ValueError, RecursionError):
        return None  # as forbidden as every call that is not one
    return parsed


def _json(content: dict[str, object], status: int) -> Response:
    answer = json_answer(content)
    answer.status_code = status
    return answer
