"""One stamp: the page for people, the dossier for programs, the linkset for GS1 resolvers."""

import secrets
from datetime import UTC
from typing import Any
from urllib.parse import quote

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from attest import gs1, stamp
from attest.errors import AttestError
from attest.gs1 import DigitalLinkError
from ledger.errors import LedgerError, NotFoundError
from ledger.ledger import Ledger
from ledger.people import scans
from ledger.people.scans import Tally
from webapp import errors, negotiate
from webapp.desk import desk, json_text, words_now

from . import linkset, typed, view

bp = Blueprint("stamp", __name__)

DEVICE = "nguon_device"
DEVICE_S = 400 * 86_400  # as long as browsers keep a cookie
LONGEST = 200  # characters of a code that are repeated on a page


@bp.get("/s")
@bp.get("/S")
def typing() -> ResponseReturnValue:
    """Take a typed code: on to its page, or what is wrong with which group."""
    text = request.args.get("code", "")[:LONGEST]
    faults = list(typed.faults(words_now(), text)) if text else []
    if not text or faults:
        page = render_template("type.html", typed=text, faults=faults)
        return page, 400 if faults else 200
    return redirect(f"/s/{typed.tidy(text)}", 303)


@bp.get("/s/<code>")
@bp.get("/S/<code>")
def show(code: str) -> ResponseReturnValue:
    """Answer with the stamp's page, dossier or linkset, as the client prefers."""
    return _answer(code)


@bp.get("/s/")
@bp.get("/S/")
def empty() -> ResponseReturnValue:
    """Refuse an address without a code."""
    raise NotFoundError("there is no code in this address")


@bp.get("/s/<code>/dossier")
def dossier(code: str) -> ResponseReturnValue:
    """Answer with the dossier, whatever the client prefers."""
    return _json(_dossier(code))


@bp.get("/s/<code>/evidence")
def evidence(code: str) -> ResponseReturnValue:
    """Answer with the dossier as a file to keep."""
    found = _dossier(code)
    answer = _json(found)
    name = f"{found['stamp']['code']}.json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@bp.get("/01/<path:rest>")
def digital_link(rest: str) -> ResponseReturnValue:  # noqa: ARG001 - the raw path is read
    """Answer for a GS1 Digital Link: a stamp with a serial number, else its product."""
    link = gs1.parse(_raw_path())
    if link.serial is not None:
        return _answer(link.serial, link)
    ledger: Ledger = current_app.extensions["ledger"]
    if ledger.product(link.gtin) is None:
        raise NotFoundError(f"no product {link.gtin} is described here")
    if negotiate.form(request) == negotiate.HTML:
        note = words_now()("unknown.product")
        return _fresh(
            make_response(render_template("type.html", typed="", faults=[], note=note))
        )
    return linkset.answer(desk().site, link)


def _answer(code: str, link: gs1.DigitalLink | None = None) -> ResponseReturnValue:
    form = negotiate.form(request)
    found = _dossier(code, link)
    if form == negotiate.HTML:
        return _page(found)
    if form == negotiate.LINKSET:
        return linkset.answer(desk().site, link, found["stamp"]["code"])
    if form is None:
        raise errors.NotAcceptableError("a stamp is a page, a dossier in JSON or a linkset")
    return _json(found)


def _dossier(code: str, link: gs1.DigitalLink | None = None) -> dict[str, Any]:
    ledger: Ledger = current_app.extensions["ledger"]
    now_ms = desk().now_ms()
    found: dict[str, Any] = ledger.stamps.dossier(code, now_ms)
    if link is not None and _gtin(found) != link.gtin:
        raise NotFoundError(f"no stamp {code} was issued for product {link.gtin}")
    if link is not None and link.lot and (lot := _lot(found)) and lot != link.lot:
        raise NotFoundError(f"stamp {code} is not of lot {link.lot}")
    if found["checks"]["count"]:
        parsed, viewer = stamp.parse(found["stamp"]["code"]), request.cookies.get(DEVICE)
        g.tally = ledger.checks.tally(parsed, now_ms, viewer, desk().now().tzinfo or UTC)
    else:
        g.tally = Tally()
    return found | {"checks": g.tally.record()}


def _gtin(found: dict[str, Any]) -> str | None:
    item = (found["product"] or {}).get("gtin")
    return item["value"] if item else None


