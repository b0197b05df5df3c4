"""What counts as a check, and how checks add up."""

from datetime import timedelta, timezone

import pytest

from attest import stamp
from ledger.people import scans
from ledger.people.scans import DAY_MS, UNUSUAL_COUNT, UNUSUAL_PLACES, Checks, Tally
from ledger.store import db

STAMP = stamp.code(b"k" * 32, 7, 777)
OTHER = stamp.code(b"k" * 32, 7, 778)
NOW = 1_795_600_000_000
PERSON = {"Sec-Fetch-Dest": "document", "User-Agent": "Mozilla/5.0 (Android 14) Chrome/140.0"}


@pytest.fixture
def checks(tmp_path):
    engine = db.open_database(tmp_path / "nguon.db")
    yield Checks(engine, b"s" * 32)
    engine.dispose()


def test_one_device_counts_once_in_24_hours(checks):
    for hours in (0, 1, 23):
        checks.note(STAMP, "device-1", None, NOW + hours * 3_600_000)
    assert checks.tally(STAMP, NOW + DAY_MS).count == 1
    checks.note(STAMP, "device-1", None, NOW + DAY_MS)
    assert checks.tally(STAMP, NOW + DAY_MS).count == 2


def test_devices_and_stamps_count_apart(checks):
    checks.note(STAMP, "device-1", "Tỉnh Mẫu", NOW)
    checks.note(STAMP, "device-2", "示例省", NOW)
    checks.note(OTHER, "device-1", "Tỉnh Mẫu", NOW)
    found = checks.tally(STAMP, NOW)
    assert (found.count, found.places) == (2, 2)


def test_a_viewer_does_not_see_its_own_check(checks):
    checks.note(STAMP, "device-1", None, NOW)
    checks.note(STAMP, "device-2", None, NOW)
    assert checks.tally(STAMP, NOW, "device-2").count == 1
    assert checks.tally(STAMP, NOW + 2 * DAY_MS, "device-2").count == 2


def test_the_first_check_is_told_by_its_day_in_the_reader_s_zone(checks):
    late = NOW - NOW % DAY_MS + 23 * 3_600_000  # 23:00 UTC
    checks.note(STAMP, "device-1", "Tỉnh Mẫu", late)
    checks.note(STAMP, "device-2", "示例省", late + 1)
    utc = checks.tally(STAMP, late)
    east = checks.tally(STAMP, late, zone=timezone(timedelta(hours=7)))
    assert utc.record() == {"first": {"day": "2026-11-25", "province": "Tỉnh Mẫu"}, "count": 2}
    assert east.first_day == "2026-11-26"


def test_a_first_check_of_unknown_place_is_not_told(checks):
    checks.note(STAMP, "device-1", None, NOW)
    assert checks.tally(STAMP, NOW).record() == {"first": None, "count": 1}


def test_a_stamp_that_nobody_checked(checks):
    assert checks.tally(STAMP, NOW).record() == {"first": None, "count": 0}


def test_no_cookie_is_kept(checks, tmp_path):
    checks.note(STAMP, "a-cookie-that-must-not-be-kept", None, NOW)
    kept = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert b"must-not-be-kept" not in kept


@pytest.mark.parametrize(
    ("tally", "unusual"),
    [
        (Tally(UNUSUAL_COUNT, 1), False),
        (Tally(UNUSUAL_COUNT + 1, 1), True),
        (Tally(UNUSUAL_PLACES, UNUSUAL_PLACES - 1), False),
        (Tally(UNUSUAL_PLACES, UNUSUAL_PLACES), True),
    ],
)
def test_many_checks_or_many_places_are_unusual(tally, unusual):
    assert tally.unusual == unusual


@pytest.mark.parametrize(
    ("headers", "person"),
    [
        pytest.param({}, True, id="a browser"),
        pytest.param(
            {"User-Agent": "Mozilla/5.0 HeadlessChrome/140.0"}, True, id="a headless one"
        ),
        pytest.param({"User-Agent": "MicroMessenger/8.0 Mobile"}, True, id="inside a chat app"),
        pytest.param({"User-Agent": "Zalo iOS/1 Mobile"}, True, id="inside another"),
        pytest.param({"Sec-Fetch-Dest": ""}, False, id="no browser"),
        pytest.param({"Sec-Purpose": "prefetch;prerender"}, False, id="a prerender"),
        pytest.param({"User-Agent": "curl/8.5"}, False, id="a tool"),
        pytest.param({"User-Agent": "TelegramBot (like TwitterBot)"}, False, id="a preview"),
        pytest.param(
            {"User-Agent": "Mozilla/5.0 (compatible; Baiduspider/2.0)"}, False, id="spider"
        ),
    ],
)
def test_who_is_a_person(headers, person):
    assert scans.is_person(PERSON | headers) == person
