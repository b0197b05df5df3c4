"""H.264 packets in, CMAF fragments out: one init segment, then one moof ‖ mdat for each GOP.

Nothing is decoded or coded again. The muxer writes to a sink that cannot seek, so that a
fragment is final once it is out; whole pairs are taken off it as the next key frame arrives.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
from av.packet import Packet
from av.video.stream import VideoStream

from attest.errors import MalformedError
from attest.footage import boxes

from .timestamps import Rising

FLAGS = "frag_keyframe+empty_moov+default_base_moof+cmaf"
STALL_MS = 1_000  # between two frames; the slowest cameras send two a second
MAX_PENDING = 64 * 1024 * 1024  # bytes of one GOP; more is no camera but an attack


@dataclass(frozen=True, slots=True)
class Fragment:
    """One GOP as bytes, its start and end in milliseconds from the session's first frame.

    `stalls` are times inside it in which the camera sent nothing, in the same milliseconds.
    """

    data: bytes
    start_ms: int
    end_ms: int
    stalls: tuple[tuple[int, int], ...] = ()


class _Sink:
    """A pipe end for the muxer: it can only be written to."""

    def __init__(self) -> None:
        self.pending = bytearray()

    def write(self, data: bytes) -> int:
        self.pending += data
        return len(data)


class Fragmenter:
    """Cuts one session of a camera into GOPs; `init` is known before the first of them."""

    def __init__(self, stream: VideoStream, frame_step: int, most: int = MAX_PENDING) -> None:
        """Take `most`, the bytes that one GOP may have."""
        self._sink = _Sink()
        self._out = av.open(self._sink, "w", format="mp4", options={"movflags": FLAGS})
        self._stream = self._out.add_stream_from_template(stream)
        self._base = stream.time_base or Fraction(1, 90_000)
        self._rising = Rising(frame_step)
        self._most = most
        self._first: int | None = None
        self._gop_start_ms: int | None = None
        self._last_ms = 0
        self._size = 0  # coded bytes since the last key frame
        self._stalls: list[tuple[int, int]] = []
        self.init = b""

    @property
    def fixes(self) -> int:
        """How many timestamps had to be mended so far."""
        return self._rising.fixes

    def push(self, packet: "Packet[VideoStream]") -> Iterator[Fragment]:
        """Take a packet; yield the GOP that it ends, if it does."""
        if self._gop_start_ms is None and not packet.is_keyframe:
            return  # pictures before the first key frame cannot be decoded
        self._size = packet.size if packet.is_keyframe else self._size + packet.size
        if self._size > self._most:  # the muxer holds a GOP in memory until it ends
            raise MalformedError(f"a gop of more than {self._most} bytes")
        stamp = self._rising.next(packet.dts)
        if self._first is None:
            self._first = stamp
        moved = stamp - self._first
        packet.pts = moved + max(0, (packet.pts or 0) - (packet.dts or 0))
        packet.dts = moved
        packet.stream = self._stream
        self._out.mux(packet)
        now_ms = int(moved * self._base * 1000)
        if now_ms - self._last_ms > STALL_MS:
            self._stalls.append((self._last_ms, now_ms))
        self._last_ms = now_ms
        if packet.is_keyframe:
            yield from self._take(now_ms)

    def close(self) -> None:
        """Forget the GOP that was never finished."""
        with contextlib.suppress(av.FFmpegError):  # nothing of it is kept
            self._out.close()

    def _take(self, now_ms: int) -> Iterator[Fragment]:
        start_ms, self._gop_start_ms = self._gop_start_ms, now_ms
        pending = self._sink.pending
        if not self.init:
            ends = [box.end for box in boxes.boxes(bytes(pending)) if box.kind == "moov"]
            end = ends[0] if ends else 0  # nothing yet is no init segment
            self.init = boxes.init_segment(bytes(pending[:end]))
            del pending[:end]
        if start_ms is None or not pending:
            return
        data = bytes(pending)
        pending.clear()
        boxes.gops(data)
        stalls, self._stalls = tuple(self._stalls), []
        yield Fragment(data, start_ms, now_ms, stalls)
