"""What happens when in a drawn workshop: the same day for the same seed, and no day a loop.

Time is cut into spells. Each of a zone's workers makes one visit a spell; what he wears and
does is thrown by dice that know only zone, seed, worker and spell. So any moment can be asked
for at once, and the moments of every breach of the rules are known beforehand.
"""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from . import wear
from .people import Act, Look, Pose
from .things import Litter, Rodent

Zone = Literal["raw", "wash", "process", "pack"]
What = Literal["no-hat", "no-mask", "no-gloves", "rodent", "litter"]

ZONES: tuple[Zone, ...] = ("raw", "wash", "process", "pack")
SPELL_MS = 100_000
WORKERS = 3
LANES = (258.0, 334.0, 226.0)  # feet behind the counter, before it, along the wall
PACE = 0.075  # pixels a millisecond
STRIDE = 0.0085  # radians a millisecond
GUEST_LANE = 316.0
FUR = ((70, 76, 84), (58, 70, 92), (96, 100, 104))


@dataclass(frozen=True, slots=True)
class Episode:
    """Something against the rules that a viewer can see in [from_ms, to_ms)."""

    what: What
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class Habits:
    """How often, of 1, a visit or a spell has each kind of episode, and how long it lasts."""

    no_hat: float = 0.12
    no_mask: float = 0.12
    no_gloves: float = 0.25
    rodent: float = 0.25
    litter: float = 0.35
    lasting_ms: tuple[int, int] = (10_000, 24_000)


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of a visit: from x0 to x1 between two moments, walking or busy."""

    from_ms: int
    to_ms: int
    x0: float
    x1: float
    act: Act


@dataclass(frozen=True, slots=True)
class Visit:
    """One worker's stay in the picture."""

    lane: float
    look: Look
    legs: tuple[Leg, ...]
    episodes: tuple[Episode, ...]

    def pose(self, at_ms: int) -> Pose | None:
        """Return how the worker stands at a moment; None when he is not there."""
        leg = next((g for g in self.legs if g.from_ms <= at_ms < g.to_ms), None)
        if leg is None:
            return None
        part = (at_ms - leg.from_ms) / (leg.to_ms - leg.from_ms)
        x = leg.x0 + (leg.x1 - leg.x0) * part
        turn = math.copysign(1.0, leg.x1 - leg.x0) if leg.act == "walk" else 0.0
        pace = STRIDE if leg.act == "walk" else STRIDE * 0.45
        if leg.act in ("work", "stand"):
            turn = math.sin((at_ms - leg.from_ms) / 3100) * 0.8
        return Pose(x, self.lane, leg.act, turn, at_ms % 10**8 * pace, self._worn(at_ms))

    def _worn(self, at_ms: int) -> Look:
        look = self.look
        for episode in self.episodes:
            if episode.from_ms <= at_ms < episode.to_ms:
                look = wear.without(look, episode.what)
        return look


