"""Timestamps that an MP4 muxer accepts: whole, and always rising.

A first RTSP packet may come without one, and cheap cameras repeat or step back. Each mended
stamp is counted: the count stands in the manifest's `stats`, so that nobody has to guess.
"""


class Rising:
    """Gives each packet a decode stamp above the last one; `fixes` counts the mended ones."""

    def __init__(self, step: int) -> None:
        """Take the usual distance of two frames, in the stream's time base."""
        self._step = max(1, step)
        self._last: int | None = None
        self.fixes = 0

    def next(self, stamp: int | None) -> int:
        """Return the stamp, or a mended one where it is missing or does not rise."""
        last = self._last
        if stamp is None or (last is not None and stamp <= last):
            self.fixes += 1
            stamp = 0 if last is None else last + self._step
        self._last = stamp
        return stamp
