"""The detector: one ONNX file, one thread, pictures in, named boxes out.

A detection is in whole pixels of the picture and thousandths of certainty, so that recorded
detections replay to exactly the same violations.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from camera_node.errors import CameraError

from . import heads
from .heads import GROUPS, HIGH, WIDE

Picture = NDArray[np.uint8]
LEAST = 0.3  # certainty below which nothing is reported


class ModelError(CameraError):
    """The file is not a detector that this node can run."""

    code = "camera-model"


@dataclass(frozen=True, slots=True)
class Detection:
    """One thing seen: class, score in 0..1 (three decimals), box (x0, y0, x1, y1) in pixels."""

    cls: str
    score: float
    box: tuple[int, int, int, int]


class Detector:
    """A loaded model; `digest` is the SHA-256 of its file and names it in evidence."""

    def __init__(self, path: Path, least: float = LEAST) -> None:
        """Load the file; raises ModelError when it is no detector of known classes."""
        data = path.read_bytes()
        self.digest = hashlib.sha256(data).digest()
        self._least = least
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                data, options, providers=["CPUExecutionProvider"]
            )
        except Exception as e:  # onnxruntime's errors share no other base
            raise ModelError(f"{path.name} is not a model that onnxruntime can run: {e}") from e
        self.classes = _classes(self._session, path.name)

    def detect(self, frame: Picture) -> list[Detection]:
        """Return what is seen in a BGR picture of any size, the surest first."""
        small, scale = fitted(frame)
        sure, reach = self._session.run(["sure", "reach"], {"picture": small[None]})
        found = heads.decode(sure[0], reach[0], self.classes, self._least)
        high, wide = frame.shape[:2]
        seen = (
            Detection(cls, round(score, 3), _pixels(box, scale, (wide, high)))
            for cls, score, box in found
        )
        return [d for d in seen if d.box[0] < d.box[2] and d.box[1] < d.box[3]]


def fitted(frame: Picture) -> tuple[Picture, float]:
    """Return the picture scaled into the net's upper left corner, and pixels per its pixel."""
    high, wide = frame.shape[:2]
    scale = max(wide / WIDE, high / HIGH)
    size = (min(WIDE, round(wide / scale)), min(HIGH, round(high / scale)))
    ground: Picture = np.zeros((HIGH, WIDE, 3), np.uint8)
    if size == (wide, high):
        ground[: size[1], : size[0]] = frame
    else:
        ground[: size[1], : size[0]] = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
    return ground, scale


def _classes(session: onnxruntime.InferenceSession, name: str) -> tuple[str, ...]:
    classes = tuple(session.get_modelmeta().custom_metadata_map.get("classes", "").split(","))
    shapes = {i.name: list(i.shape) for i in (*session.get_inputs(), *session.get_outputs())}
    rows, cols = HIGH // heads.STRIDE, WIDE // heads.STRIDE
    wanted = {
        "picture": [1, HIGH, WIDE, 3],
        "sure": [1, len(classes), rows, cols],
        "reach": [1, 4 * (max(GROUPS.values()) + 1), rows, cols],
    }
    if shapes != wanted or not set(classes) <= set(GROUPS):
        raise ModelError(f"{name} has {shapes} and classes {classes}, not {wanted}")
    return classes


def _pixels(box: heads.Box, scale: float, size: tuple[int, int]) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = (round(side * scale) for side in box)
    wide, high = size
    return max(0, x0), max(0, y0), min(wide, x1), min(high, y1)
