"""The phone checks the stamp itself: what it finds, what it keeps, what it shows."""

import copy
import json

import pytest

from support import coop
from support.browser_world import World, main, opened, steps
from support.coop import NOW_MS, REGULATOR
from support.coop_troubles import marked, told, voided

WAITING_AFTER = {
    "trust": ["keys", "signature", "promise", "inclusion", "witness", "anchor", "facts"],
    "inclusion": ["witness", "anchor", "fresh", "stamp", "facts"],
}
NO_ED25519 = """
const { importKey } = SubtleCrypto.prototype;
SubtleCrypto.prototype.importKey = function (format, data, algorithm, ...rest) {
  if (algorithm !== "Ed25519") return importKey.call(this, format, data, algorithm, ...rest);
  return Promise.reject(new DOMException("unrecognized name", "NotSupportedError"));
};
"""


@pytest.fixture
def story():
    return coop.coop()


@pytest.fixture
def world(story):
    return World(story.dossier().record())


@pytest.fixture
def phone(browser):
    """One phone over several visits."""
    context = browser.new_context(service_workers="block")
    yield context
    context.close()


def kept(page):
    return json.loads(page.evaluate("localStorage.getItem('nguon.kept')") or "null")


def test_a_first_visit_finds_everything_but_trust_and_anchor_itself(browser, world):
    with opened(browser, world) as page:
        names = [
            "keys",
            "signature",
            "promise",
            "inclusion",
            "witness",
            "fresh",
            "stamp",
            "facts",
        ]
        assert steps(page) == {"trust": "told", "anchor": "told"} | dict.fromkeys(names, "held")
        found = main(page)
        assert (found["state"], found["by"], found["result"]) == ("active", "phone", "held")
        assert found["level"].split() == ["signed", "logged", "witnessed", "fresh"]
        assert page.evaluate("window.fired") == 1
        assert "Checked by your own phone" in page.text_content("[data-where]")
        by = page.eval_on_selector_all("[data-step]", "n => n.map((s) => s.dataset.by)")
        assert [by[0], by[1], by[6]] == ["server", "phone", "server"]
        assert page.text_content("[data-step=keys] [data-result-text]") == "Holds"
        assert "This phone," in page.text_content("[data-step=keys] [data-by-text]")
        assert kept(page)["trust"] == world.trust


def test_a_second_visit_holds_the_trust_that_was_kept(phone, browser, story, world):
    with opened(browser, world, context=phone):
        pass
    story.tell(REGULATOR, "hold", coop.marking(31, set=["nguon:hold"]))
    log = story.log()
    later = World(story.dossier(story.stamp(state="hold")).record())
    later.consistency = {
        f"{log.size() - 1}/{log.size()}": hashes(log.consistency(log.size() - 1))
    }
    with opened(browser, later, context=phone) as page:
        assert steps(page)["trust"] == steps(page)["promise"] == "held"
        assert "Same root key" in page.text_content("[data-step=trust] .step-text")
        assert kept(page)["checkpoint"]["size"] == log.size()
        assert main(page)["state"] == "hold"


def hashes(path):
    return [coop.spell.base64url(h) for h in path]


def test_an_older_checkpoint_than_the_kept_one_is_a_mismatch(phone, browser, story, world):
    story.tell(REGULATOR, "recall", coop.marking(31, set=["recalled"]))
    with opened(browser, World(told(story, state="recalled").record()), context=phone):
        pass
    with opened(browser, world, context=phone) as page:
        assert steps(page)["promise"] == "failed"
        assert "older" in page.text_content("[data-step=promise] [data-detail]")
        assert main(page)["state"] == "mismatch"


