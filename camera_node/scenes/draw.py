"""A workshop drawn live: the picture of any moment, and what there is to see in it.

`Scene(zone, seed).at(t_ms)` depends on nothing but zone, seed, script and time. Light flickers,
the lens has noise and a clock runs in the corner, so no two moments look alike.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import cv2
import numpy as np

from . import motion, people, rooms, things, truth
from .day import Day, Habits, Moment, What, Zone, dice
from .pen import Picture
from .people import Pose
from .truth import HEIGHT, WIDTH, Truth

LOCAL = timedelta(hours=7)  # the clock in the corner shows Indochina time
GRAIN = 5  # the lens's noise, in grey levels
SPARE = 64


@dataclass(frozen=True, slots=True)
class Scene:
    """One zone of one workshop, by seed; `day` says what happens in it."""

    zone: Zone
    seed: int
    day: Day

    def at(self, t_ms: int) -> tuple[Picture, list[Truth]]:
        """Draw the moment `t_ms` (milliseconds UTC): a 640x360 BGR picture and its boxes."""
        room = _room(self.zone, self.seed)
        picture = room.empty.copy()
        motion.draw(picture, self.zone, t_ms)
        found = _moment(picture, room, self.day.at(t_ms))
        _lens(picture, self.seed, t_ms)
        _clock(picture, self.zone, t_ms)
        return picture, found

    def force(self, what: What, from_ms: int, to_ms: int) -> "Scene":
        """Return this scene with one more episode, such as a guest without a hat."""
        return replace(self, day=self.day.with_forced(what, from_ms, to_ms))


def scene(zone: Zone, seed: int, habits: Habits | None = None) -> Scene:
    """Return the scene of a zone with its scripted day."""
    return Scene(zone, seed, Day(zone, seed, habits or Habits()))


@lru_cache(maxsize=16)
def _room(zone: Zone, seed: int) -> rooms.Room:
    return rooms.paint(zone, seed)


@lru_cache(maxsize=4)
def _grain(seed: int) -> Picture:
    rng = dice("grain", seed)
    return rng.integers(0, GRAIN, (HEIGHT + SPARE, WIDTH + SPARE, 3), np.uint8)


def _moment(picture: Picture, room: rooms.Room, moment: Moment) -> list[Truth]:
    """Paint from far to near; drop what a nearer worker or the counter hides."""
    found: list[Truth] = []
    behind = sorted((p for p in moment.workers if p.y < room.counter.foot), key=_depth)
    before = sorted((p for p in moment.workers if p.y >= room.counter.foot), key=_depth)
    for pose in behind:
        found = _worker(picture, _tucked(pose, room.counter), found)
    rooms.restore_counter(room, picture)
    found = [t for t in found if t.cls == "person" or not _under(t, room.counter)]
    for litter in moment.litter:
        found += _some(things.draw_litter(picture, litter))
    for rodent in moment.rodents:
        found += _some(things.draw_rodent(picture, rodent))
    for pose in before:
        found = _worker(picture, pose, found)
    return found


def _worker(picture: Picture, pose: Pose, found: list[Truth]) -> list[Truth]:
    parts = people.draw(picture, pose)
    body = people.core(pose)
    return [t for t in found if not truth.covers(body, t.box)] + parts


def _tucked(pose: Pose, counter: rooms.Counter) -> Pose:
    if counter.left + 12 < pose.x < counter.right - 12:
        return replace(pose, hidden_below=float(counter.top))
    return pose


def _under(thing: Truth, counter: rooms.Counter) -> bool:
    box = (counter.left, counter.top + 2, counter.right, counter.foot)
    return truth.covers(box, thing.box)


def _depth(pose: Pose) -> float:
    return pose.y


def _some(thing: Truth | None) -> list[Truth]:
    return [] if thing is None else [thing]


def _lens(picture: Picture, seed: int, t_ms: int) -> None:
    """Add flicker and grain: what any lens adds, other at every moment."""
    gain = 1 + 0.012 * np.sin(t_ms % 10**7 / 310) + 0.03 * np.sin(t_ms % 10**8 / 60_000)
    cv2.convertScaleAbs(picture, picture, float(gain))
    step = (t_ms // 20) * 2654435761 % 2**32
    x, y = step % SPARE, step // SPARE % SPARE
    cv2.add(picture, _grain(seed)[y : y + HEIGHT, x : x + WIDTH], picture)


def _clock(picture: Picture, zone: Zone, t_ms: int) -> None:
    when = datetime.fromtimestamp(t_ms / 1000, UTC) + LOCAL
    text = f"{zone.upper()}  {when:%Y-%m-%d %H:%M:%S}.{t_ms % 1000 // 100}"
    for colour, thick in (((30, 30, 30), 3), ((250, 250, 250), 1)):
        cv2.putText(
            picture, text, (12, 350), cv2.FONT_HERSHEY_SIMPLEX, 0.42, colour, thick, cv2.LINE_AA
        )
