"""The shipped detector: small, good on scenes it never saw, and known by its digest."""

import hashlib
import tomllib
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

import camera_node
from camera_node.scenes import coder, draw
from camera_node.scenes.truth import CLASSES
from camera_node.see import heads
from camera_node.see.frames import PictureError, Stream, of_segment
from camera_node.see.model import Detector, ModelError, fitted
from camera_node.see.motion import Gate
from camera_node.see.tamper import Frozen
from camera_node.train import score

MODELS = Path(camera_node.__file__).parent / "models"
DEMO = MODELS / "demo.onnx"
NOON_MS = 1_764_046_800_000


@pytest.fixture(scope="module")
def detector():
    return Detector(DEMO)


@pytest.fixture(scope="module")
def noise(tmp_path_factory):
    """Return the shipped net with weights of noise as large as the real ones."""
    model = onnx.load(DEMO)
    rng = np.random.default_rng(1)
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.ndim == 4:
            drawn = rng.normal(0, values.astype(np.float32).std(), values.shape)
            tensor.CopyFrom(numpy_helper.from_array(drawn.astype(values.dtype), tensor.name))
    path = tmp_path_factory.mktemp("noise") / "noise.onnx"
    onnx.save(model, path)
    return path


def test_it_finds_what_is_there_in_workshops_it_never_saw():
    result = score.of_file(DEMO, pictures=60, seed=99)
    assert result.mean() >= 0.8
    assert set(result.precision) == set(CLASSES)
    assert min(result.precision.values()) >= 0.6


def test_the_score_of_noise_is_next_to_nothing(noise):
    assert score.of_file(noise, pictures=10, seed=99).mean() < 0.2


def test_its_weights_are_at_most_a_megabyte():
    assert sum(p.stat().st_size for p in MODELS.glob("*.onnx")) <= 1_000_000


def test_the_catalogue_names_the_file_that_is_there():
    entries = tomllib.loads((MODELS / "catalog.toml").read_text(encoding="utf-8"))["model"]
    entry = next(e for e in entries if e["file"] == DEMO.name)
    assert entry["sha256"] == hashlib.sha256(DEMO.read_bytes()).hexdigest()
    assert tuple(entry["classes"]) == CLASSES
    assert entry["licence"] == "Apache-2.0"


def test_its_digest_is_that_of_its_file(detector, noise):
    assert detector.digest == hashlib.sha256(DEMO.read_bytes()).digest()
    assert Detector(noise).digest != detector.digest


def test_it_sees_the_same_in_the_same_picture(detector):
    picture = draw.scene("raw", 7).at(NOON_MS + 40_000)[0]
    assert detector.detect(picture) == Detector(DEMO).detect(picture) != []


def test_a_picture_of_another_size_gives_boxes_of_that_picture(detector):
    picture, things = draw.scene("raw", 7).at(NOON_MS + 40_000)
    large = picture.repeat(2, axis=0).repeat(2, axis=1)
    people = [d.box for d in detector.detect(large) if d.cls == "person"]
    for thing in (t for t in things if t.cls == "person"):
        box = tuple(2 * side for side in thing.box)
        assert any(heads.overlap(box, p) > 0.5 for p in people)


def test_a_small_and_a_tall_picture_fit_into_the_net():
    assert fitted(np.zeros((180, 320, 3), np.uint8))[1] == 1
    small, scale = fitted(np.full((1_000, 10, 3), 9, np.uint8))
    assert small.shape == (heads.HIGH, heads.WIDE, 3)
    assert scale == 1_000 / heads.HIGH


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x08\x09" * 500, id="rubbish"),
        pytest.param(DEMO.read_bytes()[:-1_000], id="cut off"),
    ],
)
def test_a_file_that_is_no_detector_is_refused(tmp_path, data):
    path = tmp_path / "bad.onnx"
    path.write_bytes(data)
    with pytest.raises(ModelError, match=r"bad\.onnx"):
        Detector(path)


@pytest.mark.parametrize(
    "names", ["", "person", "person,cat", ",".join(reversed(CLASSES)) + ",x"]
)
def test_a_model_of_other_classes_is_refused(tmp_path, names):
    model = onnx.load(DEMO)
    onnx.helper.set_model_props(model, {"classes": names})
    path = tmp_path / "other.onnx"
    onnx.save(model, path)
    with pytest.raises(ModelError, match="classes"):
        Detector(path)


def coded(count, still=False):
    scene, lens = draw.scene("raw", 7), coder.Coder()
    for i in range(count):
        unit = lens.encode(scene.at(NOON_MS + (0 if still else i * 100))[0], i * 9_000)
        yield b"".join(b"\x00\x00\x00\x01" + nal for nal in unit.nals), NOON_MS + i * 100


def test_five_pictures_a_second_are_looked_at():
    stream = Stream()
    times = [f.at_ms for data, at_ms in coded(40) for f in stream.feed(data, at_ms)]
    assert times == list(range(NOON_MS, NOON_MS + 4_000, 200))


@pytest.mark.parametrize("data", [b"", b"\x00" * 900, b"\x00\x00\x00\x18ftypiso5" + b"x" * 60])
def test_a_segment_of_rubbish_is_refused(data):
    with pytest.raises(PictureError):
        list(of_segment(b"", data, NOON_MS))


def frozen_since(still):
    stream, frozen = Stream(), Frozen()
    frames = [f for data, at_ms in coded(100, still) for f in stream.feed(data, at_ms)]
    return [frozen.update(f.picture, f.at_ms) for f in frames][-1]


def test_a_still_picture_is_frozen_though_it_is_coded_anew():
    assert frozen_since(still=True) is not None
    assert frozen_since(still=False) is None


def test_a_quiet_room_is_looked_at_once_a_second_and_a_busy_one_always():
    picture = np.full((360, 640, 3), 90, np.uint8)
    gate = Gate()
    looks = [gate.wants(picture, NOON_MS + i * 200, busy=False) for i in range(11)]
    assert looks == [i % 5 == 0 for i in range(11)]
    assert gate.wants(picture, NOON_MS + 2_200, busy=True)
    moved = picture.copy()
    moved[100:200, 100:160] = 250
    assert gate.wants(moved, NOON_MS + 2_400, busy=False)
