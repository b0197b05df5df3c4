"""Blobs in, with a signed permit for just these bytes; public ones out, for anybody."""

from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, Response, current_app, make_response, request, send_file
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import BadRequest, Unauthorized

from attest import cid as cids
from ledger.blobs import car, permit, sniff
from ledger.errors import NotFoundError
from ledger.ledger import Ledger
from webapp.desk import desk
from webapp.guard import BLOB
from webapp.limits import pieces

bp = Blueprint("blobs", __name__)

FOR_EVER = "public, max-age=31536000, immutable"
RAW = "application/vnd.ipld.raw"
CAR = "application/vnd.ipld.car"
SEGMENT = "Nguon-Segment"


@bp.put("/blobs/<cid>")
def put(cid: str) -> Response:
    """Keep the body under its CID: 201 when it is new here, 200 when it was known."""
    ledger: Ledger = current_app.extensions["ledger"]
    header = request.headers.get("Authorization")
    if header is None:
        challenge = "a blob needs `Authorization: Nguon <statement of kind permit>`"
        raise Unauthorized(challenge, www_authenticate=WWWAuthenticate("nguon"))
    now_ms = desk().now_ms()
    name = cids.parse(cid).text()
    allowed = permit.check(header, name, now_ms, ledger.keys)
    new = ledger.shelf.put(allowed, pieces(allowed.size), now_ms)
    if SEGMENT in request.headers:
        ledger.footage.keep_live(request.headers[SEGMENT], name, ledger.keys)
    return Response(status=201 if new else 200, headers={"Location": f"/ipfs/{name}"})


@bp.get("/ipfs/<cid>")
def show(cid: str) -> Response:
    """Answer with a public blob: the file, its block (`raw`) or its blocks (`car`)."""
    ledger: Ledger = current_app.extensions["ledger"]
    if not cids.is_cid(cid):
        raise NotFoundError(f"{cid[:80]!r} is no CID of ours")
    file = ledger.shelf.public(cid)
    answer = FORMS[_form()](cid, file)
    answer.headers["Cache-Control"] = FOR_EVER
    answer.headers["Content-Security-Policy"] = BLOB
    answer.headers["X-Ipfs-Path"] = f"/ipfs/{cid}"
    answer.vary.add("Accept")
    return answer


def _form() -> str:
    asked = request.args.get("format")
    if asked is None:
        wanted = next(iter(request.accept_mimetypes.values()), "*/*")  # the best liked
        return {RAW: "raw", CAR: "car"}.get(wanted.partition(";")[0].strip(), "file")
    if asked not in ("raw", "car"):
        raise BadRequest(f"format {asked[:40]!r} is neither raw nor car")
    return asked


def _file(cid: str, file: Path) -> Response:
    media = sniff.media_type(file)
    answer = make_response(send_file(file, mimetype=media, etag=cid))
    if media == sniff.UNKNOWN:
        answer.headers["Content-Disposition"] = f'attachment; filename="{cid}.bin"'
    return answer


def _raw(cid: str, file: Path) -> Response:
    answer = Response(car.block(cid, file), content_type=RAW)
    answer.headers["Content-Disposition"] = f'attachment; filename="{cid}.bin"'
    answer.set_etag(f"{cid}.raw")
    answer.make_conditional(request, accept_ranges=True, complete_length=answer.content_length)
    return answer


def _car(cid: str, file: Path) -> Response:
    answer = Response(
        car.stream(cid, file), content_type=f"{CAR}; version=1; order=dfs; dups=y"
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="{cid}.car"'
    answer.set_etag(f"{cid}.car")
    return answer


FORMS: dict[str, Callable[[str, Path], Response]] = {"file": _file, "raw": _raw, "car": _car}
