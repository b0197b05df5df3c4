"""Polygons on a camera's picture: is a point inside? Whole numbers only, so it replays."""

from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[int, int]
LEAST_POINTS, MOST_POINTS = 3, 64
MOST_PIXELS = 16_384


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed line around a zone, in pixels of the picture; its edge belongs to it."""

    points: tuple[Point, ...]

    def holds(self, point: Point) -> bool:
        """Say whether the point is inside or on the edge."""
        inside = False
        for a, b in zip(self.points, (*self.points[1:], self.points[0]), strict=True):
            turn = (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])
            if turn == 0 and _between(a, b, point):
                return True
            if (a[1] > point[1]) != (b[1] > point[1]) and (turn > 0) == (b[1] > a[1]):
                inside = not inside
        return inside


def polygon(points: Sequence[Sequence[int]]) -> Polygon:
    """Take a polygon from settings; raises ValueError unless it has an area."""
    if not LEAST_POINTS <= len(points) <= MOST_POINTS:
        raise ValueError(
            f"polygon has {len(points)} points, not {LEAST_POINTS} to {MOST_POINTS}"
        )
    pairs = []
    for p in points:
        pair = tuple(p)
        if not all(type(v) is int and 0 <= v <= MOST_PIXELS for v in pair):
            raise ValueError(f"polygon point {list(p)} is outside every picture")
        x, y = pair  # ValueError for any other number of values
        pairs.append((x, y))
    turned = zip(pairs, [*pairs[1:], pairs[0]], strict=True)
    if sum(a[0] * b[1] - a[1] * b[0] for a, b in turned) == 0:
        raise ValueError(f"polygon {pairs} has no area")
    return Polygon(tuple(pairs))


WHOLE = Polygon(((0, 0), (MOST_PIXELS, 0), (MOST_PIXELS, MOST_PIXELS), (0, MOST_PIXELS)))


def _between(a: Point, b: Point, point: Point) -> bool:
    return all(min(a[i], b[i]) <= point[i] <= max(a[i], b[i]) for i in (0, 1))
