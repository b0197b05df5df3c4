"""What a camera sent over RTSP is what is kept, to the byte; what it did not send is a gap."""

import threading
import time

import pytest

from attest.footage import manifest as manifests
from attest.footage import segment as segments
from attest.keys import PrivateKey
from camera_node.capture import source
from camera_node.capture.clock import Offset, SystemClock
from camera_node.capture.record import Recorder
from camera_node.errors import SourceError
from camera_node.keep import manifest
from camera_node.keep.journal import Journal
from camera_node.keep.sayings import Place
from camera_node.keep.upload import Identity
from camera_node.scenes import draw
from camera_node.scenes.camera import CameraServer
from camera_node.scenes.sources import Live
from support import require, slices
from support.footage import CAMERA, NODE

pytestmark = pytest.mark.integration
ME = Identity(NODE, PrivateKey.from_seed(b"node"), None)
PLACE = Place(CAMERA, "https://trace.example/zone/z")
FAR_MS = 10 * 60_000


@pytest.fixture
def journal(tmp_path):
    opened = Journal(tmp_path / "camera-cam-1")
    yield opened
    opened.close()


def record(journal, url, seconds):
    """Record for some seconds; return the GOPs that were shown on the way."""
    shown = []
    recorder = Recorder(journal, PLACE, ME, SystemClock(), shown.append)
    end = time.monotonic() + seconds
    camera = source.open_source(url)
    try:
        recorder.session(camera, lambda: time.monotonic() < end)
    except SourceError:
        pass
    finally:
        camera.close()
    return shown


def close(journal):
    begun_ms = journal.present()[-1].stored.start_ms
    report = manifest.Report(CAMERA, NODE, Offset("none", 0), (), {"fixes": 0})
    minute = manifest.next_minute(journal, manifest.Due(begun_ms, begun_ms + FAR_MS, 10_000))
    return manifest.close(journal, minute, report)


def kept_slices(journal):
    paths = [journal.segment_path(k.stored.seq) for k in reversed(journal.present())]
    return slices.of_segments([path.read_bytes() for path in paths])


def test_coded_slices_are_those_that_rtsp_sent(journal):
    sent = []
    with CameraServer() as cameras:
        url = cameras.add("raw", Live(draw.scene("raw", 7), sent.append))
        shown = record(journal, url, 9)
    kept = kept_slices(journal)
    assert len(kept) >= 40
    assert slices.is_run_of(kept, slices.of_nals(sent))
    gops = [gop for k in reversed(journal.present()) for gop in k.stored.gops]
    assert [g.digest for g in gops] == [segments.measure(s.data)[0].digest for s in shown][
        : len(gops)
    ]


def test_a_photographed_room_is_recorded_too(journal):
    video = require.shared("video/one-by-one-person-detection.mp4")
    sent = []
    with CameraServer() as cameras:
        record(journal, cameras.serve_file(video, tap=sent.append), 11)
    assert slices.is_run_of(kept_slices(journal), slices.of_nals(sent))
    found = close(journal)
    assert manifests.parse(found.to_bytes()) == found
    assert [s.seq for s in found.segments] == list(range(len(found.segments)))
    for kept in journal.present():
        data = journal.segment_path(kept.stored.seq).read_bytes()
        _, said = segments.parse(kept.stored.statement)
        segments.check_bytes(said, data)


def test_a_camera_that_is_silent_for_seconds_leaves_a_signed_gap(journal):
    with CameraServer() as cameras:
        live = Live(draw.scene("raw", 7))
        url = cameras.add("raw", live)
        threading.Timer(5, live.freeze, [3]).start()
        record(journal, url, 14)
    gaps = [gap for gap in close(journal).gaps if gap.reason == "offline"]
    assert len(gaps) == 1
    assert 2_000 <= gaps[0].to_ms - gaps[0].from_ms <= 5_000


def test_a_camera_that_is_gone_is_said_to_be(journal):
    with CameraServer() as cameras:
        live = Live(draw.scene("raw", 7))
        url = cameras.add("raw", live)
        threading.Timer(3, live.freeze, [60]).start()
        began = time.monotonic()
        record(journal, url, 60)
    assert time.monotonic() - began < 20, "a silent camera is noticed within its timeout"


def test_no_camera_is_a_refusal_with_its_reason():
    with pytest.raises(SourceError, match="cannot be opened"):
        source.open_source("rtsp://127.0.0.1:9/none", 1.0)
