"""Recorded detections give the same findings again: one line of text for each picture.

A line is `{"at":1764050000200,"seen":[["person",0.913,[10,20,90,200]]]}`, spelled just so.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from camera_node.see.heads import GROUPS
from camera_node.see.model import Detection

from .findings import Config, Finding, Rules


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen in one picture: its time (milliseconds UTC) and its detections."""

    at_ms: int
    seen: tuple[Detection, ...]

    def text(self) -> str:
        """Return the one spelling of this line, without a line end."""
        seen = [[d.cls, d.score, list(d.box)] for d in self.seen]
        return json.dumps({"at": self.at_ms, "seen": seen}, separators=(",", ":"))


def parse(line: str) -> Sight:
    """Read one line, refusing every other spelling with ValueError."""
    try:
        data = json.loads(line)
        sight = Sight(data["at"], tuple(_detection(*d) for d in data["seen"]))
        known = type(sight.at_ms) is int and sight.text() == line
    except (KeyError, TypeError, RecursionError, ValueError) as e:
        raise ValueError(f"{line[:80]!r} is no recorded sight: {e}") from e
    if not known:
        raise ValueError(f"{line[:80]!r} is not in canonical form")
    return sight


def replay(config: Config, sights: Iterable[Sight]) -> list[Finding]:
    """Return the findings that these sights lead to under these rules."""
    rules = Rules(config)
    return [f for s in sights for f in rules.feed(s.at_ms, s.seen)]


def _detection(cls: str, score: float, box: Sequence[int]) -> Detection:
    left, top, right, bottom = box
    if cls not in GROUPS or type(score) is not float or not 0 <= score <= 1:
        raise ValueError(f"{cls!r} at {score!r} cannot be seen")
    if any(type(side) is not int or side < 0 for side in box):
        raise ValueError(f"box {box!r} is not in a picture")
    return Detection(cls, score, (left, top, right, bottom))
