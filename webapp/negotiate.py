"""Which of its forms a stamp's address answers with: page, dossier or GS1 linkset.

Programs that say nothing, or `*/*`, get JSON; browsers ask for `text/html` by name.
See formats §5.
"""

from flask import Request
from werkzeug.datastructures import MIMEAccept

HTML = "text/html"
JSON = "application/json"
LINKSET = "application/linkset+json"
OFFERED = (JSON, HTML, LINKSET)  # the first is for those who take anything


def form(request: Request, offered: tuple[str, ...] = OFFERED) -> str | None:
    """Return the media type to answer with, or None when the client takes none of ours."""
    if LINKSET in offered and request.args.get("linkType") in ("linkset", "all"):
        return LINKSET
    if not request.accept_mimetypes:
        return JSON
    # `application/json; charset=utf-8` asks for JSON: we have each type in one form only
    plain = [(value.partition(";")[0].strip(), q) for value, q in request.accept_mimetypes]
    return MIMEAccept(plain).best_match(offered)


def wants_page(request: Request) -> bool:
    """Say whether a refusal is to be read by a person."""
    return form(request, (JSON, HTML)) == HTML
