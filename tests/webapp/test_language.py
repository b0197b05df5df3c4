"""Three languages say the same things, each in the reader's own way."""

import string
from datetime import UTC, datetime

import pytest
from flask import Flask, request
from markupsafe import Markup

from webapp import language
from webapp.language import LANGUAGES, words_of

VI = words_of("vi")


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_the_same_keys_and_slots(lang):
    words = words_of(lang)
    assert words.texts.keys() == VI.texts.keys()
    different = [k for k, text in words.texts.items() if slots(text) != slots(VI.texts[k])]
    assert different == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_is_empty_or_holds_markup(lang):
    assert all(text and "<" not in text for text in words_of(lang).texts.values())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_text_was_left_in_vietnamese(lang):
    same = [k for k, text in words_of(lang).texts.items() if text == VI.texts[k]]
    alike = {"clip.of", "site.name"}  # and the signs of units
    assert {k for k in same if not k.startswith("unit.")} <= alike


def test_what_fills_a_slot_cannot_be_markup():
    text = VI("state.unknown.do", domain="<script>alert(1)</script>")
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_an_element_of_ours_fills_a_slot_as_it_is():
    fact = Markup('<span data-fact="1#/a">L1</span>')
    assert fact in VI("state.expired.do", lot=fact, date="")


def test_an_unknown_text_is_a_fault_and_not_an_empty_page():
    with pytest.raises(KeyError):
        VI("state.nonsense")


@pytest.mark.parametrize(
    ("query", "cookie", "accept", "lang"),
    [
        pytest.param("zh", "en", "vi", "zh", id="the switch beats all"),
        pytest.param("", "en", "vi", "en", id="then what was chosen before"),
        pytest.param("", "", "zh-CN,zh;q=0.9,en;q=0.8", "zh", id="then the browser"),
        pytest.param("", "", "en-GB", "en", id="a region of a language"),
        pytest.param("", "", "fr", "vi", id="another language"),
        pytest.param("xx", "yy", "en", "en", id="languages that we do not speak"),
    ],
)
def test_the_reader_chooses_the_language(query, cookie, accept, lang):
    headers = {"Accept-Language": accept, "Cookie": f"{language.COOKIE}={cookie}"}
    with Flask("test").test_request_context(f"/?lang={query}", headers=headers):
        assert language.choose(request) == lang


@pytest.mark.parametrize(
    ("lang", "shown"),
    [
        ("vi", "16:05 18/11/2026"),
        ("zh", "2026年11月18日 16:05"),
        ("en", "18 Nov 2026, 16:05"),
    ],
)
def test_a_moment_is_shown_in_the_zone_that_it_carries(lang, shown):
    words = words_of(lang)
    assert language.show_time(words, "2026-11-18T16:05:09+07:00") == shown


def test_what_is_no_time_is_shown_as_it_is():
    assert language.show_time(VI, "2026-99-99") == "2026-99-99"


def test_the_server_s_own_times_are_in_its_zone():
    moment = datetime(2026, 11, 25, 20, 0, tzinfo=UTC).astimezone(language.zone("+07:00"))
    assert VI.moment(moment) == "03:00 26/11/2026"
    west = datetime(2026, 11, 25, 1, 0, tzinfo=UTC).astimezone(language.zone("-03:30"))
    assert VI.moment(west) == "21:30 24/11/2026"


@pytest.mark.parametrize(
    ("seconds", "shown"), [(1, "1 min"), (3000, "50 min"), (7300, "2 h"), (200_000, "2 days")]
)
def test_how_long_ago_in_the_largest_unit(seconds, shown):
    assert language.ago(words_of("en"), seconds) == shown
