"""A proxy between browser and server changes one thing: it is seen, and never green."""

import copy
import json
import re

import pytest

from support import coop
from support.browser_world import World, main, opened, steps

DOSSIER = coop.coop().dossier().record()
CODE = DOSSIER["stamp"]["code"]
PACKED = next(t["index"] for t in DOSSIER["timeline"] if t["kind"] == "packaging")


def flip(text, at):
    """Change one letter of a text, as a flipped bit in it would."""
    at %= len(text)
    return text[:at] + ("B" if text[at] != "B" else "C") + text[at + 1 :]


def changed(*path, at=0):
    record = copy.deepcopy(DOSSIER)
    place = record
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = flip(place[path[-1]], at)
    return record


@pytest.mark.parametrize(
    ("step", "record"),
    [
        pytest.param(
            "signature", changed("entries", str(PACKED), "statement", at=500), id="entry"
        ),
        pytest.param("inclusion", changed("entries", str(PACKED), "proof", at=50), id="proof"),
        pytest.param(
            "inclusion", changed("entries", "0", "proof", at=60), id="proof of the root"
        ),
        pytest.param("stamp", changed("stamp", "rollProof", 0, at=4), id="roll proof"),
        pytest.param("stamp", changed("stamp", "blind", at=4), id="blind"),
        pytest.param("promise", changed("checkpoint", at=40), id="note"),
        pytest.param("anchor", changed("consistency", 0, at=4), id="consistency"),
        pytest.param(
            "facts", changed("product", "name", "value", at=3), id="fact in the dossier"
        ),
        pytest.param("facts", changed("lot", "bestBefore", "value", at=3), id="date"),
        pytest.param("facts", changed("timeline", 0, "issuer", at=9), id="issuer"),
    ],
)
def test_one_letter_of_the_dossier_is_seen(browser, step, record):
    with opened(browser, World(record, page_record=DOSSIER)) as page:
        assert (steps(page)[step], main(page)["state"]) == ("failed", "mismatch")
        assert main(page)["result"] == "failed"
        after = list(steps(page)).index(step) + 1
        assert set(list(steps(page).values())[after:]) <= {"waiting"}
        assert page.text_content("[data-headline]").startswith("Records do not match")
        assert page.evaluate("window.fired") == 1


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        pytest.param(f"/s/{CODE}", b"500 ml", b"600 ml", id="a text on the page"),
        pytest.param(
            f"/s/{CODE}", b'datetime="2028', b'datetime="2029', id="a date on the page"
        ),
        pytest.param(f"/s/{CODE}", b"#/name", b"#/id", id="where a fact comes from"),
        pytest.param(f"/s/{CODE}/dossier", b'{"version"', b'}"version"', id="broken JSON"),
        pytest.param("/log/trust", b'"vkey": "t', b'"vkey": "u', id="the log key"),
        pytest.param("/log/trust", b'{"origin"', b'["origin"', id="broken pins"),
        pytest.param("/chain", b'"0x', b'"0y', id="the chain's answer"),
    ],
)
def test_one_byte_of_another_answer_is_seen(browser, path, old, new):
    world = World(DOSSIER)
    world.changes[path] = lambda body: once(body, old, new)
    with opened(browser, world) as page:
        assert main(page)["state"] == "mismatch"
        assert main(page)["result"] == "failed"


def once(body, old, new):
    assert old in body
    return body.replace(old, new, 1)


def test_a_page_that_says_green_over_a_recall_turns_red(browser):
    story = coop.coop()
    story.tell(coop.REGULATOR, "recall", coop.marking(31, set=["recalled"]))
    record = story.dossier(story.stamp(state="recalled")).record()
    world = World(record)
    page_of_lies = lambda body: body.replace(b'data-state="recalled"', b'data-state="active"')  # noqa: E731
    world.changes[f"/s/{CODE}"] = page_of_lies
    with opened(browser, world) as page:
        assert main(page)["state"] == "recalled"
        assert page.text_content("[data-headline]").startswith("RECALLED")


def test_a_state_that_nobody_knows_is_the_worst(browser):
    record = copy.deepcopy(DOSSIER)
    record["stamp"]["state"] = "splendid"
    with opened(browser, World(record, page_record=DOSSIER)) as page:
        assert main(page)["state"] == "mismatch"


@pytest.mark.parametrize(
    "body", [b"null", b"[]", b'"x"', b"{}", b'{"entries":[]}', b"7"], ids=lambda b: b.decode()
)
def test_a_dossier_of_another_shape_is_a_mismatch(browser, body):
    world = World(DOSSIER)
    world.changes[f"/s/{CODE}/dossier"] = lambda _: body
    with opened(browser, world) as page:
        assert main(page)["state"] in ("mismatch", "unable")
        assert main(page)["by"] == "server"
        assert page.evaluate("window.fired") == 1
        assert json.loads(page.evaluate("JSON.stringify(localStorage)")) == {}


def test_a_dossier_that_is_no_json_fails_the_first_step_alone(browser):
    world = World(DOSSIER)
    world.changes[f"/s/{CODE}/dossier"] = lambda _: b"{"
    with opened(browser, world) as page:
        assert main(page)["state"] == "mismatch"
        first, *later = steps(page).values()
        assert first == "failed"
        assert set(later) <= {"waiting"}


def green(page):
    """Leave the state and write the words of a good stamp over it."""
    for before, text in (
        (rb"(<title>)[^<]*", b"This stamp is real and active \xc2\xb7 Stamp"),
        (rb"(data-headline[^>]*>)[^<]*", b"This stamp is real and active"),
        (rb"(data-do>)[^<]*", b"Compare picture, lot and date"),
    ):
        page, count = re.subn(before, rb"\g<1>" + text, page, count=1)
        assert count == 1
    return page


@pytest.mark.parametrize("state", ["hold", "recalled"])
def test_a_green_headline_over_a_bad_state_is_written_over(browser, state):
    story = coop.coop()
    kind, name = ("hold", "nguon:hold") if state == "hold" else ("recall", "recalled")
    story.tell(coop.REGULATOR, kind, coop.marking(31, set=[name]))
    world = World(story.dossier(story.stamp(state=state)).record())
    world.changes[f"/s/{world.code}"] = green
    with opened(browser, world) as page:
        assert main(page)["state"] == state
        for text in (page.text_content("[data-headline]"), page.title()):
            assert "real and active" not in text
        assert "Compare picture" not in page.text_content("[data-do]")
