"""Rodents and litter: what should not be on a workshop's floor."""

import math
from dataclasses import dataclass

from . import truth
from .pen import Colour, Pen, Picture, blot, shade
from .truth import Truth


@dataclass(frozen=True, slots=True)
class Rodent:
    """A rat at (x, y) in pixels that runs to the left (-1) or to the right (1)."""

    x: float
    y: float
    turn: int
    phase: float
    fur: Colour


@dataclass(frozen=True, slots=True)
class Litter:
    """A thing dropped at (x, y): 0 paper, 1 bottle, 2 peel, 3 bag."""

    x: float
    y: float
    form: int
    angle: float
    colour: Colour


def draw_rodent(picture: Picture, rodent: Rodent) -> Truth | None:
    """Draw a rat; return its box when enough of it is in the picture."""
    pen = Pen(picture, rodent.x, rodent.y, 0.9 + (rodent.y - 215) / 125 * 0.25)
    hop = abs(math.sin(rodent.phase)) * 3
    t, fur = rodent.turn, rodent.fur
    blot(picture, (rodent.x, rodent.y), (30 * pen.scale, 6 * pen.scale), 0.3)
    sway = 5 * math.sin(rodent.phase * 0.7)
    pen.line(
        [(-18 * t, 8 + hop), (-30 * t, 8 + sway), (-43 * t, 12 - sway)], 2.6, (132, 140, 176)
    )
    for leg in (-12, 12):
        pen.line(
            [(leg * t, 6 + hop), (leg * t + 4 * math.cos(rodent.phase), 0)], 4, shade(fur, 0.7)
        )
    pen.oval((0, 11 + hop), (22, 11), fur)
    pen.oval((-4 * t, 14 + hop), (15, 7), shade(fur, 1.18))
    pen.oval((21 * t, 10 + hop), (10, 7.5), shade(fur, 1.06))
    pen.oval((15 * t, 18 + hop), (5, 5), (150, 150, 190))
    pen.oval((24 * t, 12 + hop), (1.6, 1.6), (10, 10, 10))
    pen.oval((31 * t, 9 + hop), (2, 2), (120, 120, 200))
    ends = sorted((-43.0 * t, 32.0 * t))
    return truth.clipped("rodent", pen.frame(ends[0], -2, ends[1], 26))


def draw_litter(picture: Picture, litter: Litter) -> Truth | None:
    """Draw a piece of litter; return its box when enough of it is in the picture."""
    pen = Pen(picture, litter.x, litter.y, 1.0 + (litter.y - 215) / 125 * 0.3)
    blot(picture, (litter.x, litter.y), (21 * pen.scale, 7 * pen.scale), 0.35)
    draw = (_paper, _bottle, _peel, _bag)[litter.form]
    wide, high = draw(pen, litter.colour, litter.angle)
    return truth.clipped("litter", pen.frame(-wide, -3, wide, high))


def _paper(pen: Pen, colour: Colour, angle: float) -> tuple[float, float]:
    ring = [
        (r * math.cos(angle + i * 0.785), 9 + 0.7 * r * math.sin(angle + i * 0.785))
        for i, r in enumerate((16, 12, 17, 13, 15, 11, 17, 13))
    ]
    pen.shape(ring, colour)
    pen.shape([ring[0], (0, 9), ring[2]], shade(colour, 0.82))
    pen.shape([ring[4], (2, 10), ring[5]], shade(colour, 0.72))
    return 17, 21


def _bottle(pen: Pen, colour: Colour, angle: float) -> tuple[float, float]:
    turn = 1 if math.sin(angle) > 0 else -1
    pen.line([(-13 * turn, 7), (8 * turn, 7)], 14, shade(colour, 0.8))
    pen.line([(-12 * turn, 8), (8 * turn, 8)], 10, colour)
    pen.line([(14 * turn, 7), (20 * turn, 7)], 6, shade(colour, 0.7))
    pen.line([(-5 * turn, 1), (-5 * turn, 13)], 5, (90, 110, 220))
    return 22, 15


def _peel(pen: Pen, colour: Colour, angle: float) -> tuple[float, float]:
    yellow = (60, 190 + int(20 * math.sin(angle)), 225)
    for end in ((-19, 3), (19, 4), (3, -1)):
        pen.line([(0, 13), (end[0] * 0.6, 10), end], 7, shade(yellow, 0.85))
        pen.line([(0, 14), (end[0] * 0.6, 11), end], 3, yellow)
    pen.oval((0, 14), (4, 4), shade(colour, 0.4))
    return 22, 18


def _bag(pen: Pen, colour: Colour, angle: float) -> tuple[float, float]:
    lean = 4 * math.sin(angle)
    pen.shape([(-18, 0), (-15, 17), (-5 + lean, 22), (6 + lean, 20), (17, 14), (19, 0)], colour)
    pen.shape(
        [(-5 + lean, 22), (-9 + lean, 31), (1 + lean, 26), (8 + lean, 30), (6 + lean, 20)],
        shade(colour, 0.85),
    )
    pen.line([(-10, 4), (-6, 14)], 2, shade(colour, 0.7))
    pen.line([(6, 3), (9, 12)], 2, shade(colour, 0.7))
    return 19, 29
