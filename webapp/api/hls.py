"""Recordings as HLS over signed segments, and as JSON with what proves each (formats §7)."""

import re
from datetime import UTC, datetime

from flask import Blueprint, Response, current_app

from ledger.errors import NotFoundError
from ledger.ledger import Ledger
from ledger.read.reel import Reel
from webapp.desk import desk, json_answer

bp = Blueprint("hls", __name__, url_prefix="/hls")

M3U8 = "application/vnd.apple.mpegurl"
MOMENT = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
BASIC = "%Y%m%dT%H%M%SZ"
LIVE_MS = 30_000
LONGEST_MS = 24 * 3_600_000


@bp.get("/<camera>/live.<ending>")
def live(camera: str, ending: str) -> Response:
    """Answer with the newest half minute of a camera, which goes on."""
    now_ms = desk().now_ms()
    return _answer(_reel(camera, now_ms - LIVE_MS, now_ms), ending, live=True)


@bp.get("/<camera>/<start>/<end>.<ending>")
def recorded(camera: str, start: str, end: str, ending: str) -> Response:
    """Answer with whatever overlaps a time, half-open."""
    from_ms, to_ms = _moment(start), _moment(end)
    if not from_ms < to_ms <= from_ms + LONGEST_MS:
        raise NotFoundError(f"{start} to {end} is not a time of at most a day")
    return _answer(_reel(camera, from_ms, to_ms), ending, live=False)


def _reel(camera: str, from_ms: int, to_ms: int) -> Reel:
    ledger: Ledger = current_app.extensions["ledger"]
    return ledger.footage.reel(camera, from_ms, to_ms)


def _answer(reel: Reel, ending: str, live: bool) -> Response:
    if ending == "json":
        answer = json_answer(reel.record())
    elif ending == "m3u8":
        answer = Response(reel.playlist(live=live), content_type=M3U8)
    else:
        raise NotFoundError(f"{ending[:20]!r} is neither m3u8 nor json")
    answer.headers["Cache-Control"] = "public, max-age=1" if live else "public, max-age=5"
    return answer


def _moment(text: str) -> int:
    if not MOMENT.fullmatch(text):
        raise NotFoundError(f"{text[:40]!r} is not a time like 20261122T071500Z")
    try:
        moment = datetime.strptime(text, BASIC).replace(tzinfo=UTC)
    except ValueError as e:
        raise NotFoundError(f"{text!r} is no day and hour of the calendar") from e
    return int(moment.timestamp() * 1000)
