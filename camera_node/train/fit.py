"""Training: drawn examples in, weights out, for a given number of minutes."""

import copy
import logging
import math
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from camera_node.scenes.day import luck

from . import data
from .net import Torch

log = logging.getLogger(__name__)

BATCH = 16
PEAK_RATE = 3e-3
KEEP = 0.998  # of the running mean of the weights, each step
BOX_SHARE = 1.5


@dataclass(frozen=True, slots=True)
class Batch:
    """Pictures and targets of some examples, as tensors."""

    pictures: Tensor
    sure: Tensor
    edges: Tensor
    weight: Tensor


def fit(seed: int, minutes: float, clock: Callable[[], float] = time.monotonic) -> Torch:
    """Train from nothing for `minutes`; returns the mean net in evaluation mode."""
    torch.manual_seed(seed)
    net = Torch().to(memory_format=torch.channels_last)
    mean: Torch = copy.deepcopy(net).eval()
    tune = torch.optim.AdamW(net.parameters(), PEAK_RATE, weight_decay=1e-3)
    stop, batches = threading.Event(), queue.Queue[Batch](8)
    threading.Thread(target=_draw, args=(seed, batches, stop), daemon=True).start()
    start, step = clock(), 0
    while (part := (clock() - start) / (60 * minutes)) < 1:
        rate = PEAK_RATE * min(1.0, (step + 1) / 100) * (0.5 + 0.5 * math.cos(math.pi * part))
        for group in tune.param_groups:
            group["lr"] = rate
        loss = _loss(net, batches.get())
        tune.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 10)
        tune.step()
        _average(mean, net, min(KEEP, step / (step + 20)))
        step += 1
        if step % 100 == 0:
            log.info("trained", extra={"step": step, "loss": round(float(loss.detach()), 3)})
    stop.set()
    return mean


def _draw(seed: int, batches: "queue.Queue[Batch]", stop: threading.Event) -> None:
    rng = np.random.default_rng(seed)
    while not stop.is_set():
        made = _batch(rng)
        while not stop.is_set():
            try:
                batches.put(made, timeout=1)
                break
            except queue.Full:
                continue


def _batch(rng: np.random.Generator) -> Batch:
    pictures, wanted = [], []
    for _ in range(BATCH):
        picture, truths = data.example(rng, data.TRAIN_SEEDS)
        if luck(rng, 0.5):
            picture, truths = data.flipped(picture, truths)
        pictures.append(data.worn(data.small(picture), rng))
        wanted.append(data.targets(truths))
    stacked = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)
    return Batch(
        (stacked.float() / 255 - 0.5).contiguous(memory_format=torch.channels_last),
        torch.from_numpy(np.stack([w.sure for w in wanted])),
        torch.from_numpy(np.stack([w.edges for w in wanted])),
        torch.from_numpy(np.stack([w.weight for w in wanted])),
    )


def _loss(net: Torch, batch: Batch) -> Tensor:
    sure, reach = net(batch.pictures)
    return _certainty_loss(sure, batch.sure) + BOX_SHARE * _box_loss(reach, batch)


def _certainty_loss(logits: Tensor, wanted: Tensor) -> Tensor:
    """Return the focal loss of CornerNet: cells near a middle are blamed less."""
    guess = torch.sigmoid(logits)
    here = wanted.eq(1)
    good = functional.logsigmoid(logits) * (1 - guess) ** 2 * here
    bad = functional.logsigmoid(-logits) * guess**2 * (1 - wanted) ** 4 * ~here
    return -(good.sum() + bad.sum()) / here.sum().clamp(min=1)


def _box_loss(reach: Tensor, batch: Batch) -> Tensor:
    """Return 1 - generalised overlap of boxes, over the cells near a middle."""
    n, _, rows, cols = reach.shape
    out = reach.view(n, -1, 4, rows, cols).clamp(-4, 5).exp()
    xs = torch.arange(cols).view(1, 1, 1, cols) + 0.5
    ys = torch.arange(rows).view(1, 1, rows, 1) + 0.5
    guess = (xs - out[:, :, 0], ys - out[:, :, 1], xs + out[:, :, 2], ys + out[:, :, 3])
    true = tuple(batch.edges[:, :, i] for i in range(4))
    cross = _area(_inner(guess, true))
    both = _area(guess) + _area(true) - cross
    hull = _area(_outer(guess, true))
    score = cross / both.clamp(min=1e-6) - (hull - both) / hull.clamp(min=1e-6)
    return ((1 - score) * batch.weight).sum() / batch.weight.sum().clamp(min=1)


Sides = tuple[Tensor, ...]


def _area(box: Sides) -> Tensor:
    return (box[2] - box[0]).clamp(min=0) * (box[3] - box[1]).clamp(min=0)


def _inner(a: Sides, b: Sides) -> Sides:
    least, most = torch.minimum, torch.maximum
    return most(a[0], b[0]), most(a[1], b[1]), least(a[2], b[2]), least(a[3], b[3])


def _outer(a: Sides, b: Sides) -> Sides:
    least, most = torch.minimum, torch.maximum
    return least(a[0], b[0]), least(a[1], b[1]), most(a[2], b[2]), most(a[3], b[3])


def _average(mean: Torch, net: Torch, keep: float) -> None:
    pairs = zip(mean.state_dict().values(), net.state_dict().values(), strict=True)
    with torch.no_grad():
        for kept, new in pairs:
            if kept.dtype.is_floating_point:
                kept.mul_(keep).add_(new, alpha=1 - keep)
            else:
                kept.copy_(new)
