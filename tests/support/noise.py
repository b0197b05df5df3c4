"""The shipped detector with noise for weights: it runs, and knows nothing."""

from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from camera_node.settings import MODEL


def write(path: Path, seed: int = 7) -> Path:
    """Write a model of the same shape, its weights drawn at random and as wide as before."""
    drawn = np.random.default_rng(seed)
    model = onnx.load(MODEL)
    for tensor in model.graph.initializer:
        weights = numpy_helper.to_array(tensor)
        if weights.ndim > 1:
            noise = drawn.normal(0, weights.std(), weights.shape).astype(weights.dtype)
            tensor.CopyFrom(numpy_helper.from_array(noise, tensor.name))
    onnx.save(model, path)
    return path
