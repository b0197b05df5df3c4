"""What workers may wear, in the colours of real workshops."""

from dataclasses import replace

import numpy as np

from .pen import Colour
from .people import Look

SKIN: tuple[Colour, ...] = ((168, 196, 232), (140, 176, 220), (118, 154, 200), (96, 128, 178))
HAIR: tuple[Colour, ...] = ((28, 26, 30), (36, 38, 50), (30, 44, 66), (52, 50, 54))
COAT: tuple[Colour, ...] = (
    (238, 238, 234),
    (232, 226, 212),
    (226, 214, 186),
    (214, 228, 206),
    (206, 214, 236),
)
APRON: tuple[Colour, ...] = ((168, 120, 62), (120, 140, 74), (92, 104, 176), (214, 206, 190))
TROUSERS: tuple[Colour, ...] = ((212, 208, 200), (150, 132, 110), (120, 110, 104))
BOOTS: tuple[Colour, ...] = ((240, 240, 238), (70, 66, 64), (110, 140, 90))
HAT: tuple[Colour, ...] = ((246, 246, 246), (232, 198, 142), (178, 214, 164), (220, 190, 232))
MASK: tuple[Colour, ...] = ((224, 190, 130), (242, 242, 240), (196, 214, 150), (92, 88, 86))
GLOVE: tuple[Colour, ...] = ((208, 132, 52), (150, 74, 108), (96, 168, 60), (242, 242, 242))
LITTER: tuple[Colour, ...] = ((236, 240, 240), (214, 226, 190), (170, 206, 230), (90, 150, 214))
WITH_APRON, WITH_BUN = 0.6, 0.4  # of all workers


def look(rng: np.random.Generator) -> Look:
    """Dress a worker as the rules ask: hat, mask and gloves on."""

    def one(colours: tuple[Colour, ...]) -> Colour:
        b, g, r = colours[int(rng.integers(len(colours)))]
        d = rng.integers(-7, 8, 3)
        return _byte(b + d[0]), _byte(g + d[1]), _byte(r + d[2])

    return Look(
        skin=one(SKIN),
        hair=one(HAIR),
        coat=one(COAT),
        apron=one(APRON) if rng.random() < WITH_APRON else None,
        trousers=one(TROUSERS),
        boots=one(BOOTS),
        hat=one(HAT),
        mask=one(MASK),
        glove=one(GLOVE),
        bun=bool(rng.random() < WITH_BUN),
    )


def without(worn: Look, what: str) -> Look:
    """Return the look without hat, mask or gloves, as an episode's name says."""
    if what == "no-hat":
        return replace(worn, hat=None)
    if what == "no-mask":
        return replace(worn, mask=None)
    if what == "no-gloves":
        return replace(worn, glove=None)
    return worn


def _byte(value: float) -> int:
    return max(0, min(255, int(value)))
