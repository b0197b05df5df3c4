"""From the drawn scene to the finding: the whole way that a picture takes, without a clock."""

import dataclasses
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

import camera_node
from camera_node.rules.findings import Config, Rules
from camera_node.scenes import coder, draw
from camera_node.scenes.day import Habits
from camera_node.see.frames import Stream
from camera_node.see.model import Detector

DEMO = Path(camera_node.__file__).parent / "models/demo.onnx"
NOON_MS = 1_764_046_800_000
CALM = Habits(0, 0, 0, 0, 0)


def found(model, scene, seconds):
    """Return what a node with this model would find in a scene, through H.264."""
    detector, lens, stream = Detector(model), coder.Coder(), Stream()
    rules = Rules(Config("zone", detector.digest))
    findings = []
    for i in range(seconds * coder.RATE):
        at_ms = NOON_MS + i * 100
        unit = lens.encode(scene.at(at_ms)[0], at_ms * 90)
        coded = b"".join(b"\x00\x00\x00\x01" + nal for nal in unit.nals)
        for frame in stream.feed(coded, at_ms):
            findings += rules.feed(frame.at_ms, detector.detect(frame.picture))
    return findings


@pytest.mark.parametrize("what", ["no-hat", "no-mask"])
def test_a_guest_who_breaks_a_rule_is_found_within_ten_seconds(what):
    scene = draw.scene("raw", 41, CALM).force(what, NOON_MS + 2_000, NOON_MS + 32_000)
    findings = found(DEMO, scene, 24)
    assert [f.rule for f in findings] == [what]
    assert NOON_MS + 2_000 <= findings[0].from_ms < findings[0].to_ms <= NOON_MS + 12_000


def test_a_workshop_that_keeps_the_rules_is_left_alone():
    assert found(DEMO, draw.scene("process", 43, CALM), 30) == []


@pytest.mark.parametrize("seed", range(3))
def test_weights_of_noise_find_nothing_and_have_another_digest(tmp_path, seed):
    model = onnx.load(DEMO)
    rng = np.random.default_rng(seed)
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.ndim == 4:
            drawn = rng.normal(0, values.astype(np.float32).std(), values.shape)
            tensor.CopyFrom(numpy_helper.from_array(drawn.astype(values.dtype), tensor.name))
    noise = tmp_path / "noise.onnx"
    onnx.save(model, noise)
    scene = draw.scene("raw", 41, dataclasses.replace(CALM, no_hat=1, no_mask=1))
    assert found(noise, scene.force("no-hat", NOON_MS, NOON_MS + 30_000), 12) == []
    assert Detector(noise).digest != Detector(DEMO).digest
