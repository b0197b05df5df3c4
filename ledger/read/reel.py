"""A stretch of one camera's recording: its signed segments in order, and what is missing.

`playlist` prints it for players (HLS, RFC 8216, fragmented MP4), `record` for those who check
each segment. Both name the same bytes, under their CIDs.
"""

from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Any

from attest import spell
from attest.cid import RAW, Cid
from attest.footage import segment as segments
from attest.footage.manifest import Gap

TIGHT_MS = (
    700  # a longer hole between two segments is a break; formats: docs/formats/footage.md
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a segment is proved: its minute's manifest, and the entry that logs it."""

    cid: str
    index: int


@dataclass(frozen=True, slots=True)
class Part:
    """One segment; times in milliseconds UTC, `origin` None while its minute is not logged."""

    seq: int
    start_ms: int
    end_ms: int
    cid: str
    statement: bytes
    origin: Origin | None

    @property
    def said(self) -> segments.Segment:
        """What its segment statement says."""
        return segments.parse(self.statement)[1]

    def record(self) -> dict[str, Any]:
        """Return the segment as formats §7 gives it."""
        origin = self.origin and {"cid": self.origin.cid, "index": self.origin.index}
        return {
            "seq": self.seq,
            "start": spell.time_text(self.start_ms),
            "end": spell.time_text(self.end_ms),
            "cid": self.cid,
            "statement": spell.base64url(self.statement),
            "manifest": origin,
        }


@dataclass(frozen=True, slots=True)
class Reel:
    """Segments of camera `camera` (a URI) in order of time, and the gaps between them."""

    camera: str
    parts: tuple[Part, ...]
    gaps: tuple[Gap, ...]

    def record(self) -> dict[str, Any]:
        """Return the reel as formats §7 gives it."""
        inits = dict.fromkeys(part.said.init for part in self.parts)
        return {
            "camera": self.camera,
            "init": [{"cid": init_cid(d), "sha256": spell.ni(d)} for d in inits],
            "segments": [part.record() for part in self.parts],
            "gaps": [gap.record() for gap in self.gaps],
        }

    def playlist(self, *, live: bool) -> str:
        """Return the HLS media playlist; a live one goes on, another one ends."""
        longest = max((p.end_ms - p.start_ms for p in self.parts), default=0)
        first = self.parts[0].seq if self.parts else 0
        lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:7",
            f"#EXT-X-TARGETDURATION:{-(-longest // 1000) or 1}",
        ]
        lines += [f"#EXT-X-MEDIA-SEQUENCE:{first}", "#EXT-X-INDEPENDENT-SEGMENTS"]
        if not live:
            lines.append("#EXT-X-PLAYLIST-TYPE:VOD")
        for before, part in pairwise((None, *self.parts)):
            lines += _lines(before, part)
        return "\n".join(lines if live else [*lines, "#EXT-X-ENDLIST"]) + "\n"


def init_cid(digest: bytes) -> str:
    """Return the CID of an init segment: the raw one of the same digest."""
    return Cid(RAW, digest).text()


def _lines(before: Part | None, part: Part | None) -> list[str]:
    if part is None:
        return []
    said = part.said
    earlier = before.said if before else None
    lines = []
    if before and earlier:
        torn = earlier.boot != said.boot or part.start_ms - before.end_ms > TIGHT_MS
        if torn or earlier.init != said.init or sha256(before.statement).digest() != said.prev:
            lines.append("#EXT-X-DISCONTINUITY")
    if earlier is None or earlier.init != said.init:
        lines.append(f'#EXT-X-MAP:URI="/ipfs/{init_cid(said.init)}"')
    lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{spell.time_text(part.start_ms)}")
    return [*lines, f"#EXTINF:{(part.end_ms - part.start_ms) / 1000:.3f},", f"/ipfs/{part.cid}"]
