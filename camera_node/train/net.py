"""The net: one description, which is both trained by torch and written as ONNX.

`describe(ops, x)` says what follows what; `Torch` does it, `export.Graph` writes it down.
"""

from typing import Protocol, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from camera_node.see.heads import GROUPS, HIGH, WIDE

X = TypeVar("X")
CLASS_COUNT = len(GROUPS)
REACH_COUNT = 4 * (max(GROUPS.values()) + 1)
RARE = -4.6  # a cell's first guess: one in a hundred


class Ops(Protocol[X]):
    """What the net is made of."""

    def conv(self, name: str, x: X, out: int, side: int = 3, stride: int = 1) -> X:
        """Return a convolution with `out` channels, padded to keep its size."""
        ...

    def relu(self, x: X) -> X:
        """Return what is above zero."""
        ...

    def add(self, a: X, b: X) -> X:
        """Return the sum."""
        ...

    def double(self, x: X) -> X:
        """Return twice the rows and columns, each value repeated."""
        ...


def describe(ops: Ops[X], x: X) -> tuple[X, X]:
    """Return the maps of certainty (before the sigmoid) and of reach for a picture."""
    x = ops.relu(ops.conv("stem1", x, 16, 3, 2))
    x = ops.relu(ops.conv("stem2", x, 32, 3, 2))
    fine = _block(ops, "fine1", x)
    middle = ops.relu(ops.conv("down2", fine, 48, 3, 2))
    for name in ("middle1", "middle2"):
        middle = _block(ops, name, middle)
    coarse = ops.relu(ops.conv("down3", middle, 80, 3, 2))
    for name in ("coarse1", "coarse2"):
        coarse = _block(ops, name, coarse)
    up = ops.double(ops.conv("coarse_out", coarse, 48, 1))
    up = ops.relu(ops.add(up, ops.conv("middle_in", middle, 48, 1)))
    up = ops.relu(ops.conv("middle_mix", up, 48))
    up = ops.double(ops.conv("middle_out", up, 40, 1))
    up = ops.relu(ops.add(up, ops.conv("fine_in", fine, 40, 1)))
    up = ops.relu(ops.conv("fine_mix", up, 40))
    return ops.conv("head_sure", up, CLASS_COUNT, 1), ops.conv("head_reach", up, REACH_COUNT, 1)


def _block(ops: Ops[X], name: str, x: X) -> X:
    width = BLOCK_WIDTH[name]
    inner = ops.relu(ops.conv(f"{name}a", x, width))
    return ops.relu(ops.add(x, ops.conv(f"{name}b", inner, width)))


BLOCK_WIDTH = {"fine1": 32, "middle1": 48, "middle2": 48, "coarse1": 80, "coarse2": 80}


class Torch(nn.Module):  # type: ignore[misc] # torch is not here when types are checked
    """The net in torch: convolutions with batch norm, heads with a bias."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = nn.ModuleDict()
        with torch.no_grad():
            self(torch.zeros(2, 3, HIGH, WIDE))  # meets every layer once and so makes it
        nn.init.constant_(self.parts["head_sure"].bias, RARE)

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """Return both maps for pictures [n, 3, high, wide] in -0.5 .. 0.5."""
        return describe(self, picture)

    def conv(self, name: str, x: Tensor, out: int, side: int = 3, stride: int = 1) -> Tensor:
        """Convolve, with a layer made when its name is first heard."""
        if name not in self.parts:
            self.parts[name] = _layer(name, x.shape[1], out, (side, stride))
        return self.parts[name](x)

    def relu(self, x: Tensor) -> Tensor:
        """Return what is above zero."""
        return functional.relu(x)

    def add(self, a: Tensor, b: Tensor) -> Tensor:
        """Return the sum."""
        return a + b

    def double(self, x: Tensor) -> Tensor:
        """Return twice the rows and columns, each value repeated."""
        return functional.interpolate(x, scale_factor=2, mode="nearest")


def _layer(name: str, wide: int, out: int, shape: tuple[int, int]) -> nn.Module:
    side, stride = shape
    if name.startswith("head_"):
        return nn.Conv2d(wide, out, side, stride, side // 2)
    plain = nn.Conv2d(wide, out, side, stride, side // 2, bias=False)
    return nn.Sequential(plain, nn.BatchNorm2d(out))
