"""What every answer carries: a strict content policy, and the same answer for every origin.

Pages run no inline code and load nothing from elsewhere; the stamp page alone may connect to
other https addresses, for the chain node that a reader types in. Public GETs and `POST /chain`
may be read from any web origin, never with credentials (formats §9).
"""

from flask import Flask, Request, Response, g, request

SELF = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "media-src": "'self' blob:",  # blob: is how Media Source Extensions play
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
BLOB = "sandbox; default-src 'none'"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the address of a stamp page is its code
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
EXPOSED = "Location, ETag, Content-Range, Accept-Ranges, Content-Length"
PREFLIGHT_S = 86_400


def policy(connect: str = "'self'") -> str:
    """Return the content policy of a page that may connect to `connect`."""
    return "; ".join(f"{k} {v}" for k, v in {**SELF, "connect-src": connect}.items())


def is_shared(asked: Request) -> bool:
    """Say whether pages of other origins may read the answer."""
    return asked.method in ("GET", "HEAD") or asked.path == "/chain"


def register(app: Flask, secure: bool) -> None:
    """Put the headers on every answer; `secure`: the public address is https."""
    if secure:
        app.after_request(_only_https)
    app.before_request(_preflight)
    app.after_request(_headers)


def _preflight() -> Response | None:
    wanted = request.headers.get("Access-Control-Request-Method")
    if request.method != "OPTIONS" or wanted is None:
        return None
    answer = Response(status=204)
    if wanted in ("GET", "HEAD") or (wanted == "POST" and request.path == "/chain"):
        answer.headers["Access-Control-Allow-Methods"] = f"{wanted}, OPTIONS"
        answer.headers["Access-Control-Allow-Headers"] = "Content-Type, Accept, Range"
        answer.headers["Access-Control-Max-Age"] = str(PREFLIGHT_S)
        answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _headers(answer: Response) -> Response:
    for name, value in ALWAYS.items():
        answer.headers.setdefault(name, value)
    answer.headers.setdefault("Content-Security-Policy", policy(g.get("connect", "'self'")))
    if is_shared(request):
        answer.headers["Access-Control-Allow-Origin"] = "*"
        answer.headers["Access-Control-Expose-Headers"] = EXPOSED
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def _only_https(answer: Response) -> Response:
    answer.headers["Strict-Transport-Security"] = "max-age=31536000"
    return answer
