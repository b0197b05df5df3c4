"""Rules: too few votes never fire, recordings replay to the same findings."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_node.rules import hat, mask, replay, votes
from camera_node.rules.findings import Config, Rules
from camera_node.rules.replay import Sight
from camera_node.rules.votes import Ballot, Thresholds, Vote
from camera_node.see import zones
from camera_node.see.heads import GROUPS
from camera_node.see.model import Detection
from camera_node.see.track import Tracker

CONFIG = Config("https://demo.example/zone/raw", bytes(32))
PERSON = (100, 100, 180, 300)
HEAD = (120, 100, 160, 145)


def sight(i, cls="barehead", score=0.9, person=PERSON, head=HEAD):
    return Sight(i * 200, (Detection("person", 0.9, person), Detection(cls, score, head)))


@given(
    k=st.integers(1, 20),
    spare=st.integers(0, 20),
    order=st.permutations(range(60)),
)
def test_fewer_than_k_guilty_votes_never_decide(k, spare, order):
    ballot = Ballot(Thresholds(k, k + spare, within_ms=10**6))
    guilty = set(order[: k - 1])
    cast = [ballot.cast(Vote(i * 200, i in guilty, 0.9)) for i in range(60)]
    assert cast == [None] * 60


@given(st.integers(1, 20), st.integers(0, 20))
def test_k_guilty_votes_decide_at_the_kth(k, spare):
    ballot = Ballot(Thresholds(k, k + spare, within_ms=10**6))
    cast = [ballot.cast(Vote(i * 200, True, 0.9)) for i in range(k + 5)]
    assert [d is not None for d in cast] == [i == k - 1 for i in range(k + 5)]


def test_votes_that_are_too_old_do_not_count():
    ballot = Ballot(Thresholds(3, 5, within_ms=1_000))
    assert [ballot.cast(Vote(i * 600, True, 0.9)) for i in range(20)] == [None] * 20


def test_a_breach_is_found_once_and_again_only_after_he_complied():
    limits = hat.RULE.thresholds
    rules = Rules(CONFIG)
    story = ["barehead"] * 60 + ["hat"] * limits.n + ["barehead"] * 60
    found = [f for i, cls in enumerate(story) for f in rules.feed(i * 200, sight(i, cls).seen)]
    assert [f.rule for f in found] == ["no-hat", "no-hat"]
    assert found[0].votes == limits.k
    assert (found[0].from_ms, found[0].to_ms) == (0, (limits.k - 1) * 200)
    assert found[0].model == CONFIG.model


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"score": 0.49}, id="not sure enough"),
        pytest.param({"cls": "hat"}, id="a hat"),
        pytest.param({"cls": "rodent"}, id="another thing"),
        pytest.param({"head": (120, 230, 160, 270)}, id="at his knees"),
        pytest.param({"head": (300, 100, 340, 145)}, id="beside him"),
    ],
)
def test_a_head_that_does_not_accuse_him_does_not_count(changed):
    sights = [sight(i, **changed) for i in range(100)]
    assert replay.replay(CONFIG, sights) == []


def test_a_person_outside_the_zone_is_not_judged():
    elsewhere = dataclasses.replace(CONFIG, area=zones.polygon([(0, 0), (90, 0), (0, 360)]))
    sights = [sight(i) for i in range(100)]
    assert replay.replay(elsewhere, sights) == []
    assert len(replay.replay(CONFIG, sights)) == 1


def test_a_pause_wipes_the_votes():
    half = hat.RULE.thresholds.k - 1
    early = [sight(i) for i in range(half)]
    late = [Sight(s.at_ms + 3_600_000, s.seen) for s in early]
    assert replay.replay(CONFIG, early + late) == []


def test_two_persons_whose_heads_could_be_mixed_up_are_not_judged():
    beside = Detection("person", 0.8, (110, 105, 190, 305))
    sights = [Sight(i * 200, (*sight(i).seen, beside)) for i in range(100)]
    assert replay.replay(CONFIG, sights) == []


def test_a_model_that_sees_things_everywhere_accuses_nobody():
    ghosts = tuple(Detection("litter", 0.9, (i, 300, i + 9, 309)) for i in range(60))
    sights = [Sight(i * 200, (*sight(i).seen, *ghosts)) for i in range(100)]
    assert replay.replay(CONFIG, sights) == []


boxes = st.tuples(
    st.integers(0, 300), st.integers(0, 200), st.integers(1, 300), st.integers(1, 150)
).map(lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3]))
detections = st.builds(
    Detection,
    st.sampled_from(sorted(GROUPS)),
    st.integers(0, 1_000).map(lambda n: n / 1_000),
    boxes,
)
sights = st.lists(st.lists(detections, max_size=5), max_size=30).map(
    lambda seen: [Sight(i * 200, tuple(s)) for i, s in enumerate(seen)]
)


@given(sights)
def test_a_recording_replays_to_the_same_findings(recorded):
    loose = Thresholds(2, 4, score=0.1)
    rules = tuple(dataclasses.replace(r, thresholds=loose) for r in CONFIG.rules)
    config = dataclasses.replace(CONFIG, rules=rules)
    live = Rules(config)
    found = [f for s in recorded for f in live.feed(s.at_ms, s.seen)]
    read = [replay.parse(s.text()) for s in recorded]
    assert read == recorded
    assert replay.replay(config, read) == found


LINE = '{"at":200,"seen":[["hat",0.5,[1,2,3,4]]]}'


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(LINE.replace(":200", ": 200"), id="space"),
        pytest.param(LINE.replace("0.5", "0.50"), id="longer number"),
        pytest.param(LINE.replace("0.5", "NaN"), id="not a number"),
        pytest.param(LINE.replace("0.5", "1.5"), id="surer than sure"),
        pytest.param(LINE.replace("0.5", "1"), id="whole score"),
        pytest.param(LINE.replace("hat", "cat"), id="unknown class"),
        pytest.param(LINE.replace("200", "true"), id="time is a truth"),
        pytest.param(LINE.replace("[1,2,3,4]", "[1,2,3]"), id="three sides"),
        pytest.param(LINE.replace("[1,2,3,4]", "[1,2,3,4.0]"), id="fraction of a pixel"),
        pytest.param(LINE.replace('"at":200', '"at":200,"at":200'), id="twice"),
        pytest.param("[" * 100_000, id="deep"),
        pytest.param("", id="empty"),
    ],
)
def test_any_other_spelling_of_a_sight_is_refused(line):
    assert replay.parse(LINE).text() == LINE
    with pytest.raises(ValueError, match="is no"):
        replay.parse(line)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({"k": 0}, id="nobody need vote"),
        pytest.param({"k": 16}, id="more than all"),
        pytest.param({"n": 10**6, "k": 1}, id="endless"),
        pytest.param({"score": 0}, id="never sure"),
        pytest.param({"score": "0.5"}, id="text"),
        pytest.param({"within_ms": -1}, id="no time"),
        pytest.param({"k": True}, id="a truth"),
        pytest.param({"m": 1}, id="unknown"),
    ],
)
def test_thresholds_that_cannot_decide_are_refused(data):
    with pytest.raises(ValueError, match=r"votes|thresholds"):
        votes.thresholds(data)


def test_thresholds_are_data():
    assert votes.thresholds({}) == Thresholds()
    assert votes.thresholds({"k": 3, "n": 5, "score": 1}) == Thresholds(3, 5, score=1.0)
    assert mask.RULE.thresholds == Thresholds()


def people(*boxes):
    return [Detection("person", 0.9, box) for box in boxes]


def test_who_walks_keeps_his_number():
    tracker = Tracker()
    walks = [
        tracker.update(i * 200, people((i * 15, 100, i * 15 + 80, 280))) for i in range(30)
    ]
    assert {t.number for (t,) in walks} == {1}


def test_who_comes_out_from_behind_another_keeps_his_number():
    tracker = Tracker()
    tracker.update(0, people((100, 100, 180, 280)))
    tracker.update(1_000, people())
    (back,) = tracker.update(1_200, people((190, 102, 270, 282)))
    (other,) = tracker.update(1_400, people((500, 100, 580, 280)))
    assert (back.number, other.number) == (1, 2)


def test_who_is_gone_for_long_is_another():
    tracker = Tracker()
    tracker.update(0, people((100, 100, 180, 280)))
    (later,) = tracker.update(60_000, people((100, 100, 180, 280)))
    assert later.number == 2


@given(st.lists(st.lists(boxes, max_size=6), max_size=20))
def test_tracks_are_the_same_for_the_same_boxes_and_never_share_a_number(seen):
    one, two = Tracker(), Tracker()
    for i, row in enumerate(seen):
        tracks = one.update(i * 200, people(*row))
        assert tracks == two.update(i * 200, people(*row))
        assert [t.box for t in tracks] == row
        assert len({t.number for t in tracks}) == len(row)


SQUARE = zones.polygon([(10, 10), (20, 10), (20, 20), (10, 20)])


@given(st.integers(0, 30), st.integers(0, 30))
def test_a_square_holds_its_edge_and_its_inside(x, y):
    assert SQUARE.holds((x, y)) == (10 <= x <= 20 and 10 <= y <= 20)


@given(st.integers(0, 30), st.integers(0, 30))
def test_a_corner_that_points_inwards_is_outside(x, y):
    notched = zones.polygon([(0, 0), (30, 0), (30, 30), (15, 10), (0, 30)])
    inside = y <= 10 or (3 * y <= 60 - 4 * x + 30 if x <= 15 else 3 * y <= 4 * x - 30)
    assert notched.holds((x, y)) == inside


@pytest.mark.parametrize(
    "points",
    [
        pytest.param([], id="none"),
        pytest.param([(0, 0), (1, 1)], id="two"),
        pytest.param([(0, 0), (5, 5), (9, 9)], id="no area"),
        pytest.param([(0, 0), (5, 5), (9, -1)], id="outside"),
        pytest.param([(0, 0), (5, 5), (9, 1, 2)], id="three numbers"),
        pytest.param([(0, 0), (5, 5), (9, 1.5)], id="fraction"),
        pytest.param([(0, i) for i in range(100)], id="too many"),
    ],
)
def test_a_polygon_without_sense_is_refused(points):
    with pytest.raises(ValueError, match=r"polygon|unpack"):
        zones.polygon(points)
