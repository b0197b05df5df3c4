"""The public log as files and proofs (formats §3); a bad index or path is 404."""

from flask import Blueprint, Response, current_app, request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest
from werkzeug.routing import BaseConverter

from attest import spell
from attest.registry import Key
from ledger.errors import NotFoundError
from ledger.ledger import Ledger
from webapp.desk import json_answer
from webapp.numbers import whole

bp = Blueprint("log", __name__, url_prefix="/log")

FOR_EVER = "public, max-age=31536000, immutable"
SOON = "public, max-age=2"
TEXT = "text/plain; charset=utf-8"


def _ledger() -> Ledger:
    ledger: Ledger = current_app.extensions["ledger"]
    return ledger


class IndexConverter(BaseConverter):
    """An index in a path: decimal, no sign, no leading zero, safe in every language."""

    regex = "0|[1-9][0-9]{0,15}"

    def to_python(self, value: str) -> int:
        """Return the number."""
        return int(value)


@bp.get("/checkpoint")
def checkpoint() -> Response:
    """Answer with the newest published note."""
    return _text(_ledger().log.checkpoint())


@bp.get("/tile/<path:rest>")
def tile(rest: str) -> ResponseReturnValue:
    """Answer with a tile or a bundle of entries, which never change."""
    file = _ledger().log.file(f"tile/{rest}")
    if file is None or request.path != f"/log/tile/{rest}":
        raise NotFoundError(f"tile {rest[:80]!r} is not published")
    answer = send_file(file, mimetype="application/octet-stream", conditional=True)
    answer.headers["Cache-Control"] = FOR_EVER
    return answer


@bp.get("/entry/<index:index>")
def entry(index: int) -> Response:
    """Answer with one statement, byte for byte."""
    answer = Response(_ledger().log.entry(index), content_type="application/cose")
    answer.headers["Cache-Control"] = FOR_EVER
    return _conditional(answer)


@bp.get("/proof/<index:index>")
def proof(index: int) -> Response:
    """Answer with the tlog-proof of an entry, against the newest note or that of `size`."""
    size = request.args.get("size")
    if size is not None and whole(size) is None:
        raise BadRequest(f"size {size[:40]!r} is not a size")
    return _text(_ledger().log.proof(index, None if size is None else whole(size)))


@bp.get("/consistency/<index:m>/<index:n>")
def consistency(m: int, n: int) -> Response:
    """Answer with the RFC 9162 proof that the tree of n grew out of that of m."""
    hashes = _ledger().log.consistency(m, n)
    return json_answer({"proof": [spell.base64url(h) for h in hashes]}, FOR_EVER)


@bp.get("/keys")
def registered() -> Response:
    """Answer with every key that the log knows, valid or ended."""
    _, registry = _ledger().keys()
    root, keys = registry.root, registry.keys()
    body = {
        "root": spell.base64url(root) if root else None,
        "keys": [_key(key) for key in keys],
    }
    return json_answer(body, SOON)


@bp.get("/policy")
def policy() -> Response:
    """Answer with the log's tlog-policy."""
    return _text(_ledger().trust().policy.text)


@bp.get("/trust")
def trust() -> Response:
    """Answer with what a reader pins; to be compared with a copy from elsewhere."""
    return json_answer(_ledger().trust().record(), SOON)


def _text(text: str) -> Response:
    answer = Response(text, content_type=TEXT)
    answer.headers["Cache-Control"] = SOON
    return _conditional(answer)


def _conditional(answer: Response) -> Response:
    answer.add_etag()
    answer.make_conditional(request, accept_ranges=True, complete_length=answer.content_length)
    return answer


def _key(key: Key) -> dict[str, object]:
    name = {} if key.name is None else {"name": key.name}
    return {
        "kid": spell.base64url(key.kid),
        "key": spell.base64url(key.key.cose),
        "holder": key.holder,
        **name,
        "roles": sorted(key.roles),
        "place": key.place,
        "from": key.start,
        "until": key.until,
        "compromisedSince": key.compromised_since,
        "entries": list(key.entries),
    }
