"""What a stand-in camera shows: a scene drawn and coded live, or a file in real time."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import av
from av.bitstream import BitStreamFilterContext

from . import coder, packets
from .coder import RATE, Coder
from .day import What
from .draw import Scene
from .packets import CLOCK_HZ, AccessUnit
from .pen import Picture

Tap = Callable[[bytes], None]
BACKLOG = 60  # pictures that a slow client may be behind before it is let go
STEP_MS = 1000 // RATE
CLOSE_S = 5.0


class Source(Protocol):
    """Anything that an RTSP session can play."""

    def parameters(self) -> tuple[bytes, bytes]:
        """Return SPS and PPS."""
        ...

    def play(self, stop: threading.Event) -> Iterator[AccessUnit]:
        """Yield pictures as they become due, until `stop` is set or there are no more."""
        ...

    def command(self, name: str, words: list[str]) -> None:
        """Do what a test or the demo asks of the camera; raises ValueError."""
        ...

    def close(self) -> None:
        """Wait until nothing of the source runs any more; its clients have gone before."""
        ...


class Live:
    """Draws and codes a scene while somebody watches; every watcher gets the same bytes."""

    def __init__(self, scene: Scene, tap: Tap | None = None) -> None:
        self._scene = scene
        self._tap = tap
        self._watchers: list[queue.Queue[AccessUnit]] = []
        self._lock = threading.Lock()
        self._lens: threading.Thread | None = None
        self._frozen_until_ms = 0
        self._still: Picture | None = None
        self._parameters = coder.parameter_sets(scene.at(0)[0])

    def parameters(self) -> tuple[bytes, bytes]:
        """Return SPS and PPS."""
        return self._parameters

    def play(self, stop: threading.Event) -> Iterator[AccessUnit]:
        """Yield pictures from the next key picture on; a watcher too slow is let go."""
        mine: queue.Queue[AccessUnit] = queue.Queue(BACKLOG)
        with self._lock:
            self._watchers.append(mine)
            if self._lens is None:
                self._lens = threading.Thread(target=self._run, name="lens", daemon=True)
                self._lens.start()
        started = False
        try:
            while not stop.is_set() and not mine.full():
                try:
                    unit = mine.get(timeout=0.2)
                except queue.Empty:
                    continue
                started = started or unit.is_key()
                if started:
                    yield unit
        finally:
            with self._lock:
                self._watchers.remove(mine)

    def freeze(self, seconds: float, still: bool = False) -> None:
        """Send nothing for some seconds, or the same picture again and again if `still`."""
        with self._lock:
            self._still = self._scene.at(_now_ms())[0] if still else None
            self._frozen_until_ms = _now_ms() + round(seconds * 1000)

    def scene(self) -> Scene:
        """Return the scene with all that was forced."""
        with self._lock:
            return self._scene

    def force(self, what: What, seconds: float) -> None:
        """Make an episode begin now: `no-hat` sends in a guest with bare head."""
        now = _now_ms()
        with self._lock:
            self._scene = self._scene.force(what, now, now + round(seconds * 1000))

    def command(self, name: str, words: list[str]) -> None:
        """Do `freeze SECONDS [still]` or `force WHAT SECONDS`; raises ValueError."""
        match name, words:
            case "freeze", [seconds]:
                self.freeze(float(seconds))
            case "freeze", [seconds, "still"]:
                self.freeze(float(seconds), still=True)
            case "force", [
                "no-hat" | "no-mask" | "no-gloves" | "rodent" | "litter" as what,
                seconds,
            ]:
                self.force(what, float(seconds))
            case _:
                raise ValueError(f"a camera cannot {name} {' '.join(words)}")

    def close(self) -> None:
        """Wait for the lens to see that nobody watches: a step of the clock at most."""
        with self._lock:
            lens = self._lens
        if lens is not None:
            lens.join(CLOSE_S)

    def _run(self) -> None:
        """Draw a picture every step of the wall clock until nobody watches."""
        lens = Coder()
        due = _now_ms() // STEP_MS * STEP_MS
        while True:
            with self._lock:
                watchers, scene = list(self._watchers), self._scene
                frozen, still = due < self._frozen_until_ms, self._still
                if not watchers:
                    self._lens = None
                    return
            if not frozen or still is not None:
                picture = still if frozen and still is not None else scene.at(due)[0]
                self._show(lens.encode(picture, due * (CLOCK_HZ // 1000)), watchers)
            due += STEP_MS
            behind = _now_ms() - due
            if behind > 10 * STEP_MS:  # the machine slept: go on from now
                due += behind // STEP_MS * STEP_MS
            time.sleep(max(0.0, (due - _now_ms()) / 1000))

    def _show(self, unit: AccessUnit, watchers: list["queue.Queue[AccessUnit]"]) -> None:
        _tell(self._tap, unit)
        for watcher in watchers:
            if not watcher.full():
                watcher.put_nowait(unit)


class File:
    """Plays an H.264 file once for each client, its coded bytes untouched, in real time."""

    def __init__(
        self, path: Path, tap: Tap | None = None, seconds: float | None = None
    ) -> None:
        """Read the file's head; only its first `seconds` are played when given."""
        self._path = path
        self._tap = tap
        self._most = None if seconds is None else round(seconds * CLOCK_HZ)
        first = next(self._units())
        sets = {packets.kind(nal): nal for nal in first.nals}
        if not sets.keys() >= {packets.SPS, packets.PPS}:
            raise ValueError(f"{path.name} does not begin with a key picture")
        self._parameters = sets[packets.SPS], sets[packets.PPS]

    def parameters(self) -> tuple[bytes, bytes]:
        """Return SPS and PPS."""
        return self._parameters

    def play(self, stop: threading.Event) -> Iterator[AccessUnit]:
        """Yield the file's pictures in coded order, each when its time has come."""
        start = time.monotonic()
        first: int | None = None
        for unit in self._units():
            first = unit.due if first is None else first
            done = self._most is not None and unit.due - first >= self._most
            wait = start + (unit.due - first) / CLOCK_HZ - time.monotonic()
            if done or stop.wait(max(0.0, wait)):
                return
            _tell(self._tap, unit)
            yield unit

    def command(self, name: str, words: list[str]) -> None:
        """Refuse: a file does what it does."""
        raise ValueError(f"a file cannot {name} {' '.join(words)}")

    def close(self) -> None:
        """Do nothing: a file is played by its clients' own threads."""

    def _units(self) -> Iterator[AccessUnit]:
        with av.open(str(self._path)) as file:
            stream = file.streams.video[0]
            if stream.codec_context.name != "h264":
                raise ValueError(f"{self._path.name} is {stream.codec_context.name}, not h264")
            annex_b = BitStreamFilterContext("h264_mp4toannexb", stream)
            for packet in file.demux(stream):
                for out in annex_b.filter(packet if packet.size else None):
                    tick = Fraction(out.time_base or 0) * CLOCK_HZ
                    shown, sent = int((out.pts or 0) * tick), int((out.dts or 0) * tick)
                    yield AccessUnit(shown, packets.split(bytes(out)), sent)


def _tell(tap: Tap | None, unit: AccessUnit) -> None:
    if tap is not None:
        for nal in unit.nals:
            tap(nal)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
