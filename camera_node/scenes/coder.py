"""Pictures to H.264: one coder a camera, a key picture every two seconds, no B pictures."""

from fractions import Fraction

import av
import cv2
import numpy as np
from av.video.frame import PictureType

from . import packets
from .packets import AccessUnit
from .pen import Picture
from .truth import HEIGHT, WIDTH

RATE = 10  # pictures a second
GOP = 20  # pictures
OPTIONS = {
    "preset": "ultrafast",
    "tune": "zerolatency",
    "profile": "baseline",
    "crf": "24",
    "x264-params": f"keyint={GOP}:min-keyint={GOP}:scenecut=0",
}


class Coder:
    """Encodes the pictures of one camera in order."""

    def __init__(self) -> None:
        context = av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        context.framerate, context.time_base = Fraction(RATE), Fraction(1, RATE)
        context.gop_size, context.max_b_frames = GOP, 0
        context.thread_count = 1
        context.options = OPTIONS
        self._context = context
        self._count = 0

    def encode(self, picture: Picture, ticks: int) -> AccessUnit:
        """Return the coded picture at `ticks`; the first, and each 20th, is a key picture."""
        planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = self._count
        frame.pict_type = PictureType.NONE
        self._count += 1
        coded = b"".join(bytes(p) for p in self._context.encode(frame))
        return AccessUnit(ticks, packets.split(coded), ticks)


def parameter_sets(picture: Picture) -> tuple[bytes, bytes]:
    """Return the SPS and PPS that a coder puts before its key pictures."""
    unit = Coder().encode(picture, 0)
    sps = next(n for n in unit.nals if packets.kind(n) == packets.SPS)
    pps = next(n for n in unit.nals if packets.kind(n) == packets.PPS)
    return sps, pps
