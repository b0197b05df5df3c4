"""A box whose clock, disk, key or settings are wrong says so, and never bends its recording."""

import itertools
import threading
import time
from hashlib import sha256
from io import BytesIO

import av
import pytest
from click.testing import CliRunner

from attest.client.server import Server
from attest.errors import MalformedError
from attest.footage import manifest as manifests
from attest.keys import PrivateKey
from camera_node import settings
from camera_node.capture import fragment
from camera_node.capture.clock import NS, Offset, SystemClock, offset_from_date
from camera_node.cli import camera
from camera_node.errors import SettingsError
from camera_node.keep import manifest
from camera_node.keep.journal import Journal
from camera_node.keep.upload import Identity
from camera_node.node import Node, Outside
from camera_node.scenes import draw
from camera_node.scenes.camera import CameraServer
from camera_node.scenes.sources import Live
from camera_node.settings import Camera, Settings
from support import clip, honest
from support.footage import CAMERA, NODE

AWAY = "http://127.0.0.1:9"
HOUR_MS = 3_600_000
START_MS = 1_795_000_020_000


class Times:
    """A wall clock that can be set, and a steady one that only goes on; both in ms."""

    def __init__(self, wall_ms=START_MS):
        self.wall_ms, self.steady_ms = wall_ms, 0

    def clock(self, not_before_ms=0):
        return SystemClock(
            not_before_ms, lambda: self.wall_ms * NS, lambda: self.steady_ms * NS
        )

    def pass_ms(self, ms):
        self.wall_ms += ms
        self.steady_ms += ms


def test_a_clock_that_is_right_is_followed():
    times = Times()
    clock = times.clock()
    for _ in range(5):
        times.pass_ms(1000)
        assert clock.now_ms() == times.wall_ms


@pytest.mark.parametrize("back_ms", [1, 5_000, HOUR_MS, START_MS], ids=str)
def test_a_clock_set_back_goes_on_and_lets_the_machine_catch_up(back_ms):
    times = Times()
    clock = times.clock()
    times.wall_ms -= back_ms
    seen = []
    for _ in range(600):
        times.pass_ms(1000)
        seen.append(clock.now_ms())
    assert all(b > a for a, b in itertools.pairwise(seen)), (
        "it never stands and never goes back"
    )
    assert all(b - a >= 994 for a, b in itertools.pairwise(seen)), "recording does not wait"
    ahead = seen[-1] - times.wall_ms
    assert max(0, back_ms - 3_100) <= ahead <= max(0, back_ms - 2_900), "half a percent slower"


def test_a_clock_that_jumps_forward_is_followed_at_once():
    times = Times(0)  # a box without a battery begins in 1970
    clock = times.clock()
    times.wall_ms = START_MS
    assert clock.now_ms() == START_MS


def test_after_a_restart_time_begins_behind_the_newest_footage():
    times = Times()
    clock = times.clock(START_MS + HOUR_MS)
    assert clock.now_ms() == START_MS + HOUR_MS
    assert clock.ahead_ms == HOUR_MS


@pytest.mark.parametrize("header", ["", "yesterday", "0", "Wed, 99 Nov 2026 10:00:00 GMT"])
def test_a_date_that_is_none_says_nothing_about_our_clock(header):
    assert offset_from_date(header, START_MS) is None


def write_settings(folder, **changes):
    said = {
        "server": '"http://127.0.0.1:9"',
        "node": f'"{NODE}"',
        "host": '"https://trace.example"',
        "key": '"node.pem"',
        "trust": '"trust.json"',
        "data": '"."',
    } | changes
    lines = [f"{name} = {value}" for name, value in said.items()]
    lines += ["[[camera]]", f'id = "{CAMERA}"', 'zone = "https://trace.example/zone/z"']
    path = folder / "camera.toml"
    path.write_text("\n".join([*lines, 'url = "rtsp://127.0.0.1:9/none"']), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("minute_s", "0"),
        ("minute_s", "61"),
        ("minute_s", "true"),
        ("keep_minutes", "-1"),
        ("keep_minutes", '"7"'),
        ("minut_s", "60"),
        ("server", '"not a uri"'),
    ],
)
def test_a_setting_that_means_nothing_is_refused_by_its_name(tmp_path, name, value):
    with pytest.raises(SettingsError, match="not a uri" if name == "server" else name):
        settings.load(write_settings(tmp_path, **{name: value}))


def test_a_manifest_covers_a_minute_unless_a_test_says_less(tmp_path):
    assert settings.load(write_settings(tmp_path)).minute_s == 60
    assert settings.load(write_settings(tmp_path, minute_s="5")).minute_s == 5


def lay_key(folder, data, mode):
    (folder / "node.pem").write_bytes(data)
    (folder / "node.pem").chmod(mode)


