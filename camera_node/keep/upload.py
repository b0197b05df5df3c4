"""Everything recorded goes to the server, and nothing is forgotten on its word alone.

Each step may be repeated after any stop: the same blob has the same CID, the same statement
the same index. A proof counts once it leads from our own bytes to a checkpoint that the pinned
log signed; a proof that does not is an alarm, and the files stay.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from attest import spell, statement
from attest.client.server import Server, ServerError
from attest.errors import AttestError
from attest.footage import manifest as manifests
from attest.keys import Signer
from attest.log import checkpoint, proof
from attest.payload import Json
from attest.statement import Seen
from attest.trust import Trust
from camera_node.capture.clock import Clock, Offset, offset_from_date
from camera_node.errors import ForgedProofError

from . import sayings
from .journal import Closed, Journal, Kept
from .sayings import Place

log = logging.getLogger(__name__)
SEGMENTS_A_STEP = 8
MANIFESTS_A_STEP = 2
WAIT_S = 20.0
REFUSED_PAUSE_MS = 60_000
FEW = 3  # refusals that may be about single blobs; more are about this node
FINAL = (409, 422)  # the log rules it out, now and later (formats §6)
LIVE = (
    "Nguon-Segment"  # the segment statement beside its bytes: live view before the minute ends
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this node is: its URI, its key, and the log that it believes."""

    node: str
    signer: Signer
    trust: Trust


