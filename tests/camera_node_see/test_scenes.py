"""Drawn workshops: the same for the same seed and time, never a loop, with honest truth."""

import dataclasses

import numpy as np
import pytest

from camera_node.scenes import draw, truth
from camera_node.scenes.day import SPELL_MS, ZONES, Day, Habits
from camera_node.scenes.truth import CLASSES

NOON_MS = 1_764_046_800_000
BUSY = Habits(0.5, 0.5, 0.5, 1, 1, (60_000, 90_000))


@pytest.mark.parametrize("zone", ZONES)
def test_a_moment_depends_on_nothing_but_zone_seed_and_time(zone):
    picture, things = draw.scene(zone, 7).at(NOON_MS)
    draw.scene(zone, 8).at(NOON_MS + 1)
    again, same = draw.scene(zone, 7).at(NOON_MS)
    assert np.array_equal(picture, again)
    assert things == same


@pytest.mark.parametrize("zone", ZONES)
def test_a_picture_is_never_shown_twice(zone):
    scene = draw.scene(zone, 7)
    times = [NOON_MS + i * 100 for i in range(60)]
    times += [NOON_MS + i * SPELL_MS for i in range(1, 20)]
    assert len({scene.at(t)[0].tobytes() for t in times}) == len(times)


def test_no_spell_is_like_another():
    day = Day("raw", 7)
    spells = [
        tuple((p.x, p.look) for p in day.at(NOON_MS + i * SPELL_MS).workers) for i in range(50)
    ]
    assert len(set(spells)) == len(spells)


def test_other_seeds_are_other_workshops():
    assert len({draw.scene("pack", seed).at(NOON_MS)[0].tobytes() for seed in range(8)}) == 8


def test_every_class_is_drawn_and_every_box_is_in_the_picture():
    found = [
        thing
        for seed in range(24)
        for thing in draw.scene(ZONES[seed % 4], seed, BUSY).at(NOON_MS + seed * 7_000)[1]
    ]
    assert {t.cls for t in found} == set(CLASSES)
    for t in found:
        assert 0 <= t.box[0] < t.box[2] <= truth.WIDTH
        assert 0 <= t.box[1] < t.box[3] <= truth.HEIGHT


@pytest.mark.parametrize(
    ("what", "cls"),
    [
        ("no-hat", "barehead"),
        ("no-mask", "bareface"),
        ("rodent", "rodent"),
        ("litter", "litter"),
    ],
)
def test_what_is_forced_is_there_while_it_is_forced_and_not_before(what, cls):
    calm = draw.scene("wash", 3, Habits(0, 0, 0, 0, 0))
    forced = calm.force(what, NOON_MS, NOON_MS + 30_000)
    assert cls in {t.cls for t in forced.at(NOON_MS + 15_000)[1]}
    assert cls not in {t.cls for t in forced.at(NOON_MS - 1)[1]}
    assert cls not in {t.cls for t in forced.at(NOON_MS + 30_000)[1]}


def test_the_script_knows_when_a_worker_is_without_a_hat():
    day = Day("process", 11, Habits(0.5, 0, 0, 0, 0))
    span = (NOON_MS, NOON_MS + 10 * SPELL_MS)
    episodes = day.episodes(*span)
    assert episodes
    bare = [t for t in range(*span, 500) if any(p.look.hat is None for p in day.at(t).workers)]
    for t in bare:
        assert any(e.what == "no-hat" and e.from_ms <= t < e.to_ms for e in episodes)
    for e in episodes:
        assert any(e.from_ms <= t < e.to_ms for t in bare) or e.to_ms > span[1]


def test_a_thing_mostly_outside_the_picture_is_not_claimed():
    assert truth.clipped("person", (-60, 10, 20, 200)) is None
    assert truth.clipped("person", (-20, 10, 60, 200)) == truth.Truth(
        "person", (0, 10, 60, 200)
    )


def test_a_room_without_anybody_still_lives():
    empty = dataclasses.replace(draw.scene("raw", 5), day=Day("raw", 5, Habits(0, 0, 0, 0, 0)))
    first, second = (empty.at(NOON_MS + i * 100)[0] for i in (0, 1))
    assert np.count_nonzero(first != second) > 1_000
