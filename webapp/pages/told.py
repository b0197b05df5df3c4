"""The lines of the stamp page: advice, steps, story, recordings and what the server adds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from webapp import language

from . import entries, facts, records

if TYPE_CHECKING:
    from .view import StampPage

LATE_S = 86_400  # a record written down a day after the work is shown as late
MERGE_S = 90  # recordings of one camera closer than this are one figure
MAX_FIGURES = 6
MOST_GAPS = 5
BASIC = "%Y%m%dT%H%M%SZ"
NOTICE = {"recalled": "recall", "hold": "hold", "void": "void"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the check: its words, and what the server's word for it is."""

    name: str
    text: Markup
    server_word: str = "result.told"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the story."""

    kind: str
    index: int
    title: Markup | str
    when: Markup
    summary: Markup | str
    measured: list[Markup]
    late: Markup | None
    signer: str
    pending: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A stretch of one camera's recording."""

    camera: str
    start: datetime
    end: datetime
    caption: Markup
    playlist: str


def advice(page: "StampPage") -> Markup:
    """Return what to do in this state, with its date, reason and who decided."""
    words, slots = page.words, dict[str, object]()
    key = f"state.{page.state}.do"
    if page.state == "suspicious":
        tally = page.tally
        date = language.show_time(words, tally.first_day or "–")
        place = tally.first_province or "–"
        slots = {"count": tally.count, "places": tally.places, "date": date, "place": place}
    elif page.state == "expired":
        end = page.lot.get("expiry") or page.lot.get("bestBefore")
        slots = {"lot": _lot(page), "date": facts.shown(words, end, day=True)}
    elif page.state == "mismatch":
        slots = {"id": f"{page.code[-4:]}-{page.now:%m%d%H%M}"}
    elif page.state in NOTICE:
        slots = _notice(page, NOTICE[page.state])
    return words(key, **slots)


def _notice(page: "StampPage", kind: str) -> dict[str, object]:
    found = list(page.records.of_kind(kind))
    if not found:
        return {"authority": "–", "lot": "–", "date": "–", "reason": "–", "instruction": ""}
    index, said = found[-1]

    def part(name: str) -> Markup | str:
        item = records.item(index, said, name)
        return facts.shown(page.words, item) if item else ""

    return {
        "authority": part("nguon:authority") or page.records.name(said.header.iss),
        "lot": _lot(page),
        "date": facts.shown(page.words, records.item(index, said, "eventTime"), day=True),
        "reason": part("nguon:reason") or "–",
        "instruction": part("nguon:instruction"),
    }


def _lot(page: "StampPage") -> Markup:
    return facts.shown(page.words, page.lot.get("number") or page.lot.get("id"))


def steps(page: "StampPage") -> Iterator[Step]:
    """Yield the ten steps in order, in words that fit this dossier."""
    words = page.words
    yield Step("trust", words("step.trust.first"))
    yield Step("keys", words("step.keys"))
    yield Step("signature", _signature(page))
    yield Step("promise", words("step.promise"))
    stamp = page.stamp
    leading = (
        stamp["activationEntry"] if stamp["activationEntry"] is not None else stamp["rollEntry"]
    )
    yield Step("inclusion", words("step.inclusion", n=leading))
    yield _witness(page)
    yield _anchor(page)
    yield _fresh(page)
    yield Step("stamp", _stamp(page))
    yield Step("facts", words("step.facts"))


def _signature(page: "StampPage") -> Markup:
    signers = page.records.signers()
    maker = page.product.get("maker")
    name = facts.shown(page.words, maker) if maker else page.records.name(signers[0])
    if len(signers) > 1:
        return page.words("step.signature.all", name=name, more=len(signers) - 1)
    return page.words("step.signature", name=name)


def _witness(page: "StampPage") -> Step:
    note: str = page.dossier["checkpoint"]
    others = sum(line.startswith("— ") for line in note.splitlines()) - 1
    if others < 1:
        return Step("witness", page.words("step.witness.none"), "result.absent")
    return Step("witness", page.words("step.witness", n=others))


def _anchor(page: "StampPage") -> Step:
    anchor = page.dossier["anchor"]
    if not anchor:
        return Step("anchor", page.words("step.anchor.pending"), "result.absent")
    time = language.show_time(page.words, anchor["time"])
    return Step("anchor", page.words("step.anchor", block=anchor["block"], time=time))


def _fresh(page: "StampPage") -> Step:
    anchor = page.dossier["anchor"]
    if not anchor or not page.independent:
        return Step("fresh", page.words("step.fresh.none"), "result.absent")
    seconds = (page.now - datetime.fromisoformat(anchor["time"])).total_seconds()
    return Step("fresh", page.words("step.fresh", ago=language.ago(page.words, seconds)))