def _json(found: dict[str, Any]) -> Response:
    dumps = current_app.json.dumps
    own = {name: found[name] for name in ("stamp", "checks")}  # the rest is the lot's

    def rest() -> str:
        return dumps({name: value for name, value in found.items() if name not in own})

    code = stamp.parse(found["stamp"]["code"])
    text = desk().kept.text(found["entries"], ("json", _binding(found)), code, rest)
    return _fresh(json_text(f"{dumps(own)[:-1]},{text[1:]}\n"))


def _lot(found: dict[str, Any]) -> str | None:
    item = (found["lot"] or {}).get("number")
    return item["value"] if item else None


def _page(found: dict[str, Any]) -> Response:
    person = request.method == "GET" and scans.is_person(request.headers)
    words, now = words_now(), desk().now()

    def render() -> str:
        lot = (found["lot"] or {}).get("id")
        ledger: Ledger = current_app.extensions["ledger"]
        gaps = ledger.gaps(lot["value"]) if lot else ()
        visit = view.Visit(words, now, person, g.tally, gaps)
        page = view.StampPage(found, desk().site, visit)
        return render_template("stamp.html", page=page)

    code = stamp.parse(found["stamp"]["code"])
    minute = f"{now:%Y%m%d%H%M}"
    # The query stands in the links that switch the language.
    key = (_binding(found), words.lang, person, g.tally, minute, request.query_string)
    answer = make_response(desk().kept.text(found["entries"], key, code, render))
    g.connect = "'self' https:"  # for the chain node that a reader types in
    if person:
        _count(found["stamp"]["code"], answer)
    return _fresh(answer)


def _binding(found: dict[str, Any]) -> tuple[int, int | None, str]:
    said = found["stamp"]
    return said["rollEntry"], said["activationEntry"], said["state"]


def _count(code: str, answer: Response) -> None:
    ledger: Ledger = current_app.extensions["ledger"]
    settings = desk().settings
    province = request.headers.get(settings.place_header) if settings.place_header else None
    cookie = request.cookies.get(DEVICE, "")
    if not 16 <= len(cookie) <= 64:  # noqa: PLR2004 - not one of ours
        cookie = secrets.token_urlsafe(16)
        answer.set_cookie(
            DEVICE,
            cookie,
            max_age=DEVICE_S,
            httponly=True,
            samesite="Lax",
            secure=desk().site.public_url.startswith("https:"),
        )
    ledger.checks.note(stamp.parse(code), cookie, province, desk().now_ms())


def _fresh(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    answer.vary.add("Accept")
    return answer


def _raw_path() -> str:
    """Return the path with its values escaped.

    As it was sent, where the server tells. Granian tells the unescaped path only: then a lot
    that holds a slash cannot be told apart from two identifiers, and is refused.
    """
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI")
    if raw is None:
        return "/".join(quote(part, safe="") for part in request.path.split("/"))
    return str(raw).split("?", 1)[0]


@bp.errorhandler(AttestError)
@bp.errorhandler(LedgerError)
def refuse(error: AttestError | LedgerError) -> Response:
    """Answer for a stamp that we never issued, or that cannot be checked now; never 200."""
    number = errors.status(error)
    if isinstance(error, stamp.CodeError):
        number = 404
    elif number >= 500 or _is_ours(error):  # noqa: PLR2004 - whatever broke, nothing was checked
        number = 503
    return _refused(number, error)


def _is_ours(error: AttestError | LedgerError) -> bool:
    """Say whether stored records were refused, rather than what the reader asked for."""
    return isinstance(error, AttestError) and not isinstance(error, DigitalLinkError)


@bp.errorhandler(Exception)
def broken(error: Exception) -> ResponseReturnValue:
    """Answer for a fault of ours: not known yet, neither good nor bad."""
    if isinstance(error, HTTPException):
        return error
    current_app.logger.error("a stamp could not be checked", exc_info=error)
    return _refused(503, LedgerError("something broke on our side; it has been written down"))


def _refused(number: int, error: AttestError | LedgerError) -> Response:
    if number == 406 or not negotiate.wants_page(request):  # noqa: PLR2004
        return errors.answer(number, error.code, str(error))
    code = str((request.view_args or {}).get("code", ""))[:LONGEST]
    words, site, now = words_now(), desk().site, desk().now()
    if number == 503:  # noqa: PLR2004
        page = view.unable(words, site, code, now)
    else:
        detail = str(error) if isinstance(error, DigitalLinkError) else ""
        page = view.unknown(words, site, code, now, detail)
    body = render_template("refused.html", page=page, typed=code, faults=[])
    answer = _fresh(make_response(body))
    answer.status_code = number
    return answer
