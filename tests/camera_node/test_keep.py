"""What one camera keeps: no hole in numbers, no silence that is not said."""

import itertools
from dataclasses import replace
from hashlib import sha256

import pytest

from attest.footage import manifest as manifests
from camera_node.capture.clock import Offset
from camera_node.keep import manifest, upload
from camera_node.keep.journal import Journal, Kept
from support.boxes import gop
from support.footage import CAMERA, NODE, START_MS, stored

LONGEST_MS = 10_000
MINUTE_MS = 60_000
REPORT = manifest.Report(CAMERA, NODE, Offset("http-date", 0), (), {"fixes": 0})
INIT = sha256(b"init").digest()


@pytest.fixture
def journal(tmp_path):
    opened = Journal(tmp_path / "camera-cam-1")
    yield opened
    opened.close()


def fill(journal, count, boot="boot-1"):
    """Journal segments of four seconds each, one after the other from START_MS."""
    pieces = [gop(bytes([n])) for n in range(count)]
    for row, data in zip(stored(pieces), pieces, strict=True):
        journal.add(Kept(boot, INIT, row), data)


def close_all(journal, now_ms, begun_ms=START_MS):
    closed = []
    while minute := manifest.next_minute(journal, manifest.Due(begun_ms, now_ms, LONGEST_MS)):
        closed.append(manifest.close(journal, minute, REPORT))
    return closed


def test_a_minute_is_closed_only_when_no_picture_of_it_can_come(journal):
    fill(journal, 3)
    end_ms = (START_MS // MINUTE_MS + 1) * MINUTE_MS
    assert close_all(journal, end_ms + LONGEST_MS - 1) == []
    assert [m.seq for m in close_all(journal, end_ms + LONGEST_MS)] == [0]


def test_manifests_chain_and_cover_all_time(journal):
    fill(journal, 40)
    found = close_all(journal, START_MS + 5 * MINUTE_MS)
    assert [s.seq for m in found for s in m.segments] == list(range(40))
    assert [m.seq for m in found] == list(range(len(found)))
    for before, after in itertools.pairwise(found):
        assert after.prev == sha256(before.to_bytes()).digest()
    for one in found:
        assert manifests.parse(one.to_bytes()) == one


def test_time_without_pictures_is_a_gap_with_its_reason(journal):
    fill(journal, 3)
    journal.silence_begins(START_MS + 12_000, "offline")
    found = close_all(journal, START_MS + 3 * MINUTE_MS)
    assert found[0].gaps[-1].from_ms == START_MS + 12_000
    assert {gap.reason for m in found for gap in m.gaps} == {"offline"}
    assert found[0].gaps[-1].to_ms == found[1].gaps[0].from_ms, "a silence has no hole"


def test_a_frozen_picture_is_a_gap_although_pictures_came(journal):
    fill(journal, 15)
    journal.silence_begins(START_MS + 9_000, "frozen")
    journal.silence_ends(START_MS + 29_000, "frozen")
    [first, *_] = close_all(journal, START_MS + 3 * MINUTE_MS)
    frozen = [gap for gap in first.gaps if gap.reason == "frozen"]
    assert [(g.from_ms - START_MS, g.to_ms - START_MS) for g in frozen] == [(9_000, 29_000)]
    assert first.tamper == ("frozen",)
    assert len(first.segments) >= 5


def test_another_boot_in_the_same_minute_has_a_manifest_of_its_own(journal):
    pieces = [gop(b"a"), gop(b"b"), gop(b"c")]
    for row, data, boot in zip(stored(pieces), pieces, ("one", "one", "two"), strict=True):
        journal.add(Kept(boot, INIT, row), data)
    found = close_all(journal, START_MS + 2 * MINUTE_MS)
    assert [(m.boot, len(m.segments)) for m in found[:2]] == [("one", 2), ("two", 1)]


def test_a_silence_is_noted_once_until_it_ends(journal):
    journal.silence_begins(10, "offline")
    journal.silence_begins(20, "offline")
    journal.silence_ends(30, "offline")
    journal.silence_begins(40, "offline")
    found = journal.silences(0, 100)
    assert [(gap.from_ms, gap.to_ms) for gap in found] == [(10, 30), (40, 100)]


def test_nothing_is_forgotten_before_its_manifest_is_proven(journal):
    fill(journal, 3)
    for seq in range(3):
        journal.sent(seq)
    far_ms = START_MS + 10 * MINUTE_MS
    close_all(journal, far_ms)
    assert upload.sweep(journal, far_ms) == 0
    journal.proven(0, 17, "proof")
    assert upload.sweep(journal, far_ms) == 3
    assert not journal.segment_path(1).exists()
    assert journal.last_segment().stored.seq == 2, "numbers go on"


def test_what_was_not_sent_is_not_forgotten(journal):
    fill(journal, 3)
    close_all(journal, START_MS + 10 * MINUTE_MS)
    journal.proven(0, 17, "proof")
    journal.sent(0)
    assert upload.sweep(journal, START_MS + 10 * MINUTE_MS) == 1


def test_a_stop_between_file_and_row_leaves_the_same_number_to_the_next(journal):
    [row] = stored([gop(b"lost")])
    journal.segment_path(0).write_bytes(b"half a segm")
    assert journal.last_segment() is None
    journal.add(Kept("boot-2", INIT, row), gop(b"lost"))
    assert journal.segment_path(0).read_bytes() == gop(b"lost")
    assert journal.last_segment() == Kept("boot-2", INIT, replace(row))
