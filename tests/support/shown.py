"""Stamps of the told story, and the time now, as tests of dossiers ask for them."""

import time


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def first_of(world, name: str, at: int = 0) -> str:
    return world.cast.rolls[name].codes[at]
