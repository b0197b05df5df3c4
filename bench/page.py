"""Goal 10: what the stamp page costs a phone: bytes on the wire, and the check itself.

    PYTHONPATH=. .venv/bin/python bench/page.py

Bytes are those of the answers of `nguon serve` as they travel, asked for with gzip. The check
is timed in Chromium, four times slowed down, from the dossier's last byte to the verdict; the
log follows no chain here, so the anchor is not asked for. The yardstick is the same page with
scripts off. Chromium is found on PATH.
"""

import re
import shutil
import tempfile
from contextlib import closing
from pathlib import Path
from statistics import median
from time import perf_counter

from playwright.sync_api import Browser, sync_playwright

from bench import lots
from bench.append import working
from bench.serving import Client, serving
from ledger.ledger import open_ledger

SLOWER = 4
VIEWS = 7
LOTS, EACH = 40, 100
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
GZIP = {"Accept-Encoding": "gzip", "Accept": "text/html", "Accept-Language": "vi"}
NEEDED = re.compile(r'<link rel="(?:stylesheet|modulepreload|icon)"[^>]*href="([^"]+)"')
SCRIPT = re.compile(r'<script type="module" src="([^"]+)"')
CHECKED = """window.checked = new Promise((done) => {
  document.addEventListener("nguon:checked", () => {
    const found = performance.getEntriesByType("resource");
    const dossier = found.find(({ name }) => name.endsWith("/dossier"));
    const list = document.querySelector("[data-verify]");
    done([performance.now() - dossier.responseEnd, list.dataset.result]);
  });
})"""


def sizes(port: int, path: str) -> tuple[int, int, int, int]:
    """Return bytes of page, style and icon, scripts, and dossier, as they travel."""
    with closing(Client(port, GZIP)) as client:
        _, page = client.get(path)
        dossier = len(client.get(f"{path}/dossier")[1])
    with closing(Client(port, {"Accept": "text/html"})) as client:
        text = client.get(path)[1].decode()
    with closing(Client(port, GZIP)) as client:
        names = {*NEEDED.findall(text), *SCRIPT.findall(text)}
        found = {name: len(client.get(name)[1]) for name in sorted(names)}
    scripts = sum(size for name, size in found.items() if name.endswith(".js"))
    return len(page), sum(found.values()) - scripts, scripts, dossier


def checks(browser: Browser, urls: list[str]) -> tuple[float, float]:
    """Return the medians in ms: of the check, and from the tap to the verdict."""
    checked, whole = [], []
    for url in urls:
        context = browser.new_context(locale="vi-VN")
        page = context.new_page()
        page.add_init_script(CHECKED)
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        began = perf_counter()
        page.goto(url)
        spent, result = page.evaluate("window.checked")
        whole.append((perf_counter() - began) * 1000)
        if result != "held":
            raise SystemExit(f"the check of {url} is {result}")
        checked.append(spent)
        context.close()
    return median(checked), median(whole)


def plain(browser: Browser, urls: list[str]) -> float:
    """Return the median in ms from the tap to the loaded page with scripts off."""
    times = []
    for url in urls:
        context = browser.new_context(java_script_enabled=False, locale="vi-VN")
        page = context.new_page()
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        began = perf_counter()
        page.goto(url)
        times.append((perf_counter() - began) * 1000)
        context.close()
    return median(times)


def main() -> None:
    """Print the table."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        raise SystemExit("no Chromium on PATH")
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        market = lots.fill(Path(folder) / "var", LOTS, EACH)
        ledger = open_ledger(market.settings)
        codes = market.codes(ledger)
        ledger.close()
        own = {"NGUON_PUBLIC_URL": "http://localhost"}
        with (
            working(market.settings),
            serving(market.settings, 1, **own) as port,
            sync_playwright() as play,
            closing(play.chromium.launch(executable_path=program, args=FLAGS)) as browser,
        ):
            size = sizes(port, f"/s/{codes.of(0)}")
            count = dossier_entries(port, codes.of(0))
            urls = [f"http://localhost:{port}/s/{codes.of(n)}" for n in range(VIEWS * 2)]
            plain(browser, urls[:1])  # the browser's first page is slower
            checked, whole = checks(browser, urls[:VIEWS])
            off = plain(browser, urls[VIEWS:])
    report(count, size, (checked, whole, off))


def dossier_entries(port: int, code: str) -> int:
    """Return how many entries a dossier has."""
    with closing(Client(port, {"Accept": "application/json"})) as client:
        return client.get(f"/s/{code}/dossier")[1].count(b'"statement":')


def report(
    count: int, size: tuple[int, int, int, int], times: tuple[float, float, float]
) -> None:
    """Print what came out."""
    page, style, scripts, dossier = size
    checked, whole, off = times
    before = page + style + scripts
    print(f"| a page of {count} entries, as it travels | | beside |")
    print("| --- | --- | --- |")
    print(f"| yardstick: scripts off | {page + style:,} B | |")
    goal = f"goal 100,000 B; {before / (page + style):.2f} × scripts off"
    print(f"| **first view, before the dossier** | **{before:,} B** | {goal} |")
    print(f"| **scripts** | **{scripts:,} B** | goal 20,000 B |")
    print(f"| **dossier** | **{dossier:,} B** | goal 80,000 B |")
    print(f"| yardstick: tap to loaded, scripts off, {SLOWER}x slower | {off:.0f} ms | |")
    print(f"| tap to verdict, {SLOWER}x slower | {whole:.0f} ms | {whole / off:.1f} × that |")
    print(f"| **the check itself, {SLOWER}x slower** | **{checked:.0f} ms** | goal 300 ms |")


if __name__ == "__main__":
    main()
