"""Four rooms of a workshop: walls, floor, light and the furniture of each zone.

A room is painted once for a zone and seed; a picture starts as a copy of it. The counter is
painted again over those who stand behind it.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from . import furniture
from .day import Zone, dice
from .pen import Colour, Pen, Picture, shade
from .truth import HEIGHT, WIDTH

WALL_FOOT = 172  # where the wall meets the floor, in pixels from the top
WALLS: dict[Zone, Colour] = {
    "raw": (214, 196, 168),
    "wash": (206, 208, 176),
    "process": (186, 212, 226),
    "pack": (192, 216, 196),
}
FLOORS: dict[Zone, Colour] = {
    "raw": (152, 146, 136),
    "wash": (150, 150, 128),
    "process": (118, 132, 150),
    "pack": (136, 146, 138),
}


@dataclass(frozen=True, slots=True)
class Counter:
    """A table in the middle of the room: its span and the edge that hides legs, in pixels."""

    left: int
    right: int
    top: int
    foot: int


@dataclass(frozen=True, slots=True)
class Room:
    """An empty room as the camera sees it, and the counter's own cut-out."""

    empty: Picture
    counter: Counter
    front: Picture  # the counter alone, as far as its box reaches


def paint(zone: Zone, seed: int) -> Room:
    """Paint a zone's room; the seed moves furniture and turns colours a little."""
    rng = dice("room", zone, seed)
    turn = 1 + float(rng.uniform(-0.08, 0.05))
    wall = shade(WALLS[zone], turn)
    picture: Picture = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    picture[:] = wall
    _wall(picture, wall, rng)
    _floor(picture, shade(FLOORS[zone], 1 + float(rng.uniform(-0.1, 0.1))), rng)
    furniture.BACK[zone](picture, rng)
    _light(picture, rng)
    left = int(rng.integers(95, 135))
    counter = Counter(left, left + int(rng.integers(400, 440)), 200, 292)
    counted = picture.copy()
    _counter(counted, counter, zone, rng)
    box = (
        slice(counter.top - 26, counter.foot + 4),
        slice(counter.left - 6, counter.right + 7),
    )
    return Room(counted, counter, _cut_out(picture, counted, box))


def restore_counter(room: Room, picture: Picture) -> None:
    """Paint the counter over what stands behind it."""
    c = room.counter
    part = picture[c.top - 26 : c.foot + 4, c.left - 6 : c.right + 7]
    cv2.copyTo(room.front[..., :3], room.front[..., 3], part)


def _cut_out(before: Picture, after: Picture, box: tuple[slice, slice]) -> Picture:
    changed = np.any(before[box] != after[box], axis=2)
    return np.dstack([after[box], np.where(changed, 255, 0).astype(np.uint8)])


def _wall(picture: Picture, wall: Colour, rng: np.random.Generator) -> None:
    tile = int(rng.integers(22, 30))
    seam = shade(wall, 0.94)
    for y in range(70, WALL_FOOT, tile):
        cv2.line(picture, (0, y), (WIDTH, y), seam, 1)
    for x in range(int(rng.integers(tile)), WIDTH, tile):
        cv2.line(picture, (x, 70), (x, WALL_FOOT), seam, 1)
    cv2.rectangle(picture, (0, 64), (WIDTH, 69), shade(wall, 0.84), -1)
    pen = Pen(picture, int(rng.integers(90, 150)), 8, 1)
    for x in (0, 330):
        pen.shape([(x, 0), (x + 96, 0), (x + 96, -46), (x, -46)], (246, 238, 222))
        pen.shape([(x + 5, -4), (x + 45, -4), (x + 45, -42), (x + 5, -42)], (250, 226, 186))
        pen.shape([(x + 51, -4), (x + 91, -4), (x + 91, -42), (x + 51, -42)], (250, 232, 198))
        pen.shape([(x + 5, -30), (x + 45, -34), (x + 45, -42), (x + 5, -42)], (160, 206, 176))
        pen.shape([(x + 51, -34), (x + 91, -28), (x + 91, -42), (x + 51, -42)], (154, 200, 168))


def _floor(picture: Picture, floor: Colour, rng: np.random.Generator) -> None:
    picture[WALL_FOOT:] = floor
    seam = shade(floor, 0.92)
    centre = WIDTH // 2 + int(rng.integers(-30, 30))
    for x in range(-1400, 2041, 96):
        cv2.line(
            picture, (centre + (x - centre) // 3, WALL_FOOT), (x, HEIGHT), seam, 1, cv2.LINE_AA
        )
    y, step = float(WALL_FOOT), 9.0
    while y < HEIGHT:
        cv2.line(picture, (0, int(y)), (WIDTH, int(y)), seam, 1)
        y, step = y + step, step * 1.32
    cv2.rectangle(picture, (0, WALL_FOOT - 9), (WIDTH, WALL_FOOT), shade(floor, 0.74), -1)


def _light(picture: Picture, rng: np.random.Generator) -> None:
    """Give the room a lamp: bright in the middle, falling off towards the corners."""
    cx, cy = WIDTH / 2 + float(rng.uniform(-90, 90)), 150.0
    xs = ((np.arange(WIDTH) - cx) / 520.0) ** 2
    ys = ((np.arange(HEIGHT) - cy) / 360.0) ** 2
    gain = 1.06 - 0.42 * (xs[None, :] + ys[:, None])
    lit = picture * np.clip(gain, 0.62, 1.06)[..., None]
    picture[:] = np.clip(lit, 0, 255).astype(np.uint8)


def _counter(picture: Picture, c: Counter, zone: Zone, rng: np.random.Generator) -> None:
    pen = Pen(picture, 0, 0, 1)
    steel: Colour = (206, 202, 196)
    pen.shape(
        [
            (c.left + 8, -c.top),
            (c.right - 8, -c.top),
            (c.right, -c.top - 16),
            (c.left, -c.top - 16),
        ],
        steel,
    )
    pen.shape(
        [
            (c.left, -c.top - 16),
            (c.right, -c.top - 16),
            (c.right, -c.top - 23),
            (c.left, -c.top - 23),
        ],
        shade(steel, 0.8),
    )
    pen.shape(
        [
            (c.left + 6, -c.top - 23),
            (c.right - 6, -c.top - 23),
            (c.right - 6, -c.foot),
            (c.left + 6, -c.foot),
        ],
        shade(steel, 0.66),
    )
    for x in range(c.left + 6, c.right - 60, (c.right - c.left - 12) // 4):
        wide = (c.right - c.left - 12) // 4 - 8
        pen.shape(
            [
                (x + 4, -c.top - 30),
                (x + 4 + wide, -c.top - 30),
                (x + 4 + wide, -c.foot + 7),
                (x + 4, -c.foot + 7),
            ],
            shade(steel, 0.73),
        )
        pen.line(
            [(x + wide - 12, -c.top - 38), (x + wide - 2, -c.top - 38)], 3, shade(steel, 0.5)
        )
    furniture.ON_COUNTER[zone](picture, (c.left, c.right, c.top), rng)
