"""From recorded bytes to pictures: five a second, at moments that anybody can recompute.

Time is cut into steps of 200 ms; of each step the first picture counts. So the same segment
gives the same pictures on the node today and on an auditor's machine next year.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray

from camera_node.errors import CameraError

STEP_MS = 200
MOST_PIXELS = 4_096 * 2_304


class PictureError(CameraError):
    """The bytes do not decode to pictures of a size that a camera has."""

    code = "camera-picture"


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture (BGR) and its time in milliseconds UTC."""

    at_ms: int
    picture: NDArray[np.uint8]


class Steps:
    """Chooses the first picture of each step of 200 ms."""

    def __init__(self) -> None:
        self._step: int | None = None

    def takes(self, at_ms: int) -> bool:
        """Say whether a picture at this time is the first of its step."""
        step = at_ms // STEP_MS
        first, self._step = step != self._step, step
        return first


class Stream:
    """Decodes the packets of one running camera, in order, from a key picture on."""

    def __init__(self, extradata: bytes | None = None) -> None:
        """Take the stream's own parameters (avcC or Annex B); None when they come in band."""
        self._codec = av.CodecContext.create("h264", "r")
        self._codec.thread_count = 1
        if extradata:
            self._codec.extradata = extradata
        self._steps = Steps()

    def feed(self, data: bytes, at_ms: int) -> list[Frame]:
        """Take one packet and the time of its picture; return the pictures that count."""
        packet = av.Packet(data)
        packet.pts, packet.time_base = at_ms, Fraction(1, 1000)
        try:
            decoded = self._codec.decode(packet)
        except av.error.InvalidDataError as e:
            raise PictureError(f"packet of {len(data)} bytes at {at_ms} does not decode") from e
        timed = [(f, at_ms if f.pts is None else int(f.pts)) for f in decoded]
        return [Frame(t, _bgr(f)) for f, t in timed if self._steps.takes(t)]


def of_segment(init: bytes, segment: bytes, start_ms: int) -> Iterator[Frame]:
    """Decode a recorded segment whose first picture is at `start_ms`; raises PictureError."""
    steps = Steps()
    try:
        with av.open(io.BytesIO(init + segment), "r", format="mp4") as file:
            stream = file.streams.video[0]
            stream.thread_count = 1
            first: Fraction | None = None
            for frame in file.decode(stream):
                shown = (frame.pts or 0) * Fraction(frame.time_base or 1)
                first = shown if first is None else first
                at_ms = start_ms + int((shown - first) * 1000)
                if steps.takes(at_ms):
                    yield Frame(at_ms, _bgr(frame))
    except (av.error.FFmpegError, IndexError) as e:
        raise PictureError(f"segment of {len(segment)} bytes does not decode: {e}") from e


def _bgr(frame: av.VideoFrame) -> NDArray[np.uint8]:
    if not 0 < frame.width * frame.height <= MOST_PIXELS:
        raise PictureError(f"a picture of {frame.width}x{frame.height} is too large")
    return np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
