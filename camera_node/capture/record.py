"""One session with a camera: packets become GOPs, GOPs become signed, journaled segments.

Times are those of arrival: the first frame's wall time plus the camera's own counting. When the
two drift apart the session ends and a new one (a new `boot`) begins, rather than bend time.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import uuid4

from attest import cid
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
DRIFT_MS = 2500


@dataclass(frozen=True, slots=True)
class Recorded:
    """A GOP as it was recorded, for whoever looks at pictures: bytes, start in ms UTC."""

    init: bytes
    data: bytes
    start_ms: int
    end_ms: int


Look = Callable[[Recorded], None]


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
        self.fixes = 0

    def session(self, source: Source, running: Callable[[], bool]) -> None:
        """Record until the camera stops (`SourceError`) or `running` says no."""
        boot = uuid4().hex
        fragmenter = Fragmenter(source.stream, source.frame_step)
        self._journal.note("boot", boot)
        base_ms: int | None = None
        opened: _Open | None = None
        try:
            for packet in source.packets():
                for fragment in fragmenter.push(packet):
                    if base_ms is None:
                        base_ms = self._begin_ms(fragment)
                    self._check_drift(base_ms + fragment.end_ms)
                    opened = self._take(boot, fragmenter.init, fragment, base_ms, opened)
                if not running():
                    break
        finally:
            self.fixes += fragmenter.fixes
            if opened is not None and opened.end_ms - opened.start_ms >= SHORTEST_MS:
                self._close(boot, fragmenter.init, opened)
            fragmenter.close()

    def _begin_ms(self, first: Fragment) -> int:
        """When the session's first frame was taken: its GOP ended just now. Never backwards."""
        last = self._journal.last_segment()
        return max(self._clock.now_ms() - first.end_ms, last.stored.end_ms if last else 0)

    def _check_drift(self, end_ms: int) -> None:
        drift_ms = self._clock.now_ms() - end_ms
        if abs(drift_ms) > DRIFT_MS:
            raise SourceError(f"the camera's clock drifted by {drift_ms} ms: begin again")

    def _take(
        self, boot: str, init: bytes, fragment: Fragment, base_ms: int, opened: _Open | None
    ) -> _Open | None:
        start_ms, end_ms = base_ms + fragment.start_ms, base_ms + fragment.end_ms
        if fragment.start_ms == 0:
            self._journal.silence_ends(start_ms, "offline")
        for from_ms, to_ms in fragment.stalls:
            self._journal.silence(base_ms + from_ms, base_ms + to_ms, "offline")
        self._look(Recorded(init, fragment.data, start_ms, end_ms))
        opened = opened or _Open(start_ms, end_ms)
        opened.parts.append(fragment.data)
        opened.end_ms = end_ms
        if opened.end_ms - opened.start_ms < SEGMENT_MS:
            return opened
        self._close(boot, init, opened)
        return None

    def _close(self, boot: str, init: bytes, opened: _Open) -> None:
        data = b"".join(opened.parts)
        init_digest = sha256(init).digest()
        last = self._journal.last_segment()
        gops = segments.measure(data)
        said = Segment(
            id=f"urn:uuid:{uuid4()}",
            camera=self._place.camera,
            boot=boot,
            seq=0 if last is None else last.stored.seq + 1,
            init=init_digest,
            start_ms=opened.start_ms,
            end_ms=opened.end_ms,
            gops=gops,
            prev=None if last is None else sha256(last.stored.statement).digest(),
        )
        now_s = self._clock.now_ms() // 1000
        signed = segments.sign(said, self._me.signer, self._me.node, now_s)
        stored = Stored(
            seq=said.seq,
            start_ms=said.start_ms,
            end_ms=said.end_ms,
            cid=cid.of_bytes(data),
            digest=sha256(data).digest(),
            size=len(data),
            gops=gops,
            statement=signed.data,
        )
        self._journal.keep_init(init_digest, init)
        self._journal.add(Kept(boot, init_digest, stored), data)
