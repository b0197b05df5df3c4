"""Coded pictures from a camera over RTSP, untouched: what was sent is what is kept."""

from collections.abc import Iterator
from fractions import Fraction

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from camera_node.errors import SourceError

TIMEOUT_S = 5.0  # silence after which a camera counts as gone
USUAL_RATE = Fraction(25)


class Source:
    """An open camera: its video stream, and its packets as they come."""

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._container = container
        self.stream = stream

    @property
    def frame_step(self) -> int:
        """The usual distance of two frames in the stream's time base."""
        rate = self.stream.average_rate or USUAL_RATE
        base = self.stream.time_base or Fraction(1, 90_000)
        return max(1, int(1 / (rate * base)))

    def packets(self) -> "Iterator[Packet[VideoStream]]":
        """Yield packets until the camera ends or falls silent (`SourceError`)."""
        try:
            for packet in self._container.demux(self.stream):
                if packet.size:
                    yield packet
        except (av.FFmpegError, OSError) as e:
            raise SourceError(f"camera stopped: {e}") from e

    def close(self) -> None:
        """End the session."""
        self._container.close()


def open_source(url: str, timeout_s: float = TIMEOUT_S) -> Source:
    """Open a camera's H.264 stream by RTSP over TCP; raise `SourceError` if it has none."""
    options = {"rtsp_transport": "tcp", "fflags": "nobuffer", "analyzeduration": "1000000"}
    try:
        container = av.open(url, options=options, timeout=timeout_s)
    except (av.FFmpegError, OSError) as e:
        raise SourceError(f"camera cannot be opened: {e}") from e
    video = container.streams.video
    if not video or video[0].codec_context.name != "h264":
        container.close()
        raise SourceError("camera sends no H.264 video")
    if not video[0].codec_context.width:  # it answers, but no picture came
        container.close()
        raise SourceError("camera is silent")
    return Source(container, video[0])
