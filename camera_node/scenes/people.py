"""A worker, drawn from feet to hat, together with the boxes of all that shows of him."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from . import truth
from .pen import Colour, Pen, Picture, Point, blot, shade
from .truth import Truth

Act = Literal["walk", "work", "stand", "back"]

HALF_BODY = 32.0  # half the coat's width, in units of the figure
EYES: Colour = (40, 34, 30)
MOUTH: Colour = (88, 84, 170)
_NOTHING: Picture = np.empty((0, 0, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class Look:
    """What a worker wears; None where the skin or the hair is bare."""

    skin: Colour
    hair: Colour
    coat: Colour
    apron: Colour | None
    trousers: Colour
    boots: Colour
    hat: Colour | None
    mask: Colour | None
    glove: Colour | None
    bun: bool


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a worker stands (feet, in pixels) and what he does at one moment."""

    x: float
    y: float
    act: Act
    turn: float  # -1 looks to the left, 0 at the lens, 1 to the right
    phase: float  # radians of the stride or of the hands' work
    look: Look
    hidden_below: float | None = None  # a table's edge in pixels, when he is behind it


def scale_at(y: float) -> float:
    """Return the size of a figure whose feet are at `y`: near ones are larger."""
    return 0.78 + (y - 215.0) / 125.0 * 0.30


def draw(picture: Picture, pose: Pose) -> list[Truth]:
    """Draw one worker; return what a viewer can see of him."""
    pen = Pen(picture, pose.x, pose.y, scale_at(pose.y))
    blot(picture, (pose.x, pose.y - 2), (44 * pen.scale, 11 * pen.scale), 0.35)
    swing = math.sin(pose.phase) if pose.act == "walk" else 0.0
    _legs(pen, pose.look, swing)
    left, right = hands(pose)
    arms = ((-HALF_BODY + 6, 141.0), left), ((HALF_BODY - 6, 141.0), right)
    if pose.act == "back":  # the body hides the working hands
        for shoulder, hand in arms:
            _arm(pen, pose.look, shoulder, hand)
    _coat(pen, pose.look)
    if pose.act != "back":
        for shoulder, hand in arms:
            _arm(pen, pose.look, shoulder, hand)
    _head(pen, pose)
    return seen(pen, pose, (left, right))


def hands(pose: Pose) -> tuple[Point, Point]:
    """Return where the two hands are, in units of the figure."""
    beat = math.sin(pose.phase)
    if pose.act == "walk":
        return (-36 - 5 * abs(beat), 80 + 5 * beat), (36 + 5 * abs(beat), 80 - 5 * beat)
    if pose.act == "work":
        drift = 6 * math.cos(pose.phase * 0.31)
        return (-26 + 5 * beat + drift, 94 + 7 * beat), (26 + 6 * beat + drift, 96 - 6 * beat)
    if pose.act == "back":
        return (-24 + 4 * beat, 108), (24 + 4 * beat, 108)
    return (-39, 79 + beat), (39, 79 + beat)


def seen(pen: Pen, pose: Pose, both: tuple[Point, Point]) -> list[Truth]:
    """Return the boxes of the worker's parts that face the viewer."""
    bottom = -3.0
    if pose.hidden_below is not None:
        bottom = max(bottom, (pose.y - pose.hidden_below) / pen.scale)
    look = pose.look
    top = 212.0 if look.hat else 205.0
    side = 4 * pose.turn
    parts = [
        ("person", pen.frame(-44, bottom, 44, top)),
        ("hat" if look.hat else "barehead", pen.frame(side - 23, 155, side + 23, top)),
    ]
    if pose.act != "back":
        face = pen.frame(side * 2 - 17, 155, side * 2 + 17, 188)
        parts.append(("mask" if look.mask else "bareface", face))
        name = "glove" if look.glove else "barehand"
        parts += [(name, pen.frame(x - 10, y - 10, x + 10, y + 10)) for x, y in both]
    found = (truth.clipped(cls, box) for cls, box in parts)
    return [t for t in found if t is not None]


def _legs(pen: Pen, look: Look, swing: float) -> None:
    for side in (-1, 1):
        foot = (side * 12 + side * 9 * swing, 6 + max(0.0, side * swing) * 4)
        pen.line([(side * 12, 84), foot], 20, shade(look.trousers, 0.92 if side < 0 else 1.0))
        pen.oval((foot[0] + 2 * side, foot[1] - 1), (13, 8), look.boots)


