"""Every page speaks Vietnamese, Chinese or English, as the reader chose.

The choice is, in this order: `?lang=`, our cookie, `Accept-Language`, Vietnamese. Texts stand
in `translations/*.toml`; a slot is `{name}`, and whatever fills it is escaped.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path

from flask import Request
from markupsafe import Markup, escape

LANGUAGES = ("vi", "zh", "en")
COOKIE = "nguon_lang"
FOLDER = Path(__file__).with_name("translations")
HOUR = 60  # minutes
DAY = 24 * HOUR
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language: `words("state.active")`, slots by name."""

    lang: str
    texts: Mapping[str, str]

    def __call__(self, key: str, **slots: object) -> Markup:
        """Return the text of `key` with its slots filled; an unknown key is a KeyError."""
        return Markup(self.texts[key]).format(**{k: escape(v) for k, v in slots.items()})  # noqa: S704 -- our own texts

    def has(self, key: str) -> bool:
        """Tell whether there is a text of that key."""
        return key in self.texts

    def day(self, value: date) -> str:
        """Print a day as this language's readers write it."""
        if self.lang == "vi":
            return f"{value.day:02}/{value.month:02}/{value.year}"
        if self.lang == "zh":
            return f"{value.year}年{value.month}月{value.day}日"
        return f"{value.day} {MONTHS[value.month - 1]} {value.year}"

    def moment(self, value: datetime) -> str:
        """Print a moment to the minute, in the zone it carries."""
        clock = f"{value.hour:02}:{value.minute:02}"
        if self.lang == "vi":
            return f"{clock} {self.day(value)}"
        return (
            f"{self.day(value)} {clock}" if self.lang == "zh" else f"{self.day(value)}, {clock}"
        )


@cache
def words_of(lang: str) -> Words:
    """Read the texts of one of LANGUAGES."""
    tables = tomllib.loads((FOLDER / f"{lang}.toml").read_text(encoding="utf-8"))
    return Words(lang, dict(_flat(tables)))


def _flat(tables: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    for group, texts in tables.items():
        for key, text in texts.items():
            yield f"{group}.{key}", text


def choose(request: Request) -> str:
    """Say which language the reader of this request wants."""
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return wish
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def parse_time(text: str) -> datetime | date:
    """Read an RFC 3339 moment or an ISO day; anything else is a ValueError."""
    return (
        date.fromisoformat(text)
        if len(text) == len("2026-11-22")
        else datetime.fromisoformat(text)
    )


def show_time(words: Words, text: str) -> str:
    """Print a moment or a day of a record; a text that is neither is shown as it is."""
    try:
        value = parse_time(text)
    except ValueError:
        return text
    return words.moment(value) if isinstance(value, datetime) else words.day(value)


def zone(offset: str) -> timezone:
    """Read `+07:00` as a time zone, the one in which the server's own times are shown."""
    sign, hours, minutes = offset[0], int(offset[1:3]), int(offset[4:6])
    delta = timedelta(hours=hours, minutes=minutes)
    return timezone(-delta if sign == "-" else delta)


def ago(words: Words, seconds: float) -> Markup:
    """Print how long ago something was, in the largest unit that is not zero."""
    minutes = max(1, round(seconds / 60))
    if minutes < HOUR:
        return words("ago.minutes", n=minutes)
    if minutes < 2 * DAY:
        return words("ago.hours", n=minutes // HOUR)
    return words("ago.days", n=minutes // DAY)
