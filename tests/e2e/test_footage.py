"""A recording is checked while it plays: each segment shows its own verdict."""

import pytest

from attest import cid
from support import camera_world, clip, pages
from support.browser import served
from support.web_world import open_world
from support.whole_log import WholeLog

WAIT_MS = 20_000
INIT, GOPS = clip.encode(6)
PIECES = [b"".join(GOPS[at : at + 2]) for at in range(0, 6, 2)]


@pytest.fixture(scope="module")
def site(tmp_path_factory, browser):
    with open_world(tmp_path_factory.mktemp("player")) as world:
        camera_world.register(world)
        camera_world.record(world, INIT, PIECES)
        world.ledger.stamps = WholeLog(world)
        with served(world.app) as url:
            yield url, browser


@pytest.fixture
def page(site):
    _, chromium = site
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="en")
    opened = context.new_page()
    opened.faults = []
    opened.on("console", lambda m: opened.faults.append(m.text) if m.type == "error" else None)
    yield opened
    context.close()


def play(site, page):
    page.goto(f"{site[0]}/s/{pages.CODE.text}", wait_until="load")
    page.click("figure[data-footage] [data-play]")


def verdicts(page):
    page.wait_for_function(
        "() => ![...document.querySelectorAll('[data-segment]')].some("
        "n => n.dataset.verdict === 'waiting') && document.querySelector('[data-segment]')",
        timeout=WAIT_MS,
    )
    found = page.locator("[data-segment]").evaluate_all("ns => ns.map(n => n.dataset.verdict)")
    return found, page.locator("figure").get_attribute("data-verdict")


def tamper(page, path, change):
    def answer(route):
        body = route.fetch().body()
        route.fulfill(status=200, body=change(body), content_type="application/octet-stream")

    page.route(f"**{path}", answer)


def flip(body):
    return body[:-20] + bytes([body[-20] ^ 1]) + body[-19:]


def test_nothing_of_a_recording_is_loaded_before_its_button(site, page):
    asked = []
    page.on("request", lambda r: asked.append(r.url))
    page.goto(f"{site[0]}/s/{pages.CODE.text}", wait_until="networkidle")
    assert page.locator("figure").get_attribute("data-verdict") == "waiting"
    assert not [u for u in asked if "/hls/" in u or "/ipfs/" in u or "vendor/hls" in u]


def test_an_honest_recording_plays_and_each_segment_is_authentic(site, page):
    play(site, page)
    found, figure = verdicts(page)
    assert found == ["authentic"] * 3
    assert figure == "gap"  # the rest of the minute was not recorded, and says so
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.5")
    assert page.faults == []


def test_one_flipped_byte_of_video_is_forged_and_not_shown(site, page):
    tamper(page, f"/ipfs/{cid.of_bytes(PIECES[1])}", flip)
    play(site, page)
    found, figure = verdicts(page)
    assert found == ["authentic", "forged", "authentic"]
    assert figure == "forged"
    assert not page.locator("video").is_visible()


def test_swapped_segments_are_forged(site, page):
    tamper(page, f"/ipfs/{cid.of_bytes(PIECES[2])}", lambda _: PIECES[0])
    play(site, page)
    assert verdicts(page)[0] == ["authentic", "authentic", "forged"]


def test_a_flipped_signature_is_forged(site, page):
    def change(body):
        text = body.decode()
        at = text.index('"statement": "') + 800
        letter = "A" if text[at] != "A" else "B"
        return (text[:at] + letter + text[at + 1 :]).encode()

    tamper(page, "/hls/**/*.json", change)
    play(site, page)
    page.wait_for_function(
        "() => ['forged', 'unsigned'].includes("
        "document.querySelector('figure').dataset.verdict)",
        timeout=WAIT_MS,
    )


def test_another_manifest_is_forged(site, page):
    minute = camera_world.recorded(INIT, PIECES)
    tamper(page, f"/ipfs/{cid.of_bytes(minute.to_bytes())}", flip)
    play(site, page)
    found, _ = verdicts(page)
    assert found == ["forged"] * 3


def test_a_manifest_out_of_reach_leaves_only_a_part_of_the_proof(site, page):
    minute = camera_world.recorded(INIT, PIECES)
    page.route(f"**/ipfs/{cid.of_bytes(minute.to_bytes())}", lambda r: r.abort())
    play(site, page)
    found, figure = verdicts(page)
    assert found == ["partial"] * 3
    assert figure == "partial"


def test_a_recording_out_of_reach_says_so(site, page):
    page.route("**/hls/**", lambda r: r.abort())
    play(site, page)
    page.wait_for_selector("[data-trouble]:not([hidden])", timeout=WAIT_MS)


def test_without_scripts_there_is_a_link_for_a_player_of_one_s_own(site):
    url, chromium = site
    context = chromium.new_context(java_script_enabled=False, locale="en")
    page = context.new_page()
    page.goto(f"{url}/s/{pages.CODE.text}")
    assert page.locator("figure a").is_visible()
    assert page.locator("figure a").get_attribute("href").endswith(".m3u8")
    assert not page.locator("[data-play]").is_visible()
    context.close()
