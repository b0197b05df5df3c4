"""A stamp page in a real Chromium, with every answer of the server in the test's hand.

Pages, scripts and dossiers are the project's own; only the network between is ours, so that a
test can be the proxy that flips a byte, answers late, or not at all.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Route

from support import require
from support.coop import NOW_MS, TRUST
from support.sample_ledger import SampleLedger
from webapp.create_app import create_app
from webapp.settings import WebSettings

STATIC = Path(require.ROOT) / "webapp/static"
BASE = "http://localhost:9"
PERSON = {"Accept": "text/html", "Sec-Fetch-Dest": "document", "User-Agent": "Mozilla/5.0"}
CHECKED = """() => new Promise((done) => {
  window.fired = 0;
  document.addEventListener("nguon:checked", () => {
    window.fired += 1;
    const all = performance.getEntriesByType("resource");
    const asked = all.find(({ name }) => name.endsWith("/log/trust"));
    window.waited = performance.now() - (asked?.startTime ?? 0);
    done();
  });
})"""
Change = Callable[[bytes], bytes | None]


@dataclass
class FixedStamps:
    """Answers with one dossier, whatever the code."""

    record: dict[str, Any]

    def dossier(self, _code: str, _now_ms: int) -> dict[str, Any]:
        return self.record


@dataclass
class World:
    """What the server says; `changes` are what a proxy does to answers, by path."""

    record: dict[str, Any]
    trust: dict[str, Any] = field(default_factory=TRUST.record)
    consistency: dict[str, list[str]] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    page_record: dict[str, Any] | None = None
    chain_root: str | None = None
    asked: list[str] = field(default_factory=list)
    lang: str = "en"

    @property
    def code(self) -> str:
        return str((self.page_record or self.record)["stamp"]["code"])

    def html(self, path: str, lang: str) -> bytes:
        """Return the page as the server renders it."""
        ledger = SampleLedger(stamps=FixedStamps(self.page_record or self.record))
        app = create_app(ledger, WebSettings(demo=True), lambda: NOW_MS)
        return app.test_client().get(f"{path}?lang={lang}", headers=PERSON).data

    def answer(self, route: Route) -> None:
        """Fulfil one request, or leave it hanging."""
        path = urlsplit(route.request.url).path
        self.asked.append(path)
        if path in self.silent:
            return
        body, kind = self._body(path, route)
        change = self.changes.get(path)
        body = change(body) if change and body is not None else body
        if body is None:
            route.fulfill(status=503, body="{}", content_type="application/problem+json")
        else:
            headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}
            route.fulfill(status=200, body=body, headers={"Content-Type": kind, **headers})

    def _body(self, path: str, route: Route) -> tuple[bytes | None, str]:
        if path.startswith("/static/"):
            kind = "text/javascript" if path.endswith(".js") else "text/css"
            return (STATIC / path.removeprefix("/static/")).read_bytes(), kind
        if path == "/chain":
            return self._rpc(json.loads(route.request.post_data or "{}")["method"])
        if path.startswith(("/s/", "/S/", "/01/")) and not path.endswith("/dossier"):
            return self.html(path, self.lang), "text/html; charset=utf-8"
        return self._told(path)

    def _told(self, path: str) -> tuple[bytes | None, str]:
        if path == "/log/trust":
            return _json(self.trust)
        if path.endswith("/dossier"):
            return _json(self.record)
        if path.startswith("/log/consistency/"):
            found = self.consistency.get(path.removeprefix("/log/consistency/"))
            return (None, "") if found is None else _json({"proof": found})
        return b"", "image/svg+xml"

    def _rpc(self, method: str) -> tuple[bytes | None, str]:
        anchor = self.record["anchor"] or {}
        chain_id = self.trust["chainId"]
        result = {
            "eth_chainId": chain_id if chain_id is None else hex(chain_id),
            "eth_getBlockByNumber": {"hash": self.trust["genesis"]},
            "eth_call": self.chain_root or anchor.get("root"),
        }[method]
        return _json({"jsonrpc": "2.0", "id": 1, "result": result})


def _json(value: object) -> tuple[bytes, str]:
    return json.dumps(value, ensure_ascii=False).encode(), "application/json"


@contextmanager
def opened(browser: Browser, world: World, **how: Any) -> Iterator[Page]:
    """Open the stamp page and wait until its check is over; `visits` keeps the phone."""
    context = how.pop("context", None) or browser.new_context(service_workers="block")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda e: faults.append(str(e)))
    page.route("**/*", world.answer)
    page.clock.set_fixed_time(how.pop("now_ms", NOW_MS) / 1000)
    page.add_init_script(f"window.checked = ({CHECKED})()")
    for script in how.pop("scripts", ()):
        page.add_init_script(script)
    base = how.pop("base", BASE)
    page.goto(f"{base}{how.pop('path', '/s/' + world.code)}")
    page.evaluate("window.checked")
    assert faults == []
    yield page
    page.close()


def steps(page: Page) -> dict[str, str]:
    """Return each step's result."""
    found = page.eval_on_selector_all(
        "[data-step]", "nodes => nodes.map((n) => [n.dataset.step, n.dataset.result])"
    )
    return dict(found)


def main(page: Page) -> dict[str, str]:
    """Return what `main` says: state, by, level, and the list's result."""
    found = page.eval_on_selector(
        "main",
        "m => ({...m.dataset, result: m.querySelector('[data-verify]').dataset.result})",
    )
    return dict(found)
