"""The first page: what this is, and where a code can be typed."""

from flask import Blueprint, current_app, render_template

bp = Blueprint("home", __name__)


@bp.get("/")
def show() -> str:
    """Explain in one screen what can be checked here, and take a typed code."""
    independent = current_app.extensions["ledger"].independent
    return render_template("home.html", independent=independent)


@bp.get("/robots.txt")
def robots() -> tuple[str, int, dict[str, str]]:
    """Tell robots to leave stamps alone; they would not be counted anyway."""
    text = "User-agent: *\nDisallow: /s/\nDisallow: /S/\nDisallow: /01/\n"
    return text, 200, {"Content-Type": "text/plain; charset=utf-8"}
