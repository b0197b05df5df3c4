"""What the stamp page shows, made from a dossier: pure, without ledger, request or clock.

Each value of product, lot and timeline becomes a `data-fact`; texts are those of the reader's
language; what the server alone says is said to be its word.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from attest import stamp
from ledger.people.scans import UNUSUAL_COUNT, UNUSUAL_PLACES, Tally
from ledger.read.watched import Gap
from webapp import language
from webapp.desk import Site
from webapp.language import Words

from . import entries, facts, told
from .records import Records

Dossier = Mapping[str, Any]  # JSON as docs/formats/dossier.md describes it

LEVELS = ("signed", "logged", "witnessed", "anchored", "fresh")
STATES = (
    "active", "inactive", "suspicious", "expired", "unable", "void", "hold", "recalled",
    "mismatch", "unknown",
)  # fmt: skip
FIRST_FIELDS = ("lot", "netContent", "packed", "bestBefore", "expiry", "made", "allergens")
ALWAYS = {"lot", "netContent", "allergens"}  # said even when they are not stated
WORK = {  # what is done to goods; the rest of a timeline is what lies behind
    "opening", "acceptance", "diary", "processing", "packaging", "aggregation", "labtest",
    "rapidtest", "sampling", "inspection", "selfcheck", "label", "roll", "activation", "void",
    "shipment", "arrival", "return", "disposal", "hold", "release", "recall", "correction",
    "decision", "response",
}  # fmt: skip
SCRIPT_WORDS = (
    "result.", "state.", "where.", "clip.", "step.", "by.", "ago.", "reason.",
    "note.changed",
    "card.checking",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks when: the reader's language, whether a person looks, the checks before."""

    words: Words
    now: datetime
    person: bool
    tally: Tally
    gaps: Sequence[Gap] = ()  # of the lot's step windows, the server's word


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the product card."""

    name: str
    shown: Markup


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on checks are unusual, as the page states it."""

    count: int = UNUSUAL_COUNT
    places: int = UNUSUAL_PLACES


@dataclass(frozen=True, slots=True)
class Refused:
    """A page without a dossier: the code was never issued, or cannot be checked now."""

    code: str
    state: str
    headline: Markup
    do: Markup
    where: Markup
    also: Markup | str = ""
    dossier: Dossier | None = None
    grouped: str = ""