PEM = PrivateKey.from_seed(b"node").to_pem()
TRUST = honest.TRUST.to_bytes()


@pytest.mark.parametrize(
    "command", [("run",), ("record", "--camera", "cam-1")], ids=["run", "record"]
)
@pytest.mark.parametrize(
    ("pem", "mode", "pins", "said"),
    [
        pytest.param(None, 0o600, TRUST, "node.pem", id="no key"),
        pytest.param(PEM, 0o644, TRUST, "chmod 600", id="key open to others"),
        pytest.param(b"", 0o600, TRUST, "node.pem", id="empty key"),
        pytest.param(PEM[:60], 0o600, TRUST, "node.pem", id="half a key"),
        pytest.param(PEM, 0o600, None, "trust.json", id="no trust"),
        pytest.param(PEM, 0o600, b"{}", "trust.json", id="empty trust"),
        pytest.param(PEM, 0o600, b"\xff\xfe", "trust.json", id="trust of no text"),
    ],
)
def test_a_key_or_trust_that_cannot_be_read_is_said_once(
    tmp_path, command, pem, mode, pins, said
):
    config = write_settings(tmp_path)
    if pem is not None:
        lay_key(tmp_path, pem, mode)
    if pins is not None:
        (tmp_path / "trust.json").write_bytes(pins)
    done = CliRunner().invoke(camera, [*command, "--config", str(config)])
    assert done.exit_code == 1
    assert said in done.output
    assert "Traceback" not in done.output
    assert isinstance(done.exception, SystemExit)


def test_a_model_that_is_none_is_said_in_a_sentence(tmp_path):
    config = write_settings(tmp_path, model='"noise.onnx"')
    lay_key(tmp_path, PEM, 0o600)
    (tmp_path / "trust.json").write_bytes(TRUST)
    (tmp_path / "noise.onnx").write_bytes(b"no model")
    asked = ["record", "--camera", "cam-1", "--config", str(config)]
    done = CliRunner().invoke(camera, asked)
    assert done.exit_code == 1
    assert "noise.onnx" in done.output


class Blind:
    """Eyes that look at nothing."""

    model = sha256(b"model").digest()
    frames = dropped = 0

    def show(self, recorded):
        pass

    def run(self, stop):
        stop.wait()


def outside(folder, url):
    hung = Camera(CAMERA, "https://trace.example/zone/z", url)
    said = Settings(
        AWAY,
        NODE,
        "https://trace.example",
        folder / "node.pem",
        folder / "trust.json",
        folder,
        (hung,),
    )
    me = Identity(NODE, PrivateKey.from_seed(b"node"), honest.TRUST)
    return Outside(said, hung, me, SystemClock(), lambda: Server(AWAY))


@pytest.mark.integration
def test_a_disk_that_was_full_is_a_signed_gap_and_recording_goes_on(tmp_path):
    with CameraServer() as cameras:
        node = Node(outside(tmp_path, cameras.add("raw", Live(draw.scene("raw", 7)))), Blind())
        running = threading.Thread(target=node.run)
        running.start()
        journal = Journal(tmp_path / "camera-cam-1")
        wait_for(journal.last_segment)
        full = journal.segment_path(journal.last_segment().stored.seq + 1)
        part = full.with_name(full.name + ".part")
        part.symlink_to("/dev/full")
        wait_for(lambda: journal.silences(0, 2**60))
        part.unlink()
        wait_for(full.exists)
        node.stop.set()
        running.join(15)
    begun_ms = int(journal.fact("begun"))
    due = manifest.Due(begun_ms, begun_ms + HOUR_MS, 10_000)
    report = manifest.Report(CAMERA, NODE, Offset("none", 0), (), {})
    closed = []
    while (minute := manifest.next_minute(journal, due)) and minute.kept:
        closed.append(manifest.close(journal, minute, report))
    rows = [row for m in closed for row in m.segments]
    assert [row.seq for row in rows] == list(range(len(rows))), "no number is skipped"
    assert any(gap.reason == "disk" for m in closed for gap in m.gaps)
    assert all(manifests.parse(m.to_bytes()) == m for m in closed)
    journal.close()


def wait_for(found, seconds=30):
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.1)


def test_a_camera_that_never_sends_a_key_frame_again_fills_no_memory():
    init, gops = clip.encode(2)
    with av.open(BytesIO(init + b"".join(gops))) as file:
        packets = [packet for packet in file.demux(video=0) if packet.size]
        longest = sum(packet.size for packet in packets[: clip.GOP])
        cutter = fragment.Fragmenter(file.streams.video[0], 1, most=longest - 1)
        with pytest.raises(MalformedError, match="a gop of more than"):
            list(itertools.chain.from_iterable(map(cutter.push, packets[: clip.GOP])))
        cutter.close()