class Refused:
    """What the server would not take, why, and when to try again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[str, tuple[int, str]] = {}

    def reasons(self) -> list[str]:
        """Return what is held back and why, for people."""
        return [reason for _, reason in self._held.values()]

    def tries(self, name: str) -> bool:
        """Tell whether something was not refused, or its pause is over."""
        return name not in self._held or self._clock.now_ms() >= self._held[name][0]

    @contextmanager
    def noting(self, name: str) -> Iterator[None]:
        """Say and keep a refusal; raise it when there are too many to be about single blobs."""
        try:
            yield
        except (ServerError, ForgedProofError, OSError) as e:
            reason = f"{name}: {type(e).__name__}: {e}"
            log.error("not taken, nothing is forgotten", extra={"reason": reason})
            self._held[name] = (self._clock.now_ms() + REFUSED_PAUSE_MS, reason)
            if len(self._held) > FEW:
                self._held = dict(list(self._held.items())[-FEW:])
                raise
        else:
            self._held.pop(name, None)


class Uploader:
    """Sends what one camera's journal holds, oldest first, violations before all.

    What the server refuses is kept, said loudly and tried again after a long pause; it holds up
    neither the others of its sort, as long as they are few, nor the other sorts.
    """

    def __init__(
        self, journal: Journal, place: Place, me: Identity, server: Server, clock: Clock
    ) -> None:
        self._journal = journal
        self._place = place
        self._me = me
        self._server = server
        self._clock = clock
        self._refused = Refused(clock)

    @property
    def offset(self) -> Offset | None:
        """How far the server's clock is ahead of ours, as its newest answer said."""
        date = self._server.date
        return None if date is None else offset_from_date(date, self._clock.now_ms())

    @property
    def trouble(self) -> list[str]:
        """What the server would not take at the last try, and why."""
        return self._refused.reasons()

    def step(self) -> None:
        """Send what is due.

        Raises `AwayError` (come again), or the refusal that was one too many to be about
        single blobs: come again much later.
        """
        self._send_evidence()
        self._send_violations()
        self._send_live()
        self._log()

    def _send_evidence(self) -> None:
        for name, data in self._journal.unsent_evidence():
            if self._refused.tries(name):
                with self._refused.noting(name):
                    self._put(data, public=False)
                    self._journal.evidence_sent(name)

    def _send_violations(self) -> None:
        """Send sealed parts and what names them; what the log rules out is not tried again."""
        for row, blob, name, signed in self._journal.unsent_violations():
            if self._refused.tries(name):
                with self._refused.noting(name):
                    self._put(blob, public=False)
                    self._say_violation(row, signed)

    def _say_violation(self, row: int, signed: bytes) -> None:
        try:
            index = self._server.log([signed], WAIT_S)[0]
        except ServerError as e:
            if e.status not in FINAL:
                raise
            log.error("violation refused", extra={"row": row, "reason": str(e)})
            self._journal.violation_done(row, None, e.code)
        else:
            self._journal.violation_done(row, index, None)

    def _send_live(self) -> None:
        after = -1
        for _ in range(SEGMENTS_A_STEP):
            found = self._journal.unsent(1, after)
            if not found:
                return
            after, name = found[0].stored.seq, found[0].stored.cid
            if self._refused.tries(name):
                with self._refused.noting(name):
                    self._send_segment(found[0])

    def _log(self) -> None:
        for closed in self._journal.unproven(MANIFESTS_A_STEP):
            if self._refused.tries(closed.cid):
                with self._refused.noting(closed.cid):
                    self._prove(closed)
            if not self._refused.tries(closed.cid):
                return  # the next one may not go before it

    def seen(self) -> Seen:
        """Return the newest checkpoint of the pinned log, as `seen` carries it."""
        answer = self._server.fetch("/log/checkpoint")
        try:
            head = checkpoint.open_note(answer.decode(), self._me.trust.vkey)
        except (AttestError, UnicodeDecodeError) as e:
            raise ForgedProofError(f"the checkpoint is not of the pinned log: {e}") from e
        return Seen(head.origin, head.size, head.root)

    def _send_segment(self, kept: Kept) -> None:
        init_path = self._journal.init_path(kept.init)
        sent = f"init {kept.init.hex()}"
        if self._journal.fact(sent) is None:
            self._put(init_path.read_bytes(), public=True)
            self._journal.note(sent, "sent")
        data = self._journal.segment_path(kept.stored.seq).read_bytes()
        headers = {LIVE: spell.base64url(kept.stored.statement)}
        self._put(data, public=True, headers=headers)
        self._journal.sent(kept.stored.seq)

    def _prove(self, closed: Closed) -> None:
        if not closed.uploaded:
            self._put(closed.data, public=True)
            self._journal.manifest_sent(closed.seq)
        signed = closed.statement or self._sign(closed)
        outcome = self._server.wait(self._server.submit([signed]), WAIT_S)
        index, text = outcome.indexes[0], outcome.proofs[0]
        if index is None or text is None:
            refusal = outcome.refusals[0]
            raise ServerError(refusal.status, refusal.code, refusal.detail)
        try:
            proven = proof.parse(text)
            proven.check(signed, self._me.trust.vkey)
        except AttestError as e:
            raise ForgedProofError(f"proof of manifest {closed.seq} does not hold: {e}") from e
        if proven.index != index:
            raise ForgedProofError(f"proof of manifest {closed.seq} is of another entry")
        self._journal.proven(closed.seq, index, text)
        log.info("manifest proven", extra={"seq": closed.seq, "index": index})

    def _sign(self, closed: Closed) -> bytes:
        manifest = manifests.parse(closed.data)
        gaps: list[Json] = [gap.record() for gap in manifest.gaps]
        recorded = sum(stored.end_ms - stored.start_ms for stored in manifest.segments)
        filmed = sayings.Filmed(
            closed.seq,
            closed.start_ms,
            closed.end_ms,
            closed.digest,
            closed.cid,
            recorded,
            gaps,
        )
        signed = statement.sign(
            self._me.signer,
            kind="footage",
            iss=self._me.node,
            sub=self._place.camera,
            iat=self._clock.now_ms() // 1000,
            record=sayings.footage(self._place, filmed),
            seen=self.seen(),
        )
        self._journal.signed(closed.seq, signed.data)
        return signed.data

    def _put(self, data: bytes, *, public: bool, headers: dict[str, str] | None = None) -> None:
        self._server.put_blob(
            data, self._me.signer, self._me.node, public=public, headers=headers
        )


def sweep(journal: Journal, before_ms: int) -> int:
    """Forget the bytes of proven segments older than a time; return how many."""
    found = journal.proven_before(before_ms)
    for kept in found:
        journal.forget(kept.stored.seq)
    return len(found)