class StampPage:
    """The stamp page's contents, read by the templates member by member."""

    also = ""
    limits = Limits()
    levels = LEVELS

    def __init__(self, dossier: Dossier, site: Site, visit: Visit) -> None:
        self.dossier = dossier
        self.site = site
        self.words = visit.words
        self.person = visit.person
        self.records = Records(dossier)
        self.tally = visit.tally
        self.gaps = visit.gaps
        self.now = visit.now
        self.stamp = dossier["stamp"]
        self.code: str = self.stamp["code"]
        self.grouped = stamp.parse(self.code).grouped
        self.state: str = self.stamp["state"]
        self.product: Mapping[str, Any] = dossier["product"]
        self.lot: Mapping[str, Any] = dossier["lot"] or {}

    @property
    def name(self) -> Markup:
        """What the product is called."""
        return facts.named(self.words, self.product.get("name"), self.records)

    @property
    def maker(self) -> Markup:
        """Who made it."""
        return facts.named(self.words, self.product.get("maker"), self.records)

    @property
    def headline(self) -> Markup:
        """The verdict in words."""
        return self.words(f"state.{self.state}")

    @property
    def do(self) -> Markup:
        """What the reader should do now."""
        return told.advice(self)

    @property
    def where(self) -> Markup:
        """Who checked, and when; the script puts the phone in the server's place."""
        time = self.words.moment(self.now)
        return self.words("where.server", domain=self.site.domain, time=time)

    @property
    def by_server(self) -> Markup:
        """The words that stand at each step until the phone has found it itself."""
        time = f"{self.now.hour:02}:{self.now.minute:02}"
        return self.words("by.server", domain=self.site.domain, time=time)

    @property
    def fields(self) -> Iterator[Field]:
        """The first screen: what people compare with the pack in their hand."""
        values = {
            **self.product,
            **self.lot,
            "lot": self.lot.get("number") or self.lot.get("id"),
        }
        for name in FIRST_FIELDS:
            if values.get(name) or name in ALWAYS:
                yield Field(name, facts.shown(self.words, values.get(name), day=True))
        yield Field("phone", facts.phone(self.words, values.get("phone")))

    @property
    def more_fields(self) -> Sequence[Field]:
        """What is less urgent: behind a fold."""
        names = [n for n in ("brand", "ingredients", "storage", "gtin") if self.product.get(n)]
        more = [Field(n, facts.shown(self.words, self.product[n])) for n in names]
        if self.lot.get("facility"):
            shown = facts.named(self.words, self.lot["facility"], self.records)
            more.append(Field("facility", shown))
        return more

    @property
    def picture(self) -> str | None:
        """Where the maker's picture of the product is."""
        item = self.product.get("picture")
        return f"/ipfs/{item['value']}" if item else None

    @property
    def phone(self) -> str | None:
        """The seller's telephone number as it is printed."""
        item = self.product.get("phone")
        return str(item["value"]) if item else None

    @property
    def steps(self) -> Iterator[told.Step]:
        """What is checked, in the order of formats §10."""
        return told.steps(self)

    @property
    def computed(self) -> list[Markup]:
        """What the server computed from the records: coverage, gaps, tests, rating."""
        return list(told.computed(self))

    @property
    def figures(self) -> list[told.Figure]:
        """The recordings of this lot, one figure a camera and stretch of time."""
        return list(told.figures(self))

    @property
    def story(self) -> list[told.Event]:
        """What was done to the goods, in order of time."""
        items = [i for i in self.dossier["timeline"] if i["kind"] in WORK]
        return [told.event(self, i) for i in sorted(items, key=_moment)]

    @property
    def behind(self) -> list[told.Event]:
        """What the story stands on: who and what was registered; footage has figures."""
        shown = WORK | {"certificate", "footage"}
        items = (i for i in self.dossier["timeline"] if i["kind"] not in shown)
        return [told.event(self, i) for i in items]

    @property
    def papers(self) -> list[entries.Paper]:
        """Certificates with their validity today, and who vouches for them."""
        found = []
        for index, said in self.records.of_kind("certificate"):
            roles = self.records.roles.get(said.header.iss, frozenset())
            day, confirmed = self.now.date(), "regulator" in roles
            found.append(entries.paper(self.words, index, said, day, confirmed))
        return found

    @property
    def is_anchored(self) -> bool:
        """Whether any head that covers these entries is on the chain."""
        return self.dossier["anchor"] is not None

    @property
    def not_proven(self) -> list[str]:
        """What the page does not prove; a code that we have no words for is left out."""
        return [c for c in self.dossier["notProven"] if self.words.has(f"not.{c}")]

    @property
    def independent(self) -> bool:
        """Whether others than this server keep the chain."""
        return bool(self.dossier["chain"]["independent"])

    @property
    def counted(self) -> Markup:
        """How often the stamp was checked before this view."""
        tally = self.tally
        if tally.first_day is None:
            return self.words("card.none")
        day = language.show_time(self.words, tally.first_day)
        if not tally.first_province:
            return self.words("card.first-nowhere", day=day, count=tally.count)
        return self.words("card.first", day=day, place=tally.first_province, count=tally.count)

    @property
    def dossier_url(self) -> str:
        """Where the script fetches the dossier."""
        return f"/s/{self.code}/dossier"

    @property
    def evidence_url(self) -> str:
        """Where a reader saves the same as a file."""
        return f"/s/{self.code}/evidence"

    @property
    def evidence_address(self) -> str:
        """The whole address, to be copied out of a chat app."""
        return f"{self.site.public_url}/s/{self.code}/evidence"

    @property
    def script_words(self) -> dict[str, str]:
        """The texts that scripts write, with their slots."""
        return script_words(self.words)


def _moment(item: Mapping[str, Any]) -> str:
    """Return what puts a line of the story in its place: its time in UTC, as text."""
    value = (item["time"] or {}).get("value")
    if not isinstance(value, str):
        return ""
    moment = language.parse_time(value)
    in_utc = moment.astimezone(UTC) if isinstance(moment, datetime) else moment
    return in_utc.isoformat()


def script_words(words: Words) -> dict[str, str]:
    """Return the texts that scripts write, with their slots."""
    return {k: v for k, v in words.texts.items() if k.startswith(SCRIPT_WORDS)}


def unknown(words: Words, site: Site, code: str, now: datetime, detail: str = "") -> Refused:
    """Return the page of a code that we never issued, or of an address that names none."""
    also = words("unknown.link", detail=detail) if detail else ""
    do = words("state.unknown.do", domain=site.domain)
    where = words("by.server", domain=site.domain, time=words.moment(now))
    return Refused(code, "unknown", words("state.unknown"), do, where, also, grouped=code)


def unable(words: Words, site: Site, code: str, now: datetime) -> Refused:
    """Return the page that says neither good nor bad, because the check was not possible."""
    do = words("state.unable.do", date=words("unable.never"))
    where = words("by.server", domain=site.domain, time=words.moment(now))
    also = words("unable.worked")
    return Refused(code, "unable", words("state.unable"), do, where, also, grouped=code)
