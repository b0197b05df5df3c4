"""Takes the pictures of this folder from a running demo: ten states, three languages, a phone.

    make demo                                   # in one terminal
    .venv/bin/python docs/screens/make.py       # in another; pictures are 390 px wide

Eight states come from stamps of the story as they are. "Cannot check" is a phone whose dossier
does not arrive, "does not match" one that gets a dossier in which a value was changed on the
way: both are what the page's own script says of a real fault.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, Route, sync_playwright

HERE = Path(__file__).resolve().parent
LINKS = HERE.parents[1] / "var" / "demo" / "links.json"
LANGUAGES = ("vi", "zh", "en")
PHONE = {"width": 390, "height": 844}
DONE_MS = 20_000
CHROMIUMS = ("/usr/bin/chromium", "/usr/bin/google-chrome")
Fault = Callable[[Route], None]
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]


def main(base: str) -> None:
    """Take all pictures."""
    shown = json.loads(LINKS.read_text(encoding="utf-8"))["shown"]
    codes = {item["state"]: item["code"] for item in reversed(shown)}
    program = next(path for path in CHROMIUMS if Path(path).exists())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        for language in LANGUAGES:
            for state, code in codes.items():
                _take(browser, f"{base}/s/{code}", f"{state}-{language}")
            active = f"{base}/s/{codes['active']}"
            _take(browser, active, f"unable-{language}", _cut)
            _take(browser, active, f"mismatch-{language}", _change)
        browser.close()


def _take(browser: Browser, url: str, picture: str, fault: Fault | None = None) -> None:
    state, language = picture.split("-")
    tab = browser.new_page(viewport=PHONE, device_scale_factor=1.5, locale=language)
    if fault is not None:
        tab.route("**/dossier", fault)
    tab.goto(f"{url}?lang={language}")
    _wait_checked(tab)
    found = tab.locator("main").get_attribute("data-state")
    if found != state:
        raise SystemExit(f"{url} in {language} shows {found}, not {state}")
    tab.screenshot(path=HERE / f"{picture}.jpg", type="jpeg", quality=70)
    tab.close()


def _wait_checked(tab: Page) -> None:
    """Wait until the check has ended; pages without a dossier have none."""
    if tab.locator("ol.steps").count():
        ended = "ol.steps:not([data-result=waiting]):not([data-result=running])"
        tab.locator(ended).wait_for(timeout=DONE_MS)


def _cut(route: Route) -> None:
    route.abort()


def _change(route: Route) -> None:
    """Let another maker's name arrive than the one that was signed."""
    answer = route.fetch()
    dossier = answer.json()
    dossier["product"]["maker"]["value"] += "!"
    route.fulfill(response=answer, json=dossier)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8080")
