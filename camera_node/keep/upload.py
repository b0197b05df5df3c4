"""Everything recorded goes to the server, and nothing is forgotten on its word alone.

Each step may be repeated after any stop: the same blob has the same CID, the same statement
the same index. A proof counts once it leads from our own bytes to a checkpoint that the pinned
log signed; a proof that does not is an alarm, and the files stay.
"""

import logging
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
WAIT_S = 20.0
LIVE = (
    "Nguon-Segment"  # the segment statement beside its bytes: live view before the minute ends
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this node is: its URI, its key, and the log that it believes."""

    node: str
    signer: Signer
    trust: Trust


class Uploader:
    """Sends what one camera's journal holds, oldest first, violations before all."""

    def __init__(
        self, journal: Journal, place: Place, me: Identity, server: Server, clock: Clock
    ) -> None:
        self._journal = journal
        self._place = place
        self._me = me
        self._server = server
        self._clock = clock

    @property
    def offset(self) -> Offset | None:
        """How far the server's clock is ahead of ours, as its newest answer said."""
        date = self._server.date
        return None if date is None else offset_from_date(date, self._clock.now_ms())

    def step(self) -> None:
        """Send what is due. Raises `AwayError` (come again) or `ForgedProofError` (alarm)."""
        self.send_violations()
        for kept in self._journal.unsent(SEGMENTS_A_STEP):
            self._send_segment(kept)
        for closed in self._journal.unproven(2):
            self._prove(closed)

    def send_violations(self) -> None:
        """Send violations with their sealed parts; a refusal is kept, not tried again."""
        for name, data in self._journal.unsent_evidence():
            self._put(data, public=False)
            self._journal.evidence_sent(name)
        for row, blob, _, signed in self._journal.unsent_violations():
            self._put(blob, public=False)
            try:
                index = self._server.log([signed], WAIT_S)[0]
            except ServerError as e:
                log.warning("violation refused", extra={"row": row, "reason": str(e)})
                self._journal.violation_done(row, None, e.code)
            else:
                self._journal.violation_done(row, index, None)

    def seen(self) -> Seen:
        """Return the newest checkpoint of the pinned log, as `seen` carries it."""
        note = self._server.fetch("/log/checkpoint").decode()
        head = checkpoint.open_note(note, self._me.trust.vkey)
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
