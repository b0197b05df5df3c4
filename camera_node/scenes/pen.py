"""A pen that draws smooth shapes in the measure of one figure, not in pixels."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]
Point = tuple[float, float]

BITS = 4  # cv2's fixed-point fraction: figures glide by sixteenths of a pixel


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws on `picture`: the origin is at (x, y), y goes up, one unit is `scale` pixels."""

    picture: Picture
    x: float
    y: float
    scale: float

    def at(self, point: Point) -> tuple[float, float]:
        """Return where a point of the figure lies in the picture, in pixels."""
        return self.x + point[0] * self.scale, self.y - point[1] * self.scale

    def line(self, points: list[Point], width: float, colour: Colour) -> None:
        """Draw a round-ended stroke through the points."""
        thick = max(1, round(width * self.scale))
        fixed = [self._fixed(p) for p in points]
        for a, b in pairwise(fixed):
            cv2.line(self.picture, a, b, colour, thick, cv2.LINE_AA, BITS)

    def oval(
        self, middle: Point, axes: Point, colour: Colour, arc: tuple[int, int] = (0, 360)
    ) -> None:
        """Fill an ellipse, or the part of it between two angles in degrees (180 is left)."""
        one = 1 << BITS
        size = (
            max(1, round(axes[0] * self.scale * one)),
            max(1, round(axes[1] * self.scale * one)),
        )
        cv2.ellipse(
            self.picture,
            self._fixed(middle),
            size,
            0,
            arc[0],
            arc[1],
            colour,
            -1,
            cv2.LINE_AA,
            BITS,
        )

    def shape(self, points: list[Point], colour: Colour) -> None:
        """Fill a polygon."""
        fixed = np.array([self._fixed(p) for p in points], np.int32)
        cv2.fillPoly(self.picture, [fixed], colour, cv2.LINE_AA, BITS)

    def frame(
        self, x0: float, y0: float, x1: float, y1: float
    ) -> tuple[float, float, float, float]:
        """Return the picture's box of a rectangle of the figure (y0 below y1)."""
        left, bottom = self.at((x0, y0))
        right, top = self.at((x1, y1))
        return left, top, right, bottom

    def _fixed(self, point: Point) -> tuple[int, int]:
        x, y = self.at(point)
        one = 1 << BITS
        return round(x * one), round(y * one)


def shade(colour: Colour, by: float) -> Colour:
    """Return the colour made darker (by < 1) or lighter (by > 1)."""
    b, g, r = (max(0, min(255, round(c * by))) for c in colour)
    return b, g, r


def blot(picture: Picture, middle: tuple[float, float], axes: Point, dark: float) -> None:
    """Darken an ellipse softly, as a shadow on the floor does."""
    x0, x1 = int(middle[0] - axes[0]), int(middle[0] + axes[0])
    y0, y1 = int(middle[1] - axes[1]), int(middle[1] + axes[1])
    high, wide = picture.shape[:2]
    left, right, top, bottom = max(x0, 0), min(x1, wide), max(y0, 0), min(y1, high)
    if left >= right or top >= bottom:
        return
    xs = (np.arange(left, right, dtype=np.float32) - middle[0]) / axes[0]
    ys = (np.arange(top, bottom, dtype=np.float32) - middle[1]) / axes[1]
    fade = np.clip(1 - xs[None, :] ** 2 - ys[:, None] ** 2, 0, 1) * dark
    part = picture[top:bottom, left:right]
    part[:] = (part * (1 - fade[..., None])).astype(np.uint8)
