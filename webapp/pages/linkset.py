"""Where to go from a product or stamp, for GS1 resolvers: an RFC 9264 linkset."""

import json
from typing import Any

from flask import Response

from attest.gs1 import DigitalLink
from webapp import negotiate
from webapp.desk import Site
from webapp.language import LANGUAGES

VOCABULARY = "https://gs1.org/voc/"  # GS1 Web Vocabulary, link types of Digital Link


def links(site: Site, link: DigitalLink | None, code: str | None) -> dict[str, Any]:
    """Return the linkset of a stamp (with `code`), or of a product."""
    path = link.text() if link else f"/s/{code}"
    anchor = site.public_url + path
    page = {"href": anchor, "type": "text/html", "hreflang": list(LANGUAGES), "title": "Nguồn"}
    context: dict[str, Any] = {"anchor": anchor, f"{VOCABULARY}defaultLink": [page]}
    if code is not None:
        stamp = f"{site.public_url}/s/{code}"
        context[f"{VOCABULARY}pip"] = [page]
        context[f"{VOCABULARY}traceability"] = [
            {"href": f"{stamp}/dossier", "type": negotiate.JSON, "title": "dossier"},
            {"href": f"{stamp}/evidence", "type": negotiate.JSON, "title": "evidence"},
        ]
    return {"linkset": [context]}


def answer(site: Site, link: DigitalLink | None, code: str | None = None) -> Response:
    """Answer with the linkset; it is as fresh as the page."""
    body = json.dumps(links(site, link, code), ensure_ascii=False)
    headers = {"Cache-Control": "no-store", "Vary": "Accept"}
    return Response(body, content_type=negotiate.LINKSET, headers=headers)
