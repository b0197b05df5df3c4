"""A few seconds of real H.264 as a camera node stores it: an init segment and GOPs."""

from fractions import Fraction
from io import BytesIO

import av
import numpy as np

from attest.footage import boxes

RATE = 10
GOP = 20  # pictures: two seconds
FLAGS = "frag_keyframe+empty_moov+default_base_moof+cmaf"


def encode(gops: int) -> tuple[bytes, list[bytes]]:
    """Return an init segment and so many GOPs of two seconds each."""
    sink = BytesIO()
    with av.open(sink, "w", format="mp4", options={"movflags": FLAGS}) as out:
        options = {
            "preset": "ultrafast",
            "x264-params": f"keyint={GOP}:min-keyint={GOP}:scenecut=0",
        }
        stream = out.add_stream("libx264", rate=RATE, options=options)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        stream.time_base = Fraction(1, RATE)
        for n in range(gops * GOP):
            picture = np.full((180, 320, 3), n * 2 % 256, np.uint8)
            picture[:, n % 300 : n % 300 + 20] = 255
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        out.mux(stream.encode())
    data = sink.getvalue()
    found = [b for b in boxes.boxes(data) if b.kind in ("moov", "moof", "mdat")]
    init = data[: found[0].end]
    pairs = [found[i : i + 2] for i in range(1, len(found), 2)]
    return init, [data[moof.start : mdat.end] for moof, mdat in pairs]
