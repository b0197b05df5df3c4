"""Step windows and how much of them cameras recorded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.read import watched
from ledger.read.watched import Gap, Minute, Window
from support.kinds_world import HOST, SAUCE, World, bulk, document, lot

SPANS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)).map(sorted).map(tuple))


@given(st.tuples(st.integers(0, 50), st.integers(0, 50)).map(sorted).map(tuple), SPANS)
def test_what_is_left_and_what_was_cut_out_make_the_span(span, taken):
    left = watched.without(span, taken)
    moments = {m for start, end in left for m in range(start, end)}
    cut = {m for start, end in taken for m in range(start, end)}
    assert moments == set(range(*span)) - cut
    assert all(start < end for start, end in left)
    assert sorted(left) == left


def test_no_percent_is_rounded_up_to_whole():
    window = Window(1, 0, "packaging", "l", "z", 0, 100_000)
    minute = Minute("c", 0, 2, "z", 0, 99_999, "cid", ())
    assert watched.of_window(window, [minute]).percent == 99
    assert watched.Coverage(0, 0, ()).percent is None


def test_declared_gaps_are_gaps_with_their_reason():
    window = Window(1, 0, "packaging", "l", "z", 0, 120)
    minutes = [
        Minute("c", 0, 2, "z", 0, 60, "cid", (Gap("z", 20, 30, "power"),)),
        Minute("c", 1, 3, "z", 60, 100, "cid", ()),
    ]
    found = watched.of_window(window, minutes)
    assert found.gaps == (Gap("z", 20, 30, "power"), Gap("z", 100, 120, "unknown"))
    assert (found.window_ms, found.recorded_ms) == (120, 90)


@pytest.fixture
def world() -> World:
    return World.town()


def test_a_lot_is_watched_where_and_when_it_was_worked_on(world):
    zone = {
        "type": "zone",
        "id": f"{HOST}/zone/a-process",
        "facility": f"{HOST}/facility/a",
        "kind": "process",
        "required": True,
    }
    world.say("a", "zone", zone)
    for seq in range(3):
        gaps = [
            {"from": "2026-11-18T03:01:10Z", "to": "2026-11-18T03:01:40Z", "reason": "power"}
        ]
        more = {"nguon_gaps": gaps} if seq == 1 else {}
        world.say("box", "footage", world.minute(seq, **more), seen=True)
    world.make(
        "a",
        "processing",
        [(bulk("raw"), 5, "KGM")],
        [(bulk("mash"), 5, "LTR")],
        nguon_started="2026-11-18T10:00:30+07:00",
        eventTime="2026-11-18T10:02:30+07:00",
        readPoint={"id": f"{HOST}/zone/a-process"},
    )
    sauce = lot(SAUCE, "L1")
    world.make("a", "packaging", [(bulk("mash"), 5, "LTR")], [(sauce, 10, None)])
    (window,) = watched.windows(world.tx, sauce)
    assert (window.kind, window.lot, window.end_ms - window.start_ms) == (
        "processing",
        bulk("mash"),
        120_000,
    )
    assert [minute.seq for minute in watched.footage(world.tx, window)] == [0, 1, 2]
    found = watched.coverage(world.tx, sauce)
    assert [gap.reason for gap in found.gaps] == ["unknown", "power", "unknown"]
    assert (found.recorded_ms, found.percent) == (88_000, 73)


def test_cleaning_without_a_lot_is_no_window_of_a_lot(world):
    report = [{"sensorReport": [{"type": "nguon:clean", "booleanValue": True}]}]
    event = world.event(
        action="OBSERVE",
        bizStep=f"{HOST}/p#clean",
        sensorElementList=report,
        readPoint={"id": f"{HOST}/zone/a-process"},
        nguon_started="2026-11-18T09:00:00+07:00",
    )
    world.say("a", "diary", document(event))
    assert watched.windows(world.tx, bulk("x")) == []
