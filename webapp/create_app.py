"""The web application around a ledger: every collaborator is an argument."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, current_app, request
from flask.json.provider import DefaultJSONProvider

from ledger.ledger import Ledger

from . import compress, errors, guard, language
from .api import anchors, blobs, capture, chain, hls, log, ops
from .desk import Desk, Site, desk, system_ms, words_now
from .kept import Kept
from .language import LANGUAGES
from .pages import facts, home, scripts, stamp
from .settings import WebSettings

NAMES = {"vi": "Tiếng Việt", "zh": "中文", "en": "English"}
YEAR_S = 365 * 86_400
STATIC_S = 600


class PlainJson(DefaultJSONProvider):
    """JSON in UTF-8, members in the order in which we say them, no spaces."""

    sort_keys = False
    ensure_ascii = False
    compact = True


def create_app(
    ledger: Ledger, settings: WebSettings, clock: Callable[[], int] = system_ms
) -> Flask:
    """Build the app around a ledger; `clock` tells milliseconds UTC."""
    app = Flask(__name__)
    app.json = PlainJson(app)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = STATIC_S
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024  # a view that takes more says how much
    app.url_map.merge_slashes = False  # one address for one thing
    app.url_map.converters["index"] = log.IndexConverter
    app.extensions["ledger"] = ledger
    app.extensions["desk"] = Desk(_site(ledger, settings), settings, clock, Kept())
    for module in (anchors, blobs, capture, chain, hls, log, ops, home, stamp):
        app.register_blueprint(module.bp)
    _templates(app)
    compress.register(app)
    guard.register(app, secure=ledger.settings.public_url.startswith("https:"))
    errors.register(app)
    app.after_request(_keep_language)
    return app


def _site(ledger: Ledger, settings: WebSettings) -> Site:
    url = ledger.settings.public_url.rstrip("/")
    fingerprint = ledger.trust().fingerprint
    return Site(urlsplit(url).netloc, url, fingerprint, settings.demo, settings.contact)


def _templates(app: Flask) -> None:
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.filters["tel"] = facts.dialled
    app.context_processor(_context)
    app.extensions["modules"] = scripts.modules(app.static_folder or "", "page/check.js")


def _context() -> dict[str, object]:
    words = words_now()
    return {
        "words": words,
        "site": desk().site,
        "languages": [(lang, NAMES[lang]) for lang in LANGUAGES],
        "switch": _switch,
        "modules": current_app.extensions["modules"],
        "fact": lambda item: facts.shown(words, item),
    }


def _switch(lang: str) -> str:
    """Return this page's address in another language."""
    kept = [(k, v) for k, v in request.args.items(multi=True) if k != "lang"]
    return "?" + urlencode([*kept, ("lang", lang)])


def _keep_language(answer: Response) -> Response:
    wish = request.args.get("lang")
    if wish in LANGUAGES and answer.mimetype == "text/html":
        secure = request.is_secure
        answer.set_cookie(language.COOKIE, wish, max_age=YEAR_S, samesite="Lax", secure=secure)
    if answer.mimetype == "text/html":
        answer.headers["Content-Language"] = words_now().lang
        for name in ("Accept", "Accept-Language", "Cookie"):
            answer.vary.add(name)
    return answer