@dataclass(frozen=True, slots=True)
class Moment:
    """All that moves in a zone at one moment."""

    workers: tuple[Pose, ...]
    rodents: tuple[Rodent, ...]
    litter: tuple[Litter, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """The script of one zone: what the dice say, and what somebody forced."""

    zone: Zone
    seed: int
    habits: Habits = Habits()
    forced: tuple[Episode, ...] = ()

    def with_forced(self, what: What, from_ms: int, to_ms: int) -> "Day":
        """Return this day with one more episode: a guest, a rat or litter at that time."""
        return replace(self, forced=(*self.forced, Episode(what, from_ms, to_ms)))

    def at(self, at_ms: int) -> Moment:
        """Return who and what is there at `at_ms` (milliseconds UTC)."""
        spells = [at_ms // SPELL_MS - 1, at_ms // SPELL_MS]
        visits = [v for s in spells for v in visits_of(self.zone, self.seed, self.habits, s)]
        visits += [_guest(self.zone, self.seed, e) for e in self.forced]
        poses = (v.pose(at_ms) for v in visits)
        return Moment(
            tuple(p for p in poses if p is not None),
            tuple(_rodent(self, e, at_ms) for e in self._live("rodent", at_ms)),
            tuple(_litter(self, e) for e in self._live("litter", at_ms)),
        )

    def episodes(self, from_ms: int, to_ms: int) -> list[Episode]:
        """Return every episode that overlaps [from_ms, to_ms), in order of time."""
        found = list(self.forced)
        for spell in range(from_ms // SPELL_MS - 2, to_ms // SPELL_MS + 1):
            found += things_of(self.zone, self.seed, self.habits, spell)
            for visit in visits_of(self.zone, self.seed, self.habits, spell):
                found += visit.episodes
        live = {e for e in found if e.from_ms < to_ms and from_ms < e.to_ms}
        return sorted(live, key=lambda e: (e.from_ms, e.to_ms, e.what))

    def _live(self, what: What, at_ms: int) -> Iterator[Episode]:
        return (e for e in self.episodes(at_ms, at_ms + 1) if e.what == what)


def dice(*parts: object) -> np.random.Generator:
    """Return dice that always fall the same way for the same parts."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


def luck(rng: np.random.Generator, chance: float) -> bool:
    """Throw the dice once: true as often as `chance`, of 1, says."""
    return bool(rng.random() < chance)


@lru_cache(maxsize=256)
def visits_of(zone: Zone, seed: int, habits: Habits, spell: int) -> tuple[Visit, ...]:
    """Return the visits that begin in a spell: one for each worker of the zone."""
    return tuple(_visit(zone, seed, habits, spell, worker) for worker in range(WORKERS))


@lru_cache(maxsize=256)
def things_of(zone: Zone, seed: int, habits: Habits, spell: int) -> tuple[Episode, ...]:
    """Return when a rat runs and when litter lies in a spell."""
    rng = dice("things", zone, seed, spell)
    start = spell * SPELL_MS
    found: list[Episode] = []
    if luck(rng, habits.rodent):
        at = start + int(rng.integers(0, 80_000))
        found.append(Episode("rodent", at, at + int(rng.integers(6_000, 11_000))))
    if luck(rng, habits.litter):
        at = start + int(rng.integers(0, 60_000))
        found.append(Episode("litter", at, at + int(rng.integers(30_000, 90_000))))
    return tuple(found)


def _visit(zone: Zone, seed: int, habits: Habits, spell: int, worker: int) -> Visit:
    rng = dice("visit", zone, seed, spell, worker)
    start = spell * SPELL_MS + worker * 27_000 + int(rng.integers(0, 8_000))
    lane = LANES[worker] + float(rng.uniform(-4, 4))
    act: tuple[Act, ...] = (("work",), ("stand", "work"), ("back",))[worker]
    stops = [float(x) for x in rng.permutation([150.0, 265.0, 385.0, 500.0])[:3]]
    stops = [x + float(rng.uniform(-28, 28)) for x in stops]
    legs = _legs(rng, start, stops, act)
    chances: dict[What, float] = {
        "no-hat": habits.no_hat,
        "no-mask": habits.no_mask,
        "no-gloves": habits.no_gloves,
    }
    span = (legs[0].from_ms, legs[-1].to_ms)
    found = (_episode(rng, w, chance, span, habits) for w, chance in chances.items())
    return Visit(lane, wear.look(rng), legs, tuple(e for e in found if e is not None))


def _legs(
    rng: np.random.Generator, start: int, stops: list[float], acts: tuple[Act, ...]
) -> tuple[Leg, ...]:
    edges = (-60.0, 700.0) if luck(rng, 0.5) else (700.0, -60.0)
    legs: list[Leg] = []
    at, x = start, edges[0]
    for i, stop in enumerate([*stops, edges[int(luck(rng, 0.5))]]):
        there = at + max(1, round(abs(stop - x) / PACE))
        legs.append(Leg(at, there, x, stop, "walk"))
        at, x = there, stop
        if i < len(stops):
            done = at + int(rng.integers(9_000, 22_000))
            legs.append(Leg(at, done, x, x, acts[int(rng.integers(len(acts)))]))
            at = done
    return tuple(legs)


def _episode(
    rng: np.random.Generator, what: What, chance: float, span: tuple[int, int], habits: Habits
) -> Episode | None:
    luck, where = rng.random(), rng.random()
    long = int(rng.integers(habits.lasting_ms[0], habits.lasting_ms[1] + 1))
    if luck >= chance:
        return None
    start = span[0] + int(where * max(0, span[1] - span[0] - long))
    return Episode(what, start, min(start + long, span[1]))


def _guest(zone: Zone, seed: int, episode: Episode) -> Visit:
    rng = dice("guest", zone, seed, episode.from_ms, episode.what)
    if episode.what in ("rodent", "litter"):
        return Visit(GUEST_LANE, wear.look(rng), (), ())
    stop = float(rng.uniform(250, 390))
    begin, end = episode.from_ms, episode.to_ms
    walk = min(round((stop + 30) / PACE), (end - begin) // 3)
    legs = (
        Leg(begin, begin + walk, -30.0, stop, "walk"),
        Leg(begin + walk, end - walk, stop, stop, "stand"),
        Leg(end - walk, end, stop, -30.0, "walk"),
    )
    return Visit(GUEST_LANE, wear.look(rng), legs, (episode,))


def _rodent(day: Day, episode: Episode, at_ms: int) -> Rodent:
    rng = dice("rodent", day.zone, day.seed, episode.from_ms)
    turn = 1 if luck(rng, 0.5) else -1
    y = float(rng.choice([300.0, 318.0, 345.0])) + float(rng.uniform(-6, 6))
    part = (at_ms - episode.from_ms) / (episode.to_ms - episode.from_ms)
    pause = 0.06 * math.sin(part * 4 * math.pi)  # it stops, sniffs, runs on
    x = -50 + 740 * (part + pause)
    fur = FUR[int(rng.integers(len(FUR)))]
    return Rodent(x if turn > 0 else 640 - x, y, turn, at_ms % 10**8 * 0.021, fur)


def _litter(day: Day, episode: Episode) -> Litter:
    rng = dice("litter", day.zone, day.seed, episode.from_ms)
    x, y = float(rng.uniform(40, 600)), float(rng.uniform(304, 350))
    form, angle = int(rng.integers(4)), float(rng.uniform(0, 6.28))
    return Litter(x, y, form, angle, wear.LITTER[int(rng.integers(len(wear.LITTER)))])
