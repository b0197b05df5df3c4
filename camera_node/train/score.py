"""How good the shipped file is: average precision at half overlap, on scenes it never saw.

The file is run by onnxruntime with the node's own post-processing: what is scored is what runs.
"""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from camera_node.scenes.truth import CLASSES, Truth
from camera_node.see import heads
from camera_node.see.model import Detection, Detector

from . import data

HALF = 0.5
LOW = 0.05  # certainty from which detections are ranked


@dataclass(frozen=True, slots=True)
class Score:
    """Average precision and number of things, by class."""

    precision: dict[str, float]
    count: dict[str, int]

    def mean(self) -> float:
        """Return mAP50: the mean over the classes that occurred."""
        return float(np.mean([self.precision[c] for c in self.precision]))


def of_file(path: Path, pictures: int, seed: int) -> Score:
    """Score a model file on `pictures` drawn from unseen seeds."""
    detector = Detector(path, LOW)
    rng = np.random.default_rng(seed)
    seen: list[tuple[list[Truth], list[Detection]]] = []
    for _ in range(pictures):
        picture, truths = data.example(rng, data.TEST_SEEDS)
        seen.append((truths, detector.detect(picture)))
    return of(seen)


def of(seen: list[tuple[list[Truth], list[Detection]]]) -> Score:
    """Score detections against the truth, picture by picture."""
    ranked: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    count: dict[str, int] = defaultdict(int)
    for truths, detections in seen:
        for truth in truths:
            count[truth.cls] += 1
        for cls, score, hit in _matched(truths, detections):
            ranked[cls].append((score, hit))
    names = [c for c in CLASSES if count[c]]
    return Score(
        {c: _average_precision(ranked[c], count[c]) for c in names},
        {c: count[c] for c in names},
    )


def _matched(truths: list[Truth], detections: list[Detection]) -> list[tuple[str, float, bool]]:
    free = list(truths)
    matched = []
    for d in sorted(detections, key=lambda d: -d.score):
        rivals = [t for t in free if t.cls == d.cls and heads.overlap(t.box, d.box) >= HALF]
        best = max(rivals, key=lambda t: heads.overlap(t.box, d.box), default=None)
        if best is not None:
            free.remove(best)
        matched.append((d.cls, d.score, best is not None))
    return matched


def _average_precision(ranked: list[tuple[float, bool]], count: int) -> float:
    """Return the area under the precision curve, made to fall (VOC 2010 rules)."""
    hits = np.array([hit for _, hit in sorted(ranked, key=lambda r: -r[0])], np.float64)
    if not hits.size:
        return 0.0
    right = np.cumsum(hits)
    precision = right / np.arange(1, len(hits) + 1)
    falling = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(falling * hits) / count)