@pytest.mark.parametrize(
    ("answer", "promise", "state"),
    [
        pytest.param(lambda right: right[::-1] or ["A" * 43], "failed", "mismatch", id="wrong"),
        pytest.param(lambda _: None, "unable", "unable", id="out of reach"),
    ],
)
def test_growth_from_the_kept_checkpoint_must_be_shown(
    phone, browser, story, world, answer, promise, state
):
    size = len(story.entries)
    with opened(browser, world, context=phone):
        pass
    for number in (51, 52, 53):
        lots = [{"epcClass": coop.LOT}]
        to = [{"type": "possessing_party", "destination": coop.uri("party/shop-1")}]
        more = {"quantityList": lots, "destinationList": to}
        sent = coop.event(number, bizStep="shipping", **more)
        story.tell(coop.COOP, "shipment", sent)
    log = story.log()
    later = World(story.dossier().record())
    changed = answer(hashes(log.consistency(size)))
    later.consistency = {} if changed is None else {f"{size}/{log.size()}": changed}
    with opened(browser, later, context=phone) as page:
        assert steps(page)["promise"] == promise
        assert steps(page)["stamp"] == ("waiting" if promise == "failed" else "held")
        assert main(page)["state"] == state
        assert kept(page)["checkpoint"]["size"] == size


@pytest.mark.parametrize("name", ["origin", "vkey", "root"])
def test_another_log_key_or_root_than_the_kept_one_is_a_mismatch(phone, browser, world, name):
    with opened(browser, world, context=phone) as page:
        other = kept(page)
        other["trust"][name] = "another"
        page.evaluate("text => localStorage.setItem('nguon.kept', text)", json.dumps(other))
    with opened(browser, world, context=phone) as page:
        assert steps(page)["trust"] == "failed"
        assert {steps(page)[n] for n in WAITING_AFTER["trust"]} == {"waiting"}
        assert (main(page)["state"], main(page)["by"]) == ("mismatch", "server")


def test_another_chain_or_policy_is_told_and_shown_as_changed(phone, browser, world):
    with opened(browser, world, context=phone) as page:
        assert page.is_hidden("[data-note=changed]")
        other = kept(page)
        other["trust"]["chainId"] = 1
        page.evaluate("text => localStorage.setItem('nguon.kept', text)", json.dumps(other))
    with opened(browser, world, context=phone) as page:
        assert steps(page)["trust"] == "told"
        assert page.is_visible("[data-note=changed]")
        assert main(page)["state"] == "active"


def test_pins_out_of_reach_are_those_that_the_phone_kept(phone, browser, world):
    with opened(browser, world, context=phone):
        pass
    world.changes["/log/trust"] = lambda _: None
    with opened(browser, world, context=phone) as page:
        assert steps(page)["trust"] == "told"
        assert main(page)["result"] == "held"


def test_without_any_pins_nothing_can_be_found(browser, world):
    world.changes["/log/trust"] = lambda _: None
    with opened(browser, world) as page:
        assert steps(page)["trust"] == steps(page)["keys"] == "unable"
        assert (main(page)["state"], main(page)["level"]) == ("unable", "")


@pytest.mark.parametrize(
    ("made", "state", "told_state"),
    [
        pytest.param(lambda: marked("recall recalled"), "recalled", "active", id="recalled"),
        pytest.param(lambda: marked("hold nguon:hold"), "hold", "active", id="hold"),
        pytest.param(lambda: voided(coop.PRINTER), "void", "active", id="void"),
        pytest.param(coop.coop, "recalled", "recalled", id="only the server says so"),
        pytest.param(coop.coop, "suspicious", "suspicious", id="checked too often"),
    ],
)
def test_the_worst_of_page_dossier_and_phone_is_shown(browser, made, state, told_state):
    world = World(told(made(), state=told_state).record())
    with opened(browser, world) as page:
        found = main(page)
        assert (found["state"], found["result"], found["by"]) == (state, "held", "phone")


def test_headline_title_and_advice_change_together(browser):
    world = World(told(marked("recall recalled")).record())
    with opened(browser, world) as page:
        assert page.text_content("[data-headline]") == "RECALLED: do not use or sell"
        assert page.title().startswith("RECALLED: do not use or sell")
        advice = page.text_content("[data-do]")
        assert advice.startswith("Tỉnh Mẫu recalled lot L26-11 on ")
        assert "Reason: a test." in advice
        shown = page.eval_on_selector_all(
            ".mark g",
            "all => all.filter((g) => getComputedStyle(g).display !== 'none')"
            ".map((g) => g.dataset.mark)",
        )
        assert shown == ["recalled"]


