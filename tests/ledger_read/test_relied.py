"""A page relies on what its verdict needs, then on a little of everything else."""

import pytest
from sqlalchemy import insert, select

from attest import stamp
from ledger.read import directory, relied, trace, watched
from ledger.store import db
from ledger.store.derived_rows import table
from ledger.store.lot_rows import EventRow
from ledger.store.watch_rows import FootageRow, ViolationRow
from support.shown import first_of
from webapp.demo import province


@pytest.fixture(scope="module")
def live(world):
    """A stamp of the lot that was made while cameras looked on."""
    return stamp.parse(first_of(world, "shrimp", province.LIVE_STAMPS[0]))


@pytest.fixture
def filmed(ledger, live):
    """Rows as a box and an office would make them, on a connection that forgets them."""
    code = live
    with ledger.engine.connect() as tx, tx.begin() as change:
        about = trace.stamp(tx, code.roll, code.index)
        size = ledger.log.size()
        bare = relied.find(tx, about, size).entries
        free = [index for index in range(1, size) if index not in bare]
        lots = [about.binding.lot, *trace.ancestors(tx, about.binding.lot)]
        zones = {camera.zone: camera for camera in directory.cameras(tx)}
        spans = watched.lasting(trace.mentions(tx, lots))
        span = next(span for span in spans if span.zone in zones)
        camera = zones[span.zone]
        for seq in range(3):
            minute = {
                "camera": camera.id,
                "seq": 1_000 + seq,
                "entry": free[seq],
                "node": camera.node,
                "zone": span.zone,
                "start_ms": span.start_ms + 15_000 * seq,
                "end_ms": span.start_ms + 15_000 * (seq + 1),
                "manifest": "x",
                "digest": bytes(32),
                "recorded_ms": 15_000,
                "gaps": GAP if seq == 2 else None,
            }
            tx.execute(insert(table(FootageRow)), minute)
        facility = trace.lot(tx, about.binding.lot)
        place = tx.execute(
            select(table(EventRow).c.facility).where(table(EventRow).c.entry == facility.packed)
        ).scalar()
        for number, ruling in enumerate(("confirmed", "dismissed", None)):
            suspicion = {
                "id": f"https://mau.example/violation/{number}",
                "camera": camera.id,
                "facility": place,
                "zone": span.zone,
                "at_ms": span.start_ms,
                "entry": free[3 + number],
                "ruling": ruling,
                "decision": "https://mau.example/decision/1",
                "decided": free[6 + number] if ruling else None,
            }
            tx.execute(insert(table(ViolationRow)), suspicion)
        yield relied.find(tx, about, size), camera, free
        change.rollback()


GAP = '[{"from":"2026-11-20T00:00:00Z","to":"2026-11-20T00:00:10Z","reason":"power"}]'


def test_minutes_of_the_working_time_are_shown_with_their_camera(filmed):
    found, camera, free = filmed
    assert {*free[:3], camera.entry} <= set(found.entries)
    assert found.coverage is not None


def test_only_a_confirmed_suspicion_is_shown_with_its_decision(filmed):
    found, _, free = filmed
    assert {free[3], free[6]} <= set(found.entries)
    assert not {free[4], free[5], free[7]} & set(found.entries)


def test_a_lot_without_pictures_has_no_clips_and_says_so(ledger, live):
    code = live
    with db.read(ledger.engine) as tx:
        found = relied.find(tx, trace.stamp(tx, code.roll, code.index), ledger.log.size())
    assert found.coverage == 0


def test_nothing_beyond_the_checkpoint_is_relied_on(ledger, live):
    code = live
    with db.read(ledger.engine) as tx:
        about = trace.stamp(tx, code.roll, code.index)
        for size in (about.roll.entry + 1, about.binding.entry, 60, 1):
            assert all(i < size for i in relied.find(tx, about, size).entries)
