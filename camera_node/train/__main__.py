"""`python -m camera_node.train`: train, export and score the project's detector."""

import argparse
import logging
import os
from pathlib import Path

import cv2
import torch

from . import export, fit, score

TEST_PICTURES = 400
TEST_SEED = 17


def main() -> None:
    """Train with the given seed and minutes, write the file, print its score by class."""
    ask = argparse.ArgumentParser(prog="python -m camera_node.train", description=__doc__)
    ask.add_argument("--seed", type=int, default=7)
    ask.add_argument("--minutes", type=float, default=15.0)
    ask.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    ask.add_argument("--out", type=Path, default=Path("camera_node/models/demo.onnx"))
    said = ask.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s %(step)s %(loss)s")
    torch.set_num_threads(said.threads)
    cv2.setNumThreads(1)
    said.out.write_bytes(export.to_onnx(fit.fit(said.seed, said.minutes)))
    result = score.of_file(said.out, TEST_PICTURES, TEST_SEED)
    print(f"{said.out}: {said.out.stat().st_size} bytes")  # noqa: T201 - this is a command
    for name, value in result.precision.items():
        print(f"{name:10} AP50 {value:.3f} of {result.count[name]}")  # noqa: T201
    print(f"mAP50 {result.mean():.3f} on {TEST_PICTURES} unseen pictures")  # noqa: T201


if __name__ == "__main__":
    main()
