"""Goal 7's shape: CPU-milliseconds per camera-second of everything a node does, by stage.

    PYTHONPATH=. .venv/bin/python bench/camera.py [--seconds 60]

A drawn stream is coded once (not counted, a camera brings its own pictures) and then goes the
node's whole way: demux, fragment, hash, sign, write, minute; decode, frozen, gate, detect,
rules. The yardstick is the bare decode + inference loop on the same frames in the same run.
Demuxing is from a file in memory: RTP in TCP costs some milliseconds more. Sending is not in
the table.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import av
import cv2

from attest import cid
from attest.footage import segment as segments
from attest.footage.manifest import Stored
from attest.footage.segment import Segment
from attest.keys import PrivateKey
from camera_node.capture.clock import Offset
from camera_node.capture.fragment import Fragmenter
from camera_node.capture.source import Source
from camera_node.keep import manifest
from camera_node.keep.journal import Journal, Kept
from camera_node.rules.findings import Config, Rules
from camera_node.scenes import coder, draw
from camera_node.scenes.truth import HEIGHT, WIDTH
from camera_node.see import frames
from camera_node.see.model import Detector
from camera_node.see.motion import Gate
from camera_node.see.tamper import Frozen
from camera_node.settings import MODEL

START_MS = 1_764_046_800_000
CAMERA, NODE = "https://trace.example/camera/cam-1", "https://trace.example/node/n-1"
SEGMENT_MS = 4_000
ATTESTATION = ("hash", "sign", "minute")
YARDSTICK = "bare loop"
GOAL = 0.02
T = TypeVar("T")


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


class Keeping:
    """Hashes, signs and journals segments as a node's recorder does, stage by stage."""

    def __init__(self, stages: Stages, journal: Journal) -> None:
        self._stages = stages
        self._journal = journal
        self._key = PrivateKey.generate()
        self._seq = 0
        self._prev: bytes | None = None

    def keep(self, init: bytes, data: bytes, start_ms: int, end_ms: int) -> None:
        """Keep one segment."""
        time = self._stages.time
        gops, digest, name, root = time("hash", lambda: _hashes(init, data))
        said = Segment(
            f"urn:uuid:00000000-0000-4000-8000-{self._seq:012d}",
            CAMERA,
            "boot-1",
            self._seq,
            root,
            start_ms,
            end_ms,
            gops,
            self._prev,
        )
        signed = time("sign", lambda: segments.sign(said, self._key, NODE, start_ms // 1000))
        times = (start_ms, end_ms)
        row = Stored(self._seq, *times, name, digest, len(data), gops, signed.data)
        time("write", lambda: self._write(init, root, row, data))
        self._seq, self._prev = self._seq + 1, sha256(signed.data).digest()

    def close(self, end_ms: int) -> None:
        """Close the minutes up to a time."""
        report = manifest.Report(CAMERA, NODE, Offset("none", 0), (sha256(b"").digest(),), {})
        due = manifest.Due(START_MS, end_ms + 70_000, 10_000)
        while (minute := manifest.next_minute(self._journal, due)) and minute.kept:
            self._stages.time("minute", lambda m=minute: self._say(m, report))

    def _write(self, init: bytes, root: bytes, row: Stored, data: bytes) -> None:
        self._journal.keep_init(root, init)
        self._journal.add(Kept("boot-1", root, row), data)

    def _say(self, minute: manifest.Minute, report: manifest.Report) -> None:
        """Close a minute; its entry's signature is one more, as long as a segment's."""
        closed = manifest.close(self._journal, minute, report)
        self._key.sign(closed.to_bytes())


def main() -> None:
    """Run a drawn stream the node's whole way and print the table."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--seconds", type=int, default=60)
    seconds = ask.parse_args().seconds
    cv2.setNumThreads(1)
    stages = Stages()
    coded = film(seconds)
    detector = Detector(MODEL)
    with tempfile.TemporaryDirectory() as folder:
        keeping = Keeping(stages, Journal(Path(folder) / "camera-cam-1"))
        shown = record(stages, keeping, coded)
    look(stages, detector, shown)
    bare(stages, detector, shown)
    report(stages, (shown[-1][3] - shown[0][2]) / 1000, len(coded))


def film(seconds: int) -> bytes:
    """Draw and code so many seconds of a workshop as a camera would send them."""
    scene, lens, sink = draw.scene("process", 7), coder.Coder(), BytesIO()
    with av.open(sink, "w", format="mpegts") as out:
        stream = out.add_stream("h264", rate=coder.RATE)
        stream.width, stream.height = WIDTH, HEIGHT
        for at in range(seconds * coder.RATE):
            unit = lens.encode(scene.at(START_MS + at * 1000 // coder.RATE)[0], at)
            data = b"".join(b"\x00\x00\x00\x01" + nal for nal in unit.nals)
            packet = av.Packet(data)
            packet.pts = packet.dts = at * 90_000 // coder.RATE
            packet.time_base, packet.stream = Fraction(1, 90_000), stream
            packet.is_keyframe = unit.is_key()
            out.mux(packet)
    return sink.getvalue()


def record(
    stages: Stages, keeping: Keeping, coded: bytes
) -> list[tuple[bytes, bytes, int, int]]:
    """Cut, sign and keep the stream; return its GOPs with their times."""
    shown = []
    parts: list[tuple[bytes, bytes, int, int]] = []
    with av.open(BytesIO(coded)) as file:
        source = Source(file, file.streams.video[0])
        cutter = Fragmenter(source.stream, source.frame_step)
        packets = source.packets()
        while packet := stages.time("demux", lambda: next(packets, None)):
            for cut in stages.time("fragment", lambda p=packet: list(cutter.push(p))):
                start_ms, end_ms = START_MS + cut.start_ms, START_MS + cut.end_ms
                parts.append((cutter.init, cut.data, start_ms, end_ms))
                shown.append(parts[-1])
                if end_ms - parts[0][2] >= SEGMENT_MS:
                    data = b"".join(part[1] for part in parts)
                    keeping.keep(cutter.init, data, parts[0][2], end_ms)
                    parts = []
        cutter.close()
    keeping.close(shown[-1][3])
    return shown


def look(
    stages: Stages, detector: Detector, shown: list[tuple[bytes, bytes, int, int]]
) -> None:
    """Look at the GOPs as a node's eyes do."""
    gate, frozen, rules, busy = Gate(), Frozen(), Rules(Config("zone", detector.digest)), False
    for init, data, start_ms, _ in shown:
        for frame in _decoded(stages, "decode", init, data, start_ms):
            stages.time("frozen", lambda f=frame: frozen.update(f.picture, f.at_ms))
            wanted = stages.time(
                "gate", lambda f=frame, b=busy: gate.wants(f.picture, f.at_ms, b)
            )
            if wanted:
                seen = stages.time("detect", lambda f=frame: detector.detect(f.picture))
                busy = any(d.cls == "person" for d in seen)
                stages.time("rules", lambda f=frame, s=seen: rules.feed(f.at_ms, s))


def bare(
    stages: Stages, detector: Detector, shown: list[tuple[bytes, bytes, int, int]]
) -> None:
    """Decode and detect at the same rate, with nothing around it."""
    for init, data, start_ms, _ in shown:
        for frame in _decoded(stages, YARDSTICK, init, data, start_ms):
            stages.time(YARDSTICK, lambda f=frame: detector.detect(f.picture))


def _decoded(
    stages: Stages, stage: str, init: bytes, data: bytes, start_ms: int
) -> Iterator[frames.Frame]:
    found = iter(frames.of_segment(init, data, start_ms))
    while frame := stages.time(stage, lambda: next(found, None)):
        yield frame


def _hashes(init: bytes, data: bytes) -> tuple[tuple[segments.Gop, ...], bytes, str, bytes]:
    digest = sha256(data).digest()
    return segments.measure(data), digest, cid.of_bytes(data), sha256(init).digest()


def report(stages: Stages, camera_seconds: float, size: int) -> None:
    """Print the table, the ratio to the yardstick, and what attestation is of the whole."""
    per_s = {stage: spent * 1000 / camera_seconds for stage, spent in stages.seconds.items()}
    yardstick = per_s.pop(YARDSTICK)
    whole = sum(per_s.values())
    kbit = size * 8 / camera_seconds / 1000
    what = f"{WIDTH}x{HEIGHT} at {coder.RATE} fps, {kbit:.0f} kbit/s"
    print(f"One camera of {what}, {camera_seconds:.0f} s; CPU time of one process.\n")
    print("| stage | calls | CPU-ms a camera-second | share |")
    print("| --- | --- | --- | --- |")
    for stage, ms in per_s.items():
        print(f"| {stage} | {stages.calls[stage]} | {ms:.3f} | {ms / whole:.1%} |")
    print(f"| **all** | | **{whole:.2f}** | {whole / yardstick:.2f} × the yardstick |")
    print(f"| yardstick: decode + inference, bare | | {yardstick:.2f} | |")
    share = sum(per_s[stage] for stage in ATTESTATION) / whole
    kept = "holds" if share <= GOAL else "does not hold"
    print(f"\nAttestation ({', '.join(ATTESTATION)}): {share:.2%} of all; ≤ {GOAL:.0%} {kept}.")


if __name__ == "__main__":
    main()
