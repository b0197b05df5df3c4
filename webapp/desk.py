"""What the views need besides the ledger: the clock, the reader's words, whose site this is."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Response, current_app, g, request

from . import language
from .kept import Kept
from .language import Words
from .settings import WebSettings


def system_ms() -> int:
    """Return the time in milliseconds UTC."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Site:
    """Whose page this is: what every page may need to say of its server."""

    domain: str
    public_url: str
    fingerprint: str  # of the trust
    demo: bool
    contact: str


@dataclass(frozen=True, slots=True)
class Desk:
    """One app's site, settings and clock."""

    site: Site
    settings: WebSettings
    now_ms: Callable[[], int]
    kept: Kept

    def now(self) -> datetime:
        """Return this moment in the zone in which the server's times are shown."""
        zone = language.zone(self.settings.utc_offset)
        return datetime.fromtimestamp(self.now_ms() / 1000, zone)


def json_answer(content: object, cache: str = "no-store") -> Response:
    """Answer with JSON that may be kept as `cache` says."""
    return json_text(current_app.json.dumps(content) + "\n", cache)


def json_text(text: str, cache: str = "no-store") -> Response:
    """Answer with a text that is JSON already."""
    answer = Response(text, mimetype="application/json")
    answer.headers["Cache-Control"] = cache
    return answer


def desk() -> Desk:
    """Return the desk of the app that answers this request."""
    found: Desk = current_app.extensions["desk"]
    return found


def words_now() -> Words:
    """Return the texts in the language of this request's reader."""
    if "words" not in g:
        g.words = language.words_of(language.choose(request))
    words: Words = g.words
    return words
