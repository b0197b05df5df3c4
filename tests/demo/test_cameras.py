"""What the demo writes and says is what the camera box and the stand-in cameras understand."""

from datetime import UTC, datetime

import pytest

from camera_node import settings
from camera_node.scenes.camera import CameraServer
from webapp.demo import cameras, founding, names

PORTS = {facility: 9000 + n for n, facility in enumerate(cameras.workshops())}


class Lens:
    """A camera that only listens to commands."""

    def __init__(self, refusal=None):
        self.heard = []
        self.refusal = refusal

    def parameters(self):
        return b"", b""

    def close(self):
        pass

    def command(self, name, words):
        self.heard.append((name, words))
        if self.refusal:
            raise ValueError(self.refusal)


def test_the_box_reads_the_file_that_the_demo_writes(tmp_path):
    box = cameras.Box("http://127.0.0.1:8080", "demo/keys/node.pem")
    read = settings.load(cameras.write(tmp_path, box, PORTS))
    assert read.server == "http://127.0.0.1:8080"
    assert (read.node, read.host) == (names.NODE, names.HOST)
    assert read.key == tmp_path / "demo/keys/node.pem"
    assert (read.trust, read.data) == (tmp_path / "trust.json", tmp_path)
    assert {c.id: c.zone for c in read.cameras} == {
        names.camera(name): names.zone(*place) for name, place in founding.CAMERAS.items()
    }
    assert all(camera.rules for camera in read.cameras)


def test_each_workshop_is_filmed_by_cameras_of_its_own():
    urls = [cameras.url(name, PORTS) for name in founding.CAMERAS]
    assert len(set(urls)) == len(urls)


def test_a_camera_goes_dark_for_as_long_as_it_is_told():
    lens = Lens()
    with CameraServer() as server:
        cameras.go_dark(server.add("process", lens), 20)
    assert lens.heard == [("freeze", ["20"])]


def test_a_camera_that_will_not_go_dark_is_named():
    with (
        CameraServer() as server,
        pytest.raises(OSError, match=r"/process refused to go dark.* 451 "),
    ):
        cameras.go_dark(server.add("process", Lens("no")), 20)


def test_a_camera_that_is_not_there_cannot_be_told():
    with CameraServer() as server:
        url = server.url("process")
    with pytest.raises(OSError, match="refused"):
        cameras.go_dark(url, 20)


@pytest.mark.parametrize(
    ("status", "body", "since"),
    [
        pytest.param(
            200,
            '{"segments": [{"start": "2026-11-25T10:43:36.804Z"}, {"start": "x"}]}',
            datetime(2026, 11, 25, 10, 43, 36, 804_000, UTC),
            id="the oldest segment",
        ),
        pytest.param(200, '{"segments": []}', None, id="nothing yet"),
        pytest.param(200, '{"segments": [{"start": 5}]}', None, id="no time"),
        pytest.param(200, "<html>", None, id="no JSON"),
        pytest.param(404, '{"segments": [{"start": "2026-11-25T10:43:36Z"}]}', None, id="404"),
    ],
)
def test_recording_has_begun_with_the_first_segment(status, body, since, answering):
    assert cameras.recording_since(answering(status, body), "b-process") == since


def test_a_server_that_is_away_has_no_segments():
    with CameraServer() as server:
        port = server.port
    assert cameras.recording_since(f"http://127.0.0.1:{port}", "b-process") is None