def _coat(pen: Pen, look: Look) -> None:
    half = HALF_BODY
    body: list[Point] = [
        (-half + 9, 153),
        (half - 9, 153),
        (half, 142),
        (half + 1, 66),
        (-half - 1, 66),
        (-half, 142),
    ]
    pen.shape(body, look.coat)
    pen.shape(
        [(half - 11, 153), (half, 142), (half + 1, 66), (half - 13, 66)], shade(look.coat, 0.9)
    )
    pen.line([(0, 150), (0, 70)], 1.5, shade(look.coat, 0.78))
    pen.oval((0, 155), (10, 9), shade(look.skin, 0.88))
    if look.apron:
        pen.shape([(-15, 136), (15, 136), (24, 98), (25, 58), (-25, 58), (-24, 98)], look.apron)
        pen.line([(-24, 100), (24, 100)], 3, shade(look.apron, 0.8))


def _arm(pen: Pen, look: Look, shoulder: Point, hand: Point) -> None:
    out = 9 if hand[0] >= 0 else -9
    elbow = ((shoulder[0] + hand[0]) / 2 + out, (shoulder[1] + hand[1]) / 2 - 5)
    wrist = (hand[0] + (elbow[0] - hand[0]) * 0.25, hand[1] + (elbow[1] - hand[1]) * 0.25)
    pen.line([shoulder, elbow, wrist], 16, shade(look.coat, 0.84))
    pen.line([shoulder, elbow, wrist], 13, shade(look.coat, 0.97))
    colour = look.glove or look.skin
    pen.oval(hand, (9.5, 9.5), shade(colour, 0.75))
    pen.oval(hand, (8.3, 8.3), colour)


def _head(pen: Pen, pose: Pose) -> None:
    look, side = pose.look, 4 * pose.turn
    back = pose.act == "back"
    if look.bun and not look.hat:
        pen.oval((side * -2, 205), (9, 8), shade(look.hair, 0.9))
    for ear in (-1, 1):
        pen.oval((side + ear * 19, 176), (4, 6), shade(look.skin, 0.85))
    pen.oval((side, 178), (20, 24), look.hair if back else look.skin)
    if back:
        pen.oval((side, 160), (12, 5), shade(look.skin, 0.9))
    else:
        _face(pen, look, side * 2)
    if look.hat:
        _hat(pen, look.hat, side)
    else:
        pen.oval((side, 182), (22, 23), look.hair, (180, 360))
        if not back:
            pen.oval((side * 2, 182), (17, 8), look.skin, (180, 360))
        for ear in (-1, 1):
            pen.line([(side + ear * 20, 183), (side + ear * 20, 174)], 4, look.hair)


def _face(pen: Pen, look: Look, side: float) -> None:
    for eye in (-7.5, 7.5):
        pen.oval((side + eye, 177), (2.4, 3.0), EYES)
    if look.mask is None:
        pen.line([(side, 175), (side + 1, 169)], 2, shade(look.skin, 0.78))
        pen.line([(side - 6, 163), (side, 161), (side + 6, 163)], 2.6, MOUTH)
        return
    edge = shade(look.mask, 0.72)
    pen.line([(side - 15, 169), (side - 20, 175)], 1.5, edge)
    pen.line([(side + 15, 169), (side + 20, 175)], 1.5, edge)
    pen.shape(
        [
            (side - 15, 171),
            (side, 174),
            (side + 15, 171),
            (side + 13, 160),
            (side, 154),
            (side - 13, 160),
        ],
        look.mask,
    )
    pen.line([(side - 12, 165), (side + 12, 165)], 1.2, edge)


def _hat(pen: Pen, colour: Colour, side: float) -> None:
    pen.oval((side, 188), (25, 23), shade(colour, 0.86), (180, 360))
    pen.oval((side - 1.5, 189), (22, 21), colour, (180, 360))
    pen.line([(side - 23, 187), (side + 23, 187)], 6, shade(colour, 0.93))
    for fold in (-12, 0, 12):
        pen.line([(side + fold, 191), (side + fold * 0.7, 205)], 1.3, shade(colour, 0.78))


def core(pose: Pose) -> tuple[int, int, int, int]:
    """Return the box of the head and coat, behind which nothing can be seen."""
    pen = Pen(_NOTHING, pose.x, pose.y, scale_at(pose.y))
    left, top, right, bottom = pen.frame(-HALF_BODY, 60, HALF_BODY, 200)
    return round(left), round(top), round(right), round(bottom)
