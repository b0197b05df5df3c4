"""What seeing costs a node: CPU-milliseconds per frame and per camera-second, by stage.

The yardstick is the decode + inference loop alone, on the same frames in the same run. The
stand-in camera (draw, code) is shown apart, for a real camera brings its own.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import cv2

import camera_node
from camera_node.rules.findings import Config, Rules
from camera_node.scenes import coder, draw
from camera_node.scenes.day import ZONES
from camera_node.see.frames import Frame, Stream
from camera_node.see.model import Detection, Detector
from camera_node.see.motion import Gate
from camera_node.see.tamper import Frozen

DEMO = Path(camera_node.__file__).parent / "models/demo.onnx"
T = TypeVar("T")

NOON_MS = 1_764_046_800_000
STAND_IN = ("draw", "code")


class Stages:
    """Adds up the process's CPU time by stage."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()

    def time(self, stage: str, work: Callable[[], T]) -> T:
        """Do the work and book its time."""
        start = time.process_time()
        done = work()
        self.seconds[stage] += time.process_time() - start
        self.calls[stage] += 1
        return done


def main() -> None:
    """Run some seconds of four cameras through every stage and print the table."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--seconds", type=int, default=20)
    seconds = ask.parse_args().seconds
    cv2.setNumThreads(1)
    stages, detector = Stages(), Detector(DEMO)
    for zone in ZONES:
        coded = camera(stages, zone, seconds)
        node(stages, detector, coded)
    report(stages, len(ZONES) * seconds)


def camera(stages: Stages, zone: str, seconds: int) -> list[tuple[bytes, int]]:
    """Draw and code what a camera shows."""
    scene, lens = draw.scene(zone, 7), coder.Coder()
    coded = []
    for i in range(seconds * coder.RATE):
        at_ms = NOON_MS + i * 1000 // coder.RATE
        picture = stages.time("draw", lambda t=at_ms: scene.at(t)[0])
        unit = stages.time("code", lambda p=picture, t=at_ms: lens.encode(p, t * 90))
        coded.append((b"".join(b"\x00\x00\x00\x01" + nal for nal in unit.nals), at_ms))
    return coded


def node(stages: Stages, detector: Detector, coded: list[tuple[bytes, int]]) -> None:
    """Look at it as a node does, then by the bare loop."""
    stream, bare = Stream(), Stream()
    gate, frozen, rules, busy = Gate(), Frozen(), Rules(Config("zone", detector.digest)), False
    for data, at_ms in coded:
        for frame in stages.time("decode", lambda d=data, t=at_ms: stream.feed(d, t)):
            stages.time("frozen", lambda f=frame: frozen.update(f.picture, f.at_ms))
            wanted = stages.time(
                "gate", lambda f=frame, b=busy: gate.wants(f.picture, f.at_ms, b)
            )
            if wanted:
                seen = stages.time("detect", lambda f=frame: detector.detect(f.picture))
                busy = any(d.cls == "person" for d in seen)
                stages.time("rules", lambda f=frame, s=seen: rules.feed(f.at_ms, s))
    for data, at_ms in coded:
        stages.time("bare loop", lambda d=data, t=at_ms: loop(bare, detector, d, t))


def loop(
    stream: Stream, detector: Detector, data: bytes, at_ms: int
) -> list[tuple[Frame, list[Detection]]]:
    """Decode a packet and detect in its pictures: what anybody would have to do."""
    return [(f, detector.detect(f.picture)) for f in stream.feed(data, at_ms)]


def report(stages: Stages, camera_seconds: int) -> None:
    """Print the table and the ratio."""
    print(f"{'stage':10} {'calls':>6} {'ms a call':>10} {'ms a camera-second':>20}")
    for stage, spent in stages.seconds.items():
        calls, ms = stages.calls[stage], spent * 1000
        print(f"{stage:10} {calls:6} {ms / calls:10.2f} {ms / camera_seconds:20.2f}")
    bare = stages.seconds["bare loop"]
    ours = sum(s for n, s in stages.seconds.items() if n not in (*STAND_IN, "bare loop"))
    print(f"seeing is {ours / bare:.2f} of the bare decode + inference loop")
    print(f"four drawn cameras with eyes: {share(stages, camera_seconds):.0%} of one core")


def share(stages: Stages, camera_seconds: int) -> float:
    """Return the part of one core that four cameras take, drawing and coding included."""
    spent = sum(s for n, s in stages.seconds.items() if n != "bare loop")
    return 4 * spent / camera_seconds


if __name__ == "__main__":
    main()