def _stamp(page: "StampPage") -> Markup:
    index = page.stamp["activationEntry"]
    if index is None:
        return page.words("step.stamp.inactive")
    at = next((i["time"] for i in page.dossier["timeline"] if i["index"] == index), None)
    if at is None:
        at = records.item(index, page.records.statements[index], "eventTime")
    return page.words("step.stamp", lot=_lot(page), date=facts.shown(page.words, at, day=True))


def event(page: "StampPage", item: Mapping[str, Any]) -> Event:
    """Return one line of the story."""
    kind, index = item["kind"], item["index"]
    key = f"kind.{kind}"
    anchor = page.dossier["anchor"]
    said = page.records.statements.get(index)
    about = entries.last_event(index, said) if said else None
    summary = entries.line(page.words, about) if about else None
    told = facts.plain(page.words, (item.get("summary") or {}).get("value") or "")
    if told and not summary:  # never shown as checked
        told += f" ({page.words('result.told')})"
    return Event(
        kind,
        index,
        page.words(key) if page.words.has(key) else kind,
        facts.shown(page.words, item["time"]),
        summary or told,
        entries.measured(page.words, about) if about else [],
        _late(page, item),
        page.records.name(item["issuer"]),
        pending=bool(anchor) and index >= anchor["size"],
    )


def _late(page: "StampPage", item: Mapping[str, Any]) -> Markup | None:
    said = page.records.statements.get(item["index"])
    done = (item["time"] or {}).get("value")
    if said is None or not isinstance(done, str) or "T" not in done:
        return None
    moment = datetime.fromisoformat(done)
    written = datetime.fromtimestamp(said.header.iat, moment.tzinfo)
    if item["kind"] == "opening":
        return page.words("step.opening")
    if (written - moment).total_seconds() < LATE_S:
        return None
    words = page.words
    return words("step.late", done=words.moment(moment), written=words.moment(written))


def figures(page: "StampPage") -> Iterator[Figure]:
    """Yield the recordings shown, oldest first, with neighbouring minutes put together."""
    open_: dict[str, tuple[datetime, datetime]] = {}
    done: list[tuple[str, datetime, datetime]] = []
    for _, said in page.records.of_kind("footage"):
        seen = records.event(said)["sensorElementList"][0]["sensorMetadata"]
        camera = str(seen["deviceID"]).rsplit("/", 1)[-1]
        start, end = (datetime.fromisoformat(seen[n]) for n in ("startTime", "endTime"))
        last = open_.get(camera)
        if last and (start - last[1]).total_seconds() <= MERGE_S:
            open_[camera] = (last[0], max(end, last[1]))
            continue
        if last:
            done.append((camera, *last))
        open_[camera] = (start, end)
    done += [(camera, *span) for camera, span in open_.items()]
    for camera, start, end in sorted(done, key=lambda d: d[1])[:MAX_FIGURES]:
        yield _figure(page, camera, start, end)


def _figure(page: "StampPage", camera: str, start: datetime, end: datetime) -> Figure:
    words = page.words
    span = {"from": words.moment(start), "to": f"{end.hour:02}:{end.minute:02}"}
    caption = words("clip.of", camera=camera, **span)
    first, last = (t.astimezone(UTC).strftime(BASIC) for t in (start, end))
    return Figure(camera, start, end, caption, f"/hls/{camera}/{first}/{last}")


def computed(page: "StampPage") -> Iterator[Markup]:
    """Yield what the server computed: coverage with its gaps, tests, inspections, rating."""
    words = page.words
    coverage = page.lot.get("coverage")
    if coverage and coverage["value"] is not None:
        yield words("step.footage", p=facts.plain(words, coverage["value"]))
        yield from _gaps(page)
    rating = page.lot.get("rating")
    if rating and rating.get("value") is not None:
        yield words("step.rating", rating=facts.plain(words, rating["value"]))


def _gaps(page: "StampPage") -> Iterator[Markup]:
    """Yield the longest times in which no camera recorded the work on this lot."""
    words, zone = page.words, page.now.tzinfo
    longest = sorted(page.gaps, key=lambda gap: gap.from_ms - gap.to_ms)[:MOST_GAPS]
    for gap in sorted(longest, key=lambda gap: gap.from_ms):
        start, end = (datetime.fromtimestamp(t / 1000, zone) for t in (gap.from_ms, gap.to_ms))
        same = start.date() == end.date()
        last = f"{end.hour:02}:{end.minute:02}" if same else words.moment(end)
        key = f"reason.{gap.reason}"
        reason = words(key if words.has(key) else "reason.unknown")
        times = {"from": words.moment(start), "to": last}
        yield words("step.gap", reason=reason, **times)
