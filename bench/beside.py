"""The application as `nguon serve` loads it and, at /bare, a Flask that does nothing."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

from webapp.wsgi import app as nguon

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

bare = Flask(__name__)


@bare.get("/bare")
def answer() -> str:
    """Answer: the yardstick of what this server and Flask can do at most."""
    return "well\n"


def app(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
    """Hand a request on to one of the two."""
    chosen = bare if environ["PATH_INFO"] == "/bare" else nguon
    return chosen.wsgi_app(environ, start)
