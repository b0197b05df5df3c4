"""What one entry says, in the reader's words: each value marked with where it was signed.

The dossier's own summary is the server's word; what stands here instead is a copy of payload
values, which the phone checks as it checks every `data-fact`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from attest.statement import Statement
from webapp.language import Words

from . import facts

EVENTS = "/epcisBody/eventList"
LISTS = ("outputQuantityList", "quantityList", "childQuantityList")
DISPOSITIONS = ("conformant", "non_conformant")
MOST_AMOUNTS = 2
MOST_MEASURED = 12
SPACE = Markup(" ")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in an entry: its index, a JSON Pointer, and the value there."""

    index: int
    pointer: str
    value: Any

    def at(self, name: str | int) -> "Spot":
        """Return a member; its value is None where it is missing."""
        text = str(name).replace("~", "~0").replace("/", "~1")
        inside = self.value
        if isinstance(inside, list):
            found = inside[int(name)]
        else:
            found = inside.get(name) if isinstance(inside, Mapping) else None
        return Spot(self.index, f"{self.pointer}/{text}", found)

    def all(self, name: str) -> "Iterator[Spot]":
        """Yield the items of a list; nothing where there is none."""
        found = self.at(name)
        for at in range(len(found.value) if isinstance(found.value, list) else 0):
            yield found.at(at)

    def item(self) -> dict[str, Any] | None:
        """Return it as a member of a dossier."""
        if self.value is None:
            return None
        return {"value": self.value, "entry": self.index, "pointer": self.pointer}


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate as the page shows it."""

    title: Markup
    issuer: Markup
    span: Markup
    expired: bool
    confirmed: bool
    file: str | None


def last_event(index: int, said: Statement) -> Spot:
    """Return the entry's event: of a correction the last, which stands instead."""
    record = Spot(index, "", said.record)
    events = list(record.at("epcisBody").all("eventList"))
    return events[-1] if events else record


def line(words: Words, event: Spot) -> Markup | None:
    """Return amounts, result and reason in a few words; None when there is nothing short."""
    rows = [row for name in LISTS for row in event.all(name) if row.at("quantity").value]
    parts = [_amount(words, row) for row in rows[:MOST_AMOUNTS]]
    if event.at("disposition").value in DISPOSITIONS:
        parts.append(words(f"test.{event.at('disposition').value}"))
    if event.at("nguon:reason").value:
        parts.append(facts.shown(words, event.at("nguon:reason").item()))
    return Markup(" · ").join(parts) if parts else None


def measured(words: Words, event: Spot) -> list[Markup]:
    """Return what sensors or laboratories measured, each with its limits."""
    reports = [
        report
        for element in event.all("sensorElementList")
        for report in element.all("sensorReport")
    ]
    found = [_report(words, report) for report in reports[:MOST_MEASURED]]
    return [part for part in found if part is not None]


def paper(words: Words, index: int, said: Statement, today: date, confirmed: bool) -> Paper:
    """Return a certificate with its validity today."""
    record = Spot(index, "", said.record)
    shown = {
        n: facts.shown(words, record.at(n).item())
        for n in ("scheme", "issuer", "from", "until")
    }
    stars, until = record.at("stars"), record.at("until").value
    title = shown["scheme"]
    if stars.value:
        title += SPACE + facts.shown(words, stars.item()) + "★"
    if record.at("number").value:
        title += SPACE + facts.shown(words, record.at("number").item())
    if until is None:
        span = words("paper.open", **{"from": shown["from"]})
    else:
        span = Markup("{} – {}").format(shown["from"], shown["until"])
    expired = isinstance(until, str) and until[:10] < today.isoformat()
    cid = record.at("cid").value
    return Paper(
        title, shown["issuer"], span, expired, confirmed, f"/ipfs/{cid}" if cid else None
    )


def _amount(words: Words, row: Spot) -> Markup:
    number = facts.shown(words, row.at("quantity").item())
    uom = row.at("uom").value
    key = f"unit.{uom or 'packs'}"
    unit = words(key) if words.has(key) else str(uom)
    return Markup("{} {}").format(number, unit)


def _report(words: Words, report: Spot) -> Markup | None:
    values = (report.at("value"), report.at("stringValue"))
    value = next((v for v in values if v.value is not None), None)
    if value is None:
        return None
    name = str(report.at("chemicalSubstance").value or report.at("type").value or "")
    label = name.rsplit("/", 1)[-1].rsplit(":", 1)[-1].replace("-", " ")
    uom = report.at("uom").value
    unit = words(f"unit.{uom}") if uom and words.has(f"unit.{uom}") else ""
    text = Markup("{}: {} {}").format(label, facts.shown(words, value.item()), unit)
    for limit, sign in (("nguon:atLeast", "≥"), ("nguon:atMost", "≤")):
        if report.at(limit).value is not None:
            text += Markup(" ({} {})").format(sign, facts.shown(words, report.at(limit).item()))
    return text
