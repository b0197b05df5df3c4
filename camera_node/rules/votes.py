"""Votes: each picture says guilty, innocent or nothing of each person; k of n decide.

No clock, no randomness, no pixels: recorded detections give the same findings for ever.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from camera_node.see.model import Detection

Severity = Literal["minor", "major", "critical"]
UPPER = 0.45  # of a person's box: the part in which his head is
MOST_VOTES = 300


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a breach counts: `k` of the last `n` votes, none older than `within_ms`.

    A picture votes only if it is at least `score` sure of the head or face.
    """

    k: int = 11
    n: int = 15
    within_ms: int = 6_000
    score: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what can never decide, or always would, with ValueError."""
        if not 0 < self.k <= self.n <= MOST_VOTES:
            raise ValueError(f"{self.k} of {self.n} votes cannot decide")
        if self.within_ms <= 0 or not 0 < self.score <= 1:
            raise ValueError(f"votes within {self.within_ms} ms at {self.score} cannot decide")


def thresholds(data: Mapping[str, object]) -> Thresholds:
    """Take thresholds from settings; what is absent is as shipped. Raises ValueError."""
    whole = {n: v for n, v in data.items() if n in ("k", "n", "within_ms") and type(v) is int}
    score = data.get("score", Thresholds().score)
    if len(whole) + ("score" in data) != len(data) or not isinstance(score, (int, float)):
        raise ValueError(f"thresholds {dict(data)} are not k, n, within_ms and score")
    return Thresholds(**whole, score=float(score))


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule over heads or faces: seeing `wrong` is a guilty vote, `right` an innocent one."""

    name: str
    wrong: str
    right: str
    severity: Severity
    minutes: int  # in which the producer must put it right
    thresholds: Thresholds = field(default_factory=Thresholds)


@dataclass(frozen=True, slots=True)
class Vote:
    """What one picture says of one person."""

    at_ms: int
    guilty: bool
    score: float


@dataclass(frozen=True, slots=True)
class Decision:
    """The votes that made a breach: how many, when the first and last, how sure."""

    votes: int
    from_ms: int
    to_ms: int
    confidence: float  # mean score of the guilty votes, three decimals


class Ballot:
    """The votes on one person under one rule; decides once until he is seen to comply."""

    def __init__(self, limits: Thresholds) -> None:
        self._limits = limits
        self._votes: deque[Vote] = deque(maxlen=limits.n)
        self._decided = False

    def cast(self, vote: Vote) -> Decision | None:
        """Take one more vote; return a decision when it is the one that makes k of n."""
        self._votes.append(vote)
        while vote.at_ms - self._votes[0].at_ms > self._limits.within_ms:
            self._votes.popleft()
        guilty = [v for v in self._votes if v.guilty]
        if self._decided:
            self._decided = len(self._votes) - len(guilty) < self._limits.k
            return None
        if len(guilty) < self._limits.k:
            return None
        self._decided = True
        mean = round(sum(v.score for v in guilty) / len(guilty), 3)
        return Decision(len(guilty), guilty[0].at_ms, guilty[-1].at_ms, mean)


def vote(
    rule: Rule, at_ms: int, person: tuple[int, int, int, int], seen: Sequence[Detection]
) -> Vote | None:
    """Return what a picture says of the person in the box; None when it cannot tell.

    The surest head or face in the upper part of the box speaks.
    """
    own = [d for d in seen if d.cls in (rule.wrong, rule.right) and is_head_of(person, d.box)]
    best = max(own, key=lambda d: (d.score, d.cls, d.box), default=None)
    if best is None or best.score < rule.thresholds.score:
        return None
    return Vote(at_ms, best.cls == rule.wrong, best.score)


def is_head_of(person: tuple[int, int, int, int], box: tuple[int, int, int, int]) -> bool:
    """Say whether the middle of `box` is where the person's head must be."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    wide, high = person[2] - person[0], person[3] - person[1]
    return (
        person[0] + 0.2 * wide <= x <= person[2] - 0.2 * wide
        and person[1] <= y <= person[1] + UPPER * high
    )
