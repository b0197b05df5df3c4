"""What a drawn picture really shows: named boxes, known because we drew them."""

from dataclasses import dataclass

Box = tuple[int, int, int, int]

CLASSES = (
    "person",
    "hat",
    "barehead",
    "mask",
    "bareface",
    "glove",
    "barehand",
    "rodent",
    "litter",
)
WIDTH = 640
HEIGHT = 360
LEAST_SIDE = 5


@dataclass(frozen=True, slots=True)
class Truth:
    """One thing in the picture: its class and its box (x0, y0, x1, y1) in pixels."""

    cls: str
    box: Box


def clipped(cls: str, box: tuple[float, float, float, float]) -> Truth | None:
    """Return the thing as far as the picture shows it; None when less than half is inside."""
    x0, y0, x1, y1 = box
    inside = (max(x0, 0.0), max(y0, 0.0), min(x1, WIDTH), min(y1, HEIGHT))
    wide, high = inside[2] - inside[0], inside[3] - inside[1]
    if min(wide, high) < LEAST_SIDE or wide * high < 0.5 * (x1 - x0) * (y1 - y0):
        return None
    return Truth(cls, (round(inside[0]), round(inside[1]), round(inside[2]), round(inside[3])))


def covers(front: Box, behind: Box) -> bool:
    """Say whether the middle of `behind` lies in `front`, so that a viewer cannot see it."""
    x, y = (behind[0] + behind[2]) / 2, (behind[1] + behind[3]) / 2
    return front[0] <= x <= front[2] and front[1] <= y <= front[3]
