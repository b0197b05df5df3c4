"""The whole invented province, told to a real log, and checked by a real phone on its own."""

import gzip

import pytest

from attest import stamp
from ledger.ledger import open_ledger
from ledger.vault import Vault
from support import browser as browsers
from support import story
from webapp.create_app import create_app
from webapp.settings import WebSettings

DONE = (
    "window.done = new Promise((d) => document.addEventListener('nguon:checked', () => d(1)))"
)
SPREAD = (0, 1, 3, 7, 20, 50, 200, 900)  # stamps of each roll that are looked at
DOSSIER_BYTES = 80_000


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    world = story.told(tmp_path_factory.mktemp("story") / "var")
    app = create_app(open_ledger(world.settings), WebSettings(demo=True))
    secret = Vault(world.settings.keys).stamp_secret()
    rolls = range(story.FIRST_ROLL, story.FIRST_ROLL + 5)
    keys = {number: stamp.roll_key(secret, number) for number in rolls}
    codes = [stamp.code(key, n, index).text for n, key in keys.items() for index in SPREAD]
    with browsers.served(app) as url:
        yield url, app, codes


def dossiers(app, codes):
    """Return the dossier of one stamp of each roll and state."""
    found = {}
    for code in codes:
        answer = app.test_client().get(f"/s/{code}", headers={"Accept": "application/json"})
        if answer.status_code == 200:
            found.setdefault((code[:6], answer.json["stamp"]["state"]), answer)
    return {answer.json["stamp"]["code"]: answer for answer in found.values()}


def test_every_kind_of_stamp_of_the_story_is_found_as_told(site, browser):
    url, app, codes = site
    chosen = dossiers(app, codes)
    assert len(chosen) >= 5
    for number, (code, answer) in enumerate(chosen.items()):
        context = browser.new_context()
        page = context.new_page()
        page.add_init_script(DONE)
        page.goto(f"{url}/s/{code}?lang={('vi', 'zh', 'en')[number % 3]}")
        page.evaluate("window.done")
        found = page.eval_on_selector("main", "m => ({...m.dataset})")
        result = page.get_attribute("[data-verify]", "data-result")
        details = page.eval_on_selector_all(
            "[data-detail]", "all => all.map((n) => n.textContent)"
        )
        assert (result, "".join(details)) == ("held", ""), code
        assert (found["by"], found["level"]) == ("phone", "signed logged")
        assert found["state"] == answer.json["stamp"]["state"]
        context.close()


def test_no_dossier_of_the_story_is_heavier_than_a_phone_can_carry(site):
    _, app, codes = site
    sizes = {code: len(gzip.compress(a.data)) for code, a in dossiers(app, codes).items()}
    assert max(sizes.values()) <= DOSSIER_BYTES, sizes
