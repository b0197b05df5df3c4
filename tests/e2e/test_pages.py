"""The pages in a real browser: readable by everybody, with scripts off too."""

import pytest

from support import pages
from support.browser import served
from support.sample_ledger import NOW_MS, SampleLedger
from webapp.create_app import create_app
from webapp.language import LANGUAGES, words_of
from webapp.settings import WebSettings

STATES = [
    "active", "inactive", "suspicious", "expired", "hold", "recalled", "void", "mismatch",
    "unknown", "unable",
]  # fmt: skip
PHONE = {"width": 390, "height": 844}
PALE = """(nodes) => {
  const light = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    const colour = getComputedStyle(node).backgroundColor;
    return /rgba\\(.*, 0\\)/.test(colour) ? ground(node.parentElement) : colour;
  };
  const ratio = (node) => {
    const both = [getComputedStyle(node).color, ground(node)].map(light);
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
  };
  return nodes.filter((n) => n.checkVisibility() && n.innerText.trim() && ratio(n) < 4.5)
    .map((n) => `${ratio(n).toFixed(2)}: ${n.innerText.slice(0, 60)}`);
}"""


DRAWN = """(nodes) => nodes.filter((n) => getComputedStyle(n).display !== "none")
  .map((n) => n.dataset.mark)"""


@pytest.fixture(scope="module")
def site(browser):
    ledger = SampleLedger()
    app = create_app(ledger, WebSettings(demo=True), lambda: NOW_MS)
    with served(app) as url:
        yield ledger, url, browser


@pytest.fixture
def show(site):
    ledger, url, chromium = site
    contexts = []

    def opened(state="active", lang="vi", path=None, scripts=False, **more):
        wanted = {"viewport": PHONE, "java_script_enabled": scripts} | more
        contexts.append(chromium.new_context(**wanted))
        page = contexts[-1].new_page()
        page.route("**/static/page/*.js", lambda route: route.abort())  # the server's page

        def go(state="active", lang="vi"):
            ledger.stamps.state = state
            page.goto(f"{url}{path or '/s/' + pages.CODE.text}?lang={lang}")

        page.go = go
        go(state, lang)
        return page

    yield opened
    for context in contexts:
        context.close()


def test_without_scripts_the_server_s_word_stands_and_says_so(show):
    page, words = show(), words_of("vi")
    steps = page.locator("ol.steps li")
    assert steps.count() == 10
    for n in range(10):
        text = steps.nth(n).inner_text()
        assert words("result.waiting") not in text
        assert words("result.told") in text or words("result.absent") in text
    assert page.locator(".notice.scripts-off").is_visible()
    assert "localhost" not in page.locator("[data-where]").inner_text()
    assert "trace.example" in page.locator("[data-where]").inner_text()


def test_what_people_compare_is_on_the_first_screen(show):
    for lang in LANGUAGES:
        page = show(lang=lang)
        for name in ("product-name", "headline"):
            box = page.locator(f"#{name}").bounding_box()
            assert box["y"] + box["height"] <= PHONE["height"]
        for field in page.locator(".product > .facts > div").all():
            box = field.bounding_box()
            assert box["y"] + box["height"] <= PHONE["height"], field.inner_text()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_narrow_phone_needs_no_sideways_scrolling(show, lang):
    narrow = {"scripts": True, "viewport": {"width": 320, "height": 640}}
    page = show(lang=lang, **narrow)
    for state in STATES:
        page.go(state, lang)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 320, state


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_enough_contrast(show, scheme):
    page = show(scripts=True, color_scheme=scheme)
    for state in STATES:
        page.go(state)
        shown = page.locator("h1, h2, h3, p, dt, dd, li, summary, legend, label, a, b")
        assert shown.evaluate_all(PALE) == [], state


def test_each_state_shows_one_mark_of_its_own(show):
    page = show(scripts=True)
    for state in STATES:
        page.go(state)
        marks = page.locator("svg.mark g").evaluate_all(DRAWN)
        assert marks == [state]


def test_the_language_is_switched_by_a_link(show):
    page = show(lang="vi")
    page.get_by_role("link", name="中文").click()
    assert page.locator("html").get_attribute("lang") == "zh"
    assert page.locator("h1").inner_text() == words_of("zh")("state.active")


def test_a_pack_that_looks_different_gets_advice_without_scripts(show):
    page = show()
    assert not page.locator(".ask-no").is_visible()
    page.locator("label[for=match-no]").click()
    assert page.locator(".ask-no").is_visible()


def test_links_and_buttons_can_be_hit_by_a_thumb(show):
    page = show(scripts=True)
    small = []
    for node in page.locator("nav a, .brand, .button, .ask label, summary, .foot a").all():
        box = node.bounding_box()
        if node.is_visible() and box["height"] < 24:
            small.append((node.inner_text(), box["height"]))
    assert small == []


def test_the_keyboard_reaches_the_verdict_at_once(show):
    page = show(scripts=True)
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.getAttribute('href')") == "#main"


def test_a_typed_code_leads_to_its_page(show):
    page = show(path="/")
    page.locator("input[name=code]").fill(pages.CODE.grouped.lower())
    page.locator("input[name=code]").press("Enter")
    assert page.locator("main").get_attribute("data-code") == pages.CODE.text
