"""One session with a camera: packets become GOPs, GOPs become signed, journaled segments.

Times are those of arrival: the first frame's wall time plus the camera's own counting. When the
two drift apart the session ends and a new one (a new `boot`) begins, rather than bend time.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import uuid4

import av

from attest import cid
from attest.errors import AttestError
from attest.footage import segment as segments
from attest.footage.manifest import Stored
from attest.footage.segment import Segment
from camera_node.errors import SourceError
from camera_node.keep.journal import Journal, Kept
from camera_node.keep.sayings import Place
from camera_node.keep.upload import Identity

from .clock import Clock
from .fragment import Fragment, Fragmenter
from .source import Source

SEGMENT_MS = 4000
SHORTEST_MS = 2000  # formats §7
LONGEST_MS = 6000  # formats §7; one GOP may be longer
DRIFT_MS = 2500
AWAY = ("offline", "disk")  # silences that the first picture ends


@dataclass(frozen=True, slots=True)
class Recorded:
    """A GOP as it was recorded, for whoever looks at pictures: bytes, start in ms UTC."""

    init: bytes
    data: bytes
    start_ms: int
    end_ms: int


Look = Callable[[Recorded], None]


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment's bytes as they were cut, before it has a number; times in ms UTC."""

    boot: str
    init: bytes
    data: bytes
    start_ms: int
    end_ms: int


@dataclass(slots=True)
class _Open:
    """A segment in the making."""

    start_ms: int
    end_ms: int
    parts: list[bytes] = field(default_factory=list)


class Recorder:
    """Records one camera into its journal; `look` is shown each GOP as soon as it is whole."""

    def __init__(
        self, journal: Journal, place: Place, me: Identity, clock: Clock, look: Look
    ) -> None:
        self._journal = journal
        self._place = place
        self._me = me
        self._clock = clock
        self._look = look
        self._opened: _Open | None = None
        self.fixes = 0

    def session(self, source: Source, running: Callable[[], bool]) -> None:
        """Record until `running` says no; the camera's end is a `SourceError` with its reason.

        An `OSError` or `sqlite3.Error` is our own disk's. What was whole by then is journaled.
        """
        boot = uuid4().hex
        fragmenter = Fragmenter(source.stream, source.frame_step)
        self._journal.note("boot", boot)
        self._opened = None
        try:
            self._follow(source, fragmenter, boot, running)
        except (AttestError, av.FFmpegError) as e:
            raise SourceError(f"camera sends what cannot be kept: {e}") from e
        finally:
            self.fixes += fragmenter.fixes
            self._seal_rest(boot, fragmenter.init)
            fragmenter.close()

    def _follow(
        self, source: Source, fragmenter: Fragmenter, boot: str, running: Callable[[], bool]
    ) -> None:
        base_ms: int | None = None
        for packet in source.packets():
            for fragment in fragmenter.push(packet):
                if base_ms is None:
                    base_ms = self._begin_ms(fragment)
                self._check_drift(base_ms + fragment.end_ms)
                self._take(boot, fragmenter.init, fragment, base_ms)
            if not running():
                return
        raise SourceError("camera ended its stream")

    def _begin_ms(self, first: Fragment) -> int:
        """When the session's first frame was taken: its GOP ended just now. Never backwards."""
        last = self._journal.last_segment()
        return max(self._clock.now_ms() - first.end_ms, last.stored.end_ms if last else 0)

    def _check_drift(self, end_ms: int) -> None:
        drift_ms = self._clock.now_ms() - end_ms
        if abs(drift_ms) > DRIFT_MS:
            raise SourceError(f"the camera's clock drifted by {drift_ms} ms: begin again")

    def _take(self, boot: str, init: bytes, fragment: Fragment, base_ms: int) -> None:
        start_ms, end_ms = base_ms + fragment.start_ms, base_ms + fragment.end_ms
        if fragment.start_ms == 0:
            for reason in AWAY:
                self._journal.silence_ends(start_ms, reason)
        for from_ms, to_ms in fragment.stalls:
            self._journal.silence(base_ms + from_ms, base_ms + to_ms, "offline")
        self._look(Recorded(init, fragment.data, start_ms, end_ms))
        opened = self._opened
        if opened is not None and _would_be_too_long(opened, end_ms):
            self._seal(boot, init, opened)
            opened = None
        opened = opened or _Open(start_ms, end_ms)
        opened.parts.append(fragment.data)
        opened.end_ms = end_ms
        self._opened = opened
        if opened.end_ms - opened.start_ms >= SEGMENT_MS:
            self._seal(boot, init, opened)

    def _seal_rest(self, boot: str, init: bytes) -> None:
        opened = self._opened
        if opened is not None and opened.end_ms - opened.start_ms >= SHORTEST_MS:
            self._seal(boot, init, opened)

    def _seal(self, boot: str, init: bytes, opened: _Open) -> None:
        self._opened = None  # whatever happens now: it is not tried twice
        self.seal(Piece(boot, init, b"".join(opened.parts), opened.start_ms, opened.end_ms))

    def seal(self, piece: Piece) -> None:
        """Number, chain, sign and journal a segment."""
        init_digest = sha256(piece.init).digest()
        last = self._journal.last_segment()
        gops = segments.measure(piece.data)
        said = Segment(
            id=f"urn:uuid:{uuid4()}",
            camera=self._place.camera,
            boot=piece.boot,
            seq=0 if last is None else last.stored.seq + 1,
            init=init_digest,
            start_ms=piece.start_ms,
            end_ms=piece.end_ms,
            gops=gops,
            prev=None if last is None else sha256(last.stored.statement).digest(),
        )
        now_s = self._clock.now_ms() // 1000
        signed = segments.sign(said, self._me.signer, self._me.node, now_s)
        stored = Stored(
            seq=said.seq,
            start_ms=said.start_ms,
            end_ms=said.end_ms,
            cid=cid.of_bytes(piece.data),
            digest=sha256(piece.data).digest(),
            size=len(piece.data),
            gops=gops,
            statement=signed.data,
        )
        self._journal.keep_init(init_digest, piece.init)
        self._journal.add(Kept(piece.boot, init_digest, stored), piece.data)


def _would_be_too_long(opened: _Open, end_ms: int) -> bool:
    long_enough = opened.end_ms - opened.start_ms >= SHORTEST_MS
    return long_enough and end_ms - opened.start_ms > LONGEST_MS
