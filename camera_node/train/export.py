"""The trained net as one ONNX file: batch norm folded, weights in half precision.

The file takes a picture as it is, [1, 192, 320, 3] bytes in BGR, so that nobody can prepare it
wrongly, and names its classes in its metadata.
"""

from dataclasses import dataclass, field

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from camera_node.scenes.truth import CLASSES
from camera_node.see.heads import HIGH, STRIDE, WIDE

from . import net
from .net import REACH_COUNT, Torch

OPSET = 17
IR = 9


@dataclass
class Graph:
    """Writes the net down: each operation adds its node and returns its output's name."""

    weights: dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    stored: list[onnx.TensorProto] = field(default_factory=list)

    def conv(self, name: str, x: str, out: int, side: int = 3, stride: int = 1) -> str:
        """Write a convolution with its folded weights."""
        weight, bias = self.weights[name]
        if weight.shape[0] != out:
            raise ValueError(f"layer {name} has {weight.shape[0]} outputs, not {out}")
        inputs = [x, self._half(f"{name}.w", weight), self._half(f"{name}.b", bias)]
        return self._node(
            "Conv",
            inputs,
            kernel_shape=[side, side],
            strides=[stride, stride],
            pads=[side // 2] * 4,
        )

    def relu(self, x: str) -> str:
        """Write what cuts off below zero."""
        return self._node("Relu", [x])

    def add(self, a: str, b: str) -> str:
        """Write a sum."""
        return self._node("Add", [a, b])

    def double(self, x: str) -> str:
        """Write what repeats rows and columns."""
        scales = self._store("scales", np.array([1, 1, 2, 2], np.float32))
        return self._node(
            "Resize",
            [x, "", scales],
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )

    def picture(self, x: str) -> str:
        """Turn bytes [1, high, wide, 3] into numbers -0.5 .. 0.5, [1, 3, high, wide]."""
        plain = self._node("Cast", [x], to=TensorProto.FLOAT)
        turned = self._node("Transpose", [plain], perm=[0, 3, 1, 2])
        scaled = self._node("Mul", [turned, self._store("unit", np.float32(1 / 255))])
        return self._node("Add", [scaled, self._store("middle", np.float32(-0.5))])

    def name(self, x: str, kind: str, name: str) -> None:
        """Write the last operation of an output that others know by name."""
        self.nodes.append(helper.make_node(kind, [x], [name]))

    def _half(self, name: str, value: NDArray[np.float32]) -> str:
        small = self._store(name, value.astype(np.float16))
        return self._node("Cast", [small], to=TensorProto.FLOAT)

    def _store(self, name: str, value: NDArray[np.generic] | np.generic) -> str:
        if all(t.name != name for t in self.stored):
            self.stored.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def _node(self, kind: str, inputs: list[str], **settings: int | str | list[int]) -> str:
        output = f"v{len(self.nodes)}"
        node = helper.make_node(kind, inputs, [output])
        node.attribute.extend(helper.make_attribute(n, v) for n, v in settings.items())
        self.nodes.append(node)
        return output


def to_onnx(trained: Torch) -> bytes:
    """Return the net as the bytes of an ONNX file, checked."""
    graph = Graph({name: _folded(part) for name, part in trained.parts.items()})
    sure, reach = net.describe(graph, graph.picture("picture"))
    graph.name(sure, "Sigmoid", "sure")
    graph.name(reach, "Identity", "reach")
    rows, cols = HIGH // STRIDE, WIDE // STRIDE
    whole = helper.make_graph(
        graph.nodes,
        "nguon-eyes",
        [helper.make_tensor_value_info("picture", TensorProto.UINT8, [1, HIGH, WIDE, 3])],
        [
            helper.make_tensor_value_info(
                "sure", TensorProto.FLOAT, [1, len(CLASSES), rows, cols]
            ),
            helper.make_tensor_value_info(
                "reach", TensorProto.FLOAT, [1, REACH_COUNT, rows, cols]
            ),
        ],
        graph.stored,
    )
    model = helper.make_model(
        whole, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR
    )
    helper.set_model_props(model, {"classes": ",".join(CLASSES)})
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def _folded(part: nn.Module) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    if isinstance(part, nn.Conv2d):
        return part.weight.detach().numpy(), part.bias.detach().numpy()
    conv, norm = part[0], part[1]
    gain = (norm.weight / (norm.running_var + norm.eps).sqrt()).detach()
    weight = conv.weight.detach() * gain.view(-1, 1, 1, 1)
    bias = norm.bias.detach() - norm.running_mean * gain
    return weight.numpy(), bias.numpy()