def test_packs_past_their_date_are_shown_so_by_the_phone(browser, world):
    end_ms = coop.spell.time_ms("2029-05-18T17:00:00Z")
    with opened(browser, world, now_ms=end_ms) as page:
        assert (main(page)["state"], steps(page)["fresh"]) == ("expired", "absent")
        assert "expired 18 May 2029" in page.text_content("[data-do]")


def test_a_stamp_that_was_never_activated_has_no_activation_to_find(browser, story):
    world = World(told(story, 33, "inactive", activated=False).record())
    with opened(browser, world) as page:
        found = main(page)
        assert steps(page)["stamp"] == "absent"
        assert (found["state"], found["result"], found["by"]) == ("inactive", "held", "phone")


def test_a_page_about_one_stamp_with_the_dossier_of_another_is_a_mismatch(browser, story):
    world = World(told(story, 4).record(), page_record=told(story, 3).record())
    with opened(browser, world) as page:
        assert steps(page)["stamp"] == "failed"
        assert main(page)["state"] == "mismatch"


def test_the_page_of_another_stamp_than_the_address_names_is_a_mismatch(browser, story):
    world = World(told(story, 4).record())
    other = told(story, 3).stamp.code.grouped.lower()
    with opened(browser, world, path=f"/s/{other}") as page:
        assert steps(page)["stamp"] == "failed"


def test_a_missing_key_entry_is_unable_and_later_steps_still_run(browser, world):
    record = copy.deepcopy(world.record)
    del record["entries"][str(max(world.record["keys"].values(), key=str)["entries"][-1])]
    with opened(browser, World(record, page_record=world.record)) as page:
        assert steps(page)["keys"] == steps(page)["signature"] == "unable"
        assert steps(page)["inclusion"] == steps(page)["witness"] == "held"
        assert (main(page)["state"], main(page)["result"]) == ("unable", "unable")


def test_a_contradiction_wins_over_what_is_missing(browser, world):
    record = copy.deepcopy(world.record)
    del record["entries"][str(max(world.record["keys"].values(), key=str)["entries"][-1])]
    record["stamp"]["blind"] = "A" * 22
    with opened(browser, World(record, page_record=world.record)) as page:
        assert (steps(page)["keys"], steps(page)["stamp"]) == ("unable", "failed")
        assert steps(page)["facts"] == "waiting"
        assert (main(page)["state"], main(page)["result"]) == ("mismatch", "failed")


@pytest.mark.parametrize("silent", ["dossier", "chain"])
def test_silence_ends_after_ten_seconds_at_most(browser, world, silent):
    path = "/chain" if silent == "chain" else f"/s/{world.code}/dossier"
    world.silent.add(path)
    with opened(browser, world) as page:
        waited = page.evaluate("window.waited")
        assert 7_900 < waited < 10_000
        state = "active" if silent == "chain" else "unable"
        assert (main(page)["state"], page.evaluate("window.fired")) == (state, 1)
        assert steps(page)["anchor"] == "unable"
        assert main(page)["result"] == ("held" if silent == "chain" else "unable")


def test_a_dossier_out_of_reach_is_unable(browser, world):
    world.changes[f"/s/{world.code}/dossier"] = lambda _: None
    with opened(browser, world) as page:
        assert (main(page)["state"], main(page)["result"]) == ("unable", "unable")
        assert page.text_content("[data-headline]") == "Cannot check right now"
        assert set(steps(page).values()) == {"unable"}


def test_without_a_secure_context_the_server_s_word_stands(browser, world):
    with opened(browser, world, base="http://trace.example:9") as page:
        found = main(page)
        assert (found["state"], found["by"], found["level"]) == ("active", "server", "")
        assert (found["result"], page.evaluate("window.fired")) == ("unable", 1)
        assert "this phone could not" in page.text_content("[data-where]")
        by = page.eval_on_selector_all("[data-step]", "n => n.map((s) => s.dataset.by)")
        assert set(by) == {"server"}


def test_a_browser_without_ed25519_loads_the_self_hosted_verifier(browser, world):
    with opened(browser, world, scripts=[NO_ED25519]) as page:
        assert main(page)["by"] == "phone"
        assert "/static/vendor/noble-ed25519-2.3.0.js" in world.asked


