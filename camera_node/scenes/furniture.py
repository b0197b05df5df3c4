"""What stands in each zone: crates and ice, sinks, kettles and barrels, shelves and bottles."""

from collections.abc import Callable

import numpy as np

from .day import Zone
from .pen import Colour, Pen, Picture, shade

FLOOR = 188  # feet of what stands against the wall, in pixels from the top
Place = Callable[[Picture, np.random.Generator], None]
Top = Callable[[Picture, tuple[int, int, int], np.random.Generator], None]


def slab(pen: Pen, x: float, y: float, size: tuple[float, float], colour: Colour) -> None:
    """Fill an upright rectangle whose lower left corner is at (x, y)."""
    wide, high = size
    pen.shape([(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)], colour)


def _raw(picture: Picture, rng: np.random.Generator) -> None:
    crates: tuple[Colour, ...] = ((196, 130, 60), (80, 150, 210), (110, 170, 90))
    for stack in range(5):
        pen = Pen(picture, 30 + stack * 118 + int(rng.integers(-12, 12)), FLOOR, 1)
        for level in range(int(rng.integers(1, 4))):
            colour = crates[int(rng.integers(len(crates)))]
            slab(pen, 0, level * 25, (78, 23), colour)
            slab(pen, 5, level * 25 + 5, (68, 6), shade(colour, 0.74))
            slab(pen, 0, level * 25 + 19, (78, 4), shade(colour, 1.18))
    pen = Pen(picture, 262, FLOOR - 82, 1)
    slab(pen, 0, 0, (76, 40), (232, 226, 218))
    pen.line([(8, 8), (68, 8)], 2, (170, 160, 150))
    pen.oval((38, 24), (12, 12), (244, 244, 244))
    pen.line([(38, 24), (45, 31)], 2, (60, 60, 200))


def _wash(picture: Picture, rng: np.random.Generator) -> None:
    for sink in range(4):
        pen = Pen(picture, 36 + sink * 150 + int(rng.integers(-10, 10)), FLOOR, 1)
        slab(pen, 0, 14, (104, 36), (222, 218, 212))
        slab(pen, 0, 44, (104, 7), (238, 236, 232))
        slab(pen, 10, 0, (8, 16), (150, 148, 144))
        slab(pen, 86, 0, (8, 16), (150, 148, 144))
        for tap in (28, 76):
            pen.line([(tap, 52), (tap, 68), (tap + 9, 68), (tap + 9, 61)], 4, (182, 178, 170))
        slab(pen, 34, 82, (36, 22), (236, 216, 160))
        slab(pen, 39, 86, (26, 8), (252, 240, 206))
    pen = Pen(picture, int(rng.integers(560, 590)), FLOOR - 58, 1)
    slab(pen, 0, 0, (34, 46), (240, 238, 236))
    slab(pen, 8, -8, (18, 12), (252, 252, 252))


def _process(picture: Picture, rng: np.random.Generator) -> None:
    for kettle in range(3):
        pen = Pen(picture, 92 + kettle * 104 + int(rng.integers(-8, 8)), FLOOR, 1)
        slab(pen, -30, 0, (60, 22), (92, 100, 112))
        pen.oval((0, 44), (38, 30), (188, 190, 196))
        pen.oval((-10, 46), (14, 20), (216, 216, 220))
        pen.oval((0, 66), (36, 9), (148, 150, 158))
        pen.oval((0, 66), (30, 6), (70, 110, 160))
    for barrel in range(4):
        pen = Pen(picture, 414 + barrel * 60 + int(rng.integers(-5, 5)), FLOOR, 1)
        wood: Colour = (66, 104, 148)
        pen.oval((0, 34), (27, 38), shade(wood, 0.9))
        slab(pen, -22, 0, (44, 68), wood)
        for hoop in (12, 54):
            slab(pen, -25, hoop, (50, 5), (76, 76, 80))
        pen.oval((0, 68), (22, 6), shade(wood, 1.25))


def _pack(picture: Picture, rng: np.random.Generator) -> None:
    for shelf in range(3):
        pen = Pen(picture, 28 + shelf * 206 + int(rng.integers(-10, 10)), FLOOR, 1)
        for post in (0, 150):
            slab(pen, post, 0, (6, 112), (120, 112, 106))
        for level in (8, 60):
            slab(pen, 0, level, (156, 5), (142, 134, 126))
            for box in range(3):
                high = int(rng.integers(24, 40))
                tone = 1 + float(rng.uniform(-0.12, 0.12))
                slab(pen, 9 + box * 47, level + 5, (42, high), shade((120, 168, 204), tone))
                slab(pen, 26 + box * 47, level + 5, (8, high), shade((150, 196, 226), tone))


def _fish(picture: Picture, top: tuple[int, int, int], rng: np.random.Generator) -> None:
    for tray in range(int(rng.integers(3, 5))):
        pen = Pen(picture, top[0] + 30 + tray * 96 + int(rng.integers(0, 14)), top[2] + 13, 1)
        pen.shape([(0, 0), (66, 0), (60, 13), (6, 13)], (150, 110, 60))
        pen.shape([(5, 2), (61, 2), (56, 11), (10, 11)], (244, 236, 226))
        for fish in range(3):
            pen.oval((19 + fish * 14, 7), (8, 2.6), (168, 154, 136))


def _basins(picture: Picture, top: tuple[int, int, int], rng: np.random.Generator) -> None:
    for basin in range(4):
        pen = Pen(picture, top[0] + 62 + basin * 92 + int(rng.integers(-6, 6)), top[2] + 9, 1)
        pen.oval((0, 0), (36, 8), (168, 160, 150))
        pen.oval((0, 0), (31, 6), (214, 186, 120))
        pen.oval((-8, 1), (10, 2), (238, 220, 176))


def _pots(picture: Picture, top: tuple[int, int, int], rng: np.random.Generator) -> None:
    for pot in range(4):
        pen = Pen(picture, top[0] + 52 + pot * 98 + int(rng.integers(-8, 8)), top[2] + 12, 1)
        clay: Colour = (64, 92, 150) if pot % 2 else (150, 148, 146)
        pen.oval((0, 6), (20, 11), clay)
        pen.oval((0, 13), (15, 4), shade(clay, 0.6))
        pen.line([(26, 2), (42, 4)], 3, (120, 160, 190))


def _bottles(picture: Picture, top: tuple[int, int, int], rng: np.random.Generator) -> None:
    pen = Pen(picture, top[0], top[2], 1)
    slab(pen, 10, -15, (top[1] - top[0] - 20, 9), (84, 80, 78))
    for bottle in range(int(rng.integers(9, 13))):
        at = Pen(picture, top[0] + 26 + bottle * 31 + int(rng.integers(-3, 3)), top[2] + 9, 1)
        slab(at, 0, 0, (9, 17), (40, 72, 128))
        slab(at, 2.5, 17, (4, 6), (40, 60, 100))
        slab(at, 0, 4, (9, 7), (206, 226, 236))


BACK: dict[Zone, Place] = {"raw": _raw, "wash": _wash, "process": _process, "pack": _pack}
ON_COUNTER: dict[Zone, Top] = {
    "raw": _fish,
    "wash": _basins,
    "process": _pots,
    "pack": _bottles,
}
