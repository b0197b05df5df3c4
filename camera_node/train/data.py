"""Endless drawn examples: a picture as the net gets it, and the targets of its maps."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from camera_node.scenes import draw
from camera_node.scenes.day import ZONES, Habits, What, luck
from camera_node.scenes.truth import CLASSES, Truth
from camera_node.see.heads import GROUPS, HIGH, STRIDE, WIDE

TRAIN_SEEDS = range(0, 100_000)
TEST_SEEDS = range(900_000, 1_000_000)  # never seen in training
HABITS = Habits(0.45, 0.45, 0.5, 0.5, 0.5, (60_000, 100_000))
SCALE = 2  # the camera's pixels for one of the net's
ROWS, COLS = HIGH // STRIDE, WIDE // STRIDE
SPREAD = 0.16  # of a box's side: how far around its middle a cell may be sure
NEAR = 0.3  # certainty from which a cell also learns the box
YEAR_MS = 31_536_000_000

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Targets:
    """What the maps should say: certainty, box edges in cells, and where boxes count."""

    sure: Floats
    edges: Floats
    weight: Floats


def example(rng: np.random.Generator, seeds: range) -> tuple[Picture, list[Truth]]:
    """Draw one random moment of one random workshop, with things thrown in."""
    zone = ZONES[int(rng.integers(len(ZONES)))]
    t_ms = 1_700_000_000_000 + int(rng.integers(10 * YEAR_MS))
    scene = draw.scene(zone, int(rng.integers(seeds.start, seeds.stop)), HABITS)
    if luck(rng, 0.5):
        start = t_ms - int(rng.integers(7_000))
        scene = scene.force("rodent", start, start + 7_000)
    if luck(rng, 0.4):
        what: What = ("no-hat", "no-mask", "no-gloves", "litter")[int(rng.integers(4))]
        start = t_ms - int(rng.integers(30_000))
        scene = scene.force(what, start, start + 30_000)
    return scene.at(t_ms)


def small(picture: Picture) -> Picture:
    """Return the camera's picture as the net gets it: half the size, on a black ground."""
    half = cv2.resize(picture, (WIDE, picture.shape[0] // SCALE), interpolation=cv2.INTER_AREA)
    ground: Picture = np.zeros((HIGH, WIDE, 3), np.uint8)
    ground[: half.shape[0]] = half
    return ground


def worn(picture: Picture, rng: np.random.Generator) -> Picture:
    """Return the picture as a worse lens, light and codec would have given it."""
    gain = rng.uniform(0.8, 1.15) * rng.uniform(0.94, 1.06, 3)
    lit = np.clip(picture * gain + rng.uniform(-10, 10), 0, 255).astype(np.uint8)
    if luck(rng, 0.6):
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 92))]
        coded = cv2.imencode(".jpg", lit, quality)[1]
        lit = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
    if luck(rng, 0.2):
        lit = np.asarray(cv2.GaussianBlur(lit, (3, 3), 0), np.uint8)
    return lit


def targets(truths: list[Truth]) -> Targets:
    """Return the maps that a perfect net would give for these things."""
    groups = max(GROUPS.values()) + 1
    sure = np.zeros((len(CLASSES), ROWS, COLS), np.float32)
    edges = np.zeros((groups, 4, ROWS, COLS), np.float32)
    weight = np.zeros((groups, ROWS, COLS), np.float32)
    ys, xs = np.arange(ROWS)[:, None] + 0.5, np.arange(COLS)[None, :] + 0.5
    for thing in truths:
        box = np.array(thing.box, np.float32) / (SCALE * STRIDE)
        cx, cy = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        sx, sy = max((box[2] - box[0]) * SPREAD, 0.45), max((box[3] - box[1]) * SPREAD, 0.45)
        bell = np.exp(-(((xs - cx) / sx) ** 2 + ((ys - cy) / sy) ** 2) / 2).astype(np.float32)
        row, col = min(int(cy), ROWS - 1), min(int(cx), COLS - 1)
        bell[row, col] = 1
        layer = sure[CLASSES.index(thing.cls)]
        np.maximum(layer, bell, out=layer)
        group = GROUPS[thing.cls]
        mine = (bell > NEAR) & (bell > weight[group])
        edges[group][:, mine] = box[:, None]
        weight[group][mine] = bell[mine]
    return Targets(sure, edges, weight)


def flipped(picture: Picture, truths: list[Truth]) -> tuple[Picture, list[Truth]]:
    """Return picture and boxes as in a mirror."""
    wide = picture.shape[1]
    mirrored = [
        Truth(t.cls, (wide - t.box[2], t.box[1], wide - t.box[0], t.box[3])) for t in truths
    ]
    return np.ascontiguousarray(picture[:, ::-1]), mirrored
