"""How a value of a dossier stands on the page: text for people, `data-fact` for the check.

A signed value is `{value, entry, pointer}` and becomes an element whose `data-fact` names the
entry and the JSON Pointer, so that the phone can compare it with the payload (formats §10). A
value that the server computed, `{value, by: "server"}`, carries no such mark.
"""

import re
from collections.abc import Mapping

from markupsafe import Markup, escape

from attest import payload
from webapp import language
from webapp.language import Words

from .records import Records

TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d.*)?")

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Item = Mapping[str, Json]


def shown(words: Words, item: Item | None, *, day: bool = False) -> Markup:
    """Return the element for one member of a dossier; what is absent says so.

    `day`: of a moment only the day is shown; `datetime` has all of it.
    """
    if item is None or item.get("value") in (None, "", []):
        return Markup('<span class="none">{}</span>').format(words("field.none"))
    if item.get("by") == "server":
        return escape(plain(words, item["value"]))
    fact = f"{item['entry']}#{item['pointer']}"
    value = item["value"]
    if isinstance(value, str) and TIME.fullmatch(value):
        return _time(words, value, fact, day)
    return _element(words, value, fact)


def named(words: Words, item: Item | None, records: Records) -> Markup:
    """Return the element for a name, in the reader's language where the record has it."""
    said = records.statements.get(int(str(item["entry"]))) if item and "entry" in item else None
    names = said.record.get("names") if said else None
    if item is None or not isinstance(names, dict) or words.lang not in names:
        return shown(words, item)
    pointer = str(item["pointer"]).replace("/name", f"/names/{words.lang}")
    return shown(words, {**item, "value": names[words.lang], "pointer": pointer})


def phone(words: Words, item: Item | None) -> Markup:
    """Return the element for a telephone number, which a phone can call."""
    text = shown(words, item)
    number = "" if item is None else dialled(str(item["value"]))
    return Markup('<a href="tel:{}">{}</a>').format(number, text) if number else text


def dialled(text: str) -> str:
    """Return the digits of a telephone number, as `tel:` links want them."""
    return re.sub(r"[^0-9+]", "", text)


def plain(words: Words, value: Json) -> str:
    """Print a value for people, without any mark."""
    if isinstance(value, bool):
        return words("btn.yes" if value else "btn.no")
    if isinstance(value, int | float):
        return number(words, value)
    if isinstance(value, str) and TIME.fullmatch(value):
        return language.show_time(words, value)
    if isinstance(value, list):
        return ", ".join(plain(words, v) for v in value)
    if isinstance(value, dict):
        return str(value.get(words.lang) or value.get("en") or next(iter(value.values()), ""))
    return str(value)


def number(words: Words, value: float) -> str:
    """Print a number with the separators of the language: 1.500,5 in Vietnamese."""
    text = f"{value:,}"
    return text.translate(str.maketrans(",.", ".,")) if words.lang == "vi" else text


def _time(words: Words, value: str, fact: str, day: bool) -> Markup:
    text = language.show_time(words, value[:10] if day else value)
    mark = Markup(' data-as="day"') if day else ""
    return Markup('<time data-fact="{}" datetime="{}"{}>{}</time>').format(
        fact, value, mark, text
    )


def _element(words: Words, value: Json, fact: str) -> Markup:
    if isinstance(value, list):
        parts = [_element(words, v, f"{fact}/{i}") for i, v in enumerate(value)]
        return Markup(", ").join(parts)
    if isinstance(value, int | float) and not isinstance(value, bool):
        spelled = payload.number_text(value) if isinstance(value, float) else value
        return Markup('<data data-fact="{}" value="{}">{}</data>').format(
            fact, spelled, number(words, value)
        )
    return Markup('<span data-fact="{}">{}</span>').format(fact, plain(words, value))