def test_a_browser_with_ed25519_does_not(browser, world):
    with opened(browser, world):
        assert not any("noble" in path for path in world.asked)


@pytest.mark.parametrize("root", ["0x" + "00" * 32, "0x" + "11" * 32], ids=["zero", "another"])
def test_another_root_on_the_chain_is_a_mismatch(browser, world, root):
    world.chain_root = root
    with opened(browser, world) as page:
        assert (steps(page)["anchor"], main(page)["state"]) == ("failed", "mismatch")


def test_an_anchor_asked_through_the_reader_s_own_address_is_held(browser, world):
    with opened(browser, world) as page:
        page.click("details:has([data-rpc]) summary")
        page.fill("[data-rpc] input", "https://rpc.example/chain")
        page.evaluate(
            "() => { window.again = new Promise((done) => document.addEventListener("
            "'nguon:checked', done, { once: true })); }"
        )
        page.click("[data-rpc] button")
        page.evaluate("() => window.again.then(() => null)")
        assert steps(page)["anchor"] == "held"
        assert "anchored" in main(page)["level"]


def test_a_stamp_that_is_not_anchored_yet_stays_green(browser, story):
    record = told(story, anchor=None, consistency=()).record()
    with opened(browser, World(record)) as page:
        assert (steps(page)["anchor"], main(page)["state"]) == ("absent", "active")


@pytest.mark.parametrize("lang", ["vi", "zh", "en"])
def test_facts_are_written_from_what_was_signed_in_the_reader_s_language(browser, world, lang):
    world.lang = lang
    with opened(browser, world) as page:
        assert main(page)["result"] == "held"
        before = texts(page, world.html(f"/s/{world.code}", lang).decode())
        after = texts(page, page.content())
        assert after == before
        assert len(after) > 8


def texts(page, html):
    """Return every fact's text in a page's source."""
    return page.evaluate(
        """(html) => [...new DOMParser().parseFromString(html, "text/html")
          .querySelectorAll("[data-fact]")].map((n) => [n.dataset.fact, n.textContent])""",
        html,
    )


def test_the_check_of_this_page_was_made_at_the_fixed_hour(browser, world):
    with opened(browser, world) as page:
        assert page.evaluate("Date.now()") == NOW_MS


def test_what_people_read_is_written_from_the_payload(browser, world):
    path = f"/s/{world.code}"
    world.changes[path] = lambda body: body.replace(b">18 Nov 2028<", b">18 Nov 2099<")
    with opened(browser, world) as page:
        assert main(page)["result"] == "held"
        assert "2099" not in page.text_content("main")
        assert "18 Nov 2028" in page.text_content("main")


def test_white_space_around_a_fact_is_no_contradiction(browser, world):
    path = f"/s/{world.code}"
    world.changes[path] = lambda body: body.replace(b">500 ml<", b">\n  500\n ml <")
    with opened(browser, world) as page:
        assert main(page)["result"] == "held"
        assert page.text_content("[data-fact$='#/netContent']") == "500 ml"


def test_a_fact_of_an_entry_that_is_not_the_stamp_s_is_a_mismatch(browser, world):
    path = f"/s/{world.code}"
    world.changes[path] = lambda body: body.replace(
        b"</main>", b'<span data-fact="0#/name">Office of the sample province</span></main>'
    )
    with opened(browser, world) as page:
        assert (steps(page)["facts"], main(page)["state"]) == ("failed", "mismatch")


def test_an_old_browser_leaves_the_server_s_word_as_it_stands(browser, world):
    with opened(browser, world, scripts=["delete Object.hasOwn"]) as page:
        found = main(page)
        assert (found["state"], found["by"], found["result"]) == ("active", "server", "unable")


def test_what_was_kept_and_is_no_longer_readable_is_a_first_visit(phone, browser, world):
    with opened(browser, world, context=phone) as page:
        page.evaluate("localStorage.setItem('nguon.kept', '{\"trust\":null}')")
    with opened(browser, world, context=phone) as page:
        assert (steps(page)["trust"], main(page)["result"]) == ("told", "held")
