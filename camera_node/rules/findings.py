"""All rules of one camera: detections in, findings out, one for each breach."""

from collections.abc import Sequence
from dataclasses import dataclass

from camera_node.see import zones
from camera_node.see.heads import overlap
from camera_node.see.model import Detection
from camera_node.see.track import Track, Tracker
from camera_node.see.zones import Polygon

from . import hat, mask, votes
from .votes import Ballot, Rule, Severity, Thresholds

PERSON = "person"
MOST_THINGS = 60  # in one picture; a model that sees more sees noise, and accuses nobody
CROWDED = 0.3  # overlap of two persons from which their heads could be mixed up
FORGET_MS = 10_000  # a pause in the pictures after which everything starts anew


@dataclass(frozen=True, slots=True)
class Config:
    """What a camera is held to: its zone, the area of it in the picture, and the rules."""

    zone: str
    model: bytes  # SHA-256 of the detector's file
    area: Polygon = zones.WHOLE
    rules: tuple[Rule, ...] = (hat.RULE, mask.RULE)


@dataclass(frozen=True, slots=True)
class Finding:
    """A breach that enough pictures agree on; times are milliseconds UTC."""

    rule: str
    zone: str
    severity: Severity
    minutes: int
    votes: int
    thresholds: Thresholds
    confidence: float
    from_ms: int
    to_ms: int
    track: int
    box: tuple[int, int, int, int]  # the person in the last picture
    model: bytes


class Rules:
    """Follows the persons of one camera and counts the votes on each under each rule."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._at_ms: int | None = None
        self._tracker = Tracker()
        self._ballots: dict[tuple[int, str], Ballot] = {}

    def feed(self, at_ms: int, detections: Sequence[Detection]) -> list[Finding]:
        """Take what one picture shows; return the breaches that it completes.

        After a pause, or when time runs backwards, earlier votes no longer count.
        """
        if self._at_ms is not None and not 0 < at_ms - self._at_ms <= FORGET_MS:
            self._ballots.clear()
        self._at_ms = at_ms
        if len(detections) > MOST_THINGS:
            return []
        people = [d for d in detections if d.cls == PERSON]
        found: list[Finding] = []
        for track in self._tracker.update(at_ms, people):
            if self._config.area.holds(_feet(track)) and _clear(track, people):
                found += self._judge(track, detections)
        return found

    def _judge(self, track: Track, detections: Sequence[Detection]) -> list[Finding]:
        found: list[Finding] = []
        for rule in self._config.rules:
            vote = votes.vote(rule, track.seen_ms, track.box, detections)
            if vote is None:
                continue
            key = (track.number, rule.name)
            ballot = self._ballots.setdefault(key, Ballot(rule.thresholds))
            decision = ballot.cast(vote)
            if decision is not None:
                found.append(self._finding(rule, track, decision))
        return found

    def _finding(self, rule: Rule, track: Track, decision: votes.Decision) -> Finding:
        return Finding(
            rule=rule.name,
            zone=self._config.zone,
            severity=rule.severity,
            minutes=rule.minutes,
            votes=decision.votes,
            thresholds=rule.thresholds,
            confidence=decision.confidence,
            from_ms=decision.from_ms,
            to_ms=decision.to_ms,
            track=track.number,
            box=track.box,
            model=self._config.model,
        )


def _feet(track: Track) -> tuple[int, int]:
    return (track.box[0] + track.box[2]) // 2, track.box[3]


def _clear(track: Track, people: Sequence[Detection]) -> bool:
    """Say whether nobody else's box is so near that the heads could be mixed up."""
    others = [d for d in people if d.box != track.box]
    return all(overlap(track.box, d.box) < CROWDED for d in others)
