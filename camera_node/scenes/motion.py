"""What moves in an empty room: water, steam, a fan and a belt."""

import math

from .day import Zone
from .pen import Pen, Picture


def draw(picture: Picture, zone: Zone, t_ms: int) -> None:
    """Draw the zone's own movement at one moment."""
    at = t_ms % 10**8
    _fan(Pen(picture, 604, 34, 1), at)
    if zone == "process":
        _steam(picture, at)
    elif zone == "wash":
        _water(picture, at)
    elif zone == "pack":
        _lamp(picture, at)


def _fan(pen: Pen, at: int) -> None:
    pen.oval((0, 0), (24, 24), (150, 146, 140))
    pen.oval((0, 0), (21, 21), (84, 80, 78))
    for blade in range(3):
        angle = at * 0.0061 + blade * 2.094
        tip = (18 * math.cos(angle), 18 * math.sin(angle))
        pen.line([(0, 0), tip], 6, (176, 172, 166))
    pen.oval((0, 0), (5, 5), (206, 204, 200))


def _steam(picture: Picture, at: int) -> None:
    for kettle in range(3):
        for puff in range(3):
            rise = (at * 0.016 + puff * 15 + kettle * 7) % 46
            pen = Pen(
                picture, 92 + kettle * 104 + 5 * math.sin(rise / 7 + kettle), 116 - rise, 1
            )
            size = 4 + rise * 0.16
            pen.oval((0, 0), (size, size * 0.8), (214, 226, 234))


def _water(picture: Picture, at: int) -> None:
    for sink in range(4):
        if (at // 4000 + sink) % 3:
            continue
        pen = Pen(picture, 73 + sink * 150, 127, 1)
        sway = math.sin(at / 90 + sink)
        pen.line([(0, 0), (sway, -8), (0, -17)], 3, (250, 236, 206))


def _lamp(picture: Picture, at: int) -> None:
    for lamp in range(3):
        on = (at // 700 + lamp) % 3 == 0
        pen = Pen(picture, 250 + lamp * 16, 60, 1)
        pen.oval((0, 0), (5, 5), (90, 220, 120) if on else (70, 100, 80))
