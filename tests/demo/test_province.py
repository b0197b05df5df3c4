"""The story is told by the rules: nothing that is said in it is refused."""

import pytest

from attest import kinds
from ledger.store import db
from support import story
from webapp.demo import fish_sauce, province, stamps


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return story.told(tmp_path_factory.mktemp("story"))


def test_nobody_in_the_story_is_refused(world):
    assert world.server.refused == []


def test_every_entry_of_the_story_has_its_effect(world):
    with db.read(world.engine) as tx:
        rows = tx.exec_driver_sql('SELECT kind, effect FROM entry ORDER BY "index"').all()
    assert len(rows) == world.writer.edge.size
    assert [row for row in rows if row[1] is not None] == []


def test_the_story_uses_most_kinds(world):
    with db.read(world.engine) as tx:
        used = {row[0] for row in tx.exec_driver_sql("SELECT DISTINCT kind FROM entry").all()}
    assert used <= set(kinds.KINDS)
    assert len(used) >= 25


def test_shown_stamps_are_codes_of_the_rolls_but_for_the_one_never_issued(world):
    shown = province.shown(world.cast.rolls)
    codes = {code for roll in world.cast.rolls.values() for code in roll.codes}
    assert [one.what for one in shown if one.code not in codes] == ["never issued"]
    assert len({one.code for one in shown}) == len(shown)


def test_a_saying_with_a_changed_number_would_be_refused(world):
    """A check that cannot fail is a defect: the same world refuses one stamp too many."""
    roll = world.cast.rolls["anchovy"]
    before = len(world.server.refused)
    stamps.activate(world.cast, roll, fish_sauce.ANCHOVY_LOT, (100, 120), story.NOW)
    world.cast.send()
    assert world.server.refused[before].startswith("too-many-stamps")
    world.server.refused.clear()
