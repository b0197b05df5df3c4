"""Anchors the newest published checkpoint at set intervals, whatever the chain does meanwhile.

Nothing that was acknowledged waits for the chain. However long it was away, one transaction
brings it up to date: the proof leads from the head that the contract keeps to the newest one.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, Engine, insert, select, update

from attest.log import note
from ledger.store import db
from ledger.store.anchor_rows import ChainStatus

from . import contract as anchor_log
from . import history, incidents, outbox, setup, watch
from .chain import ChainClient
from .contract import AnchorLog
from .errors import ChainAheadError, ChainError, FeeTooLowError, NoFundsError, RevertError
from .wallet import AnchorKey, Fees, Transaction

ED25519_SIZE = 64
FIRST_PAUSE_MS = 1_000
LONGEST_PAUSE_MS = 15_000
RESEND_MS = 30_000
STUCK_MS = 90_000
BUMP_PERCENT = 15  # nodes ask for 10, some for 12.5
GWEI = 10**9

log = logging.getLogger(__name__)

Checkpoint = tuple[int, bytes, str]  # size, root, note
Consistency = Callable[[int, int], list[bytes]]


@dataclass(frozen=True, slots=True)
class AnchorSettings:
    """How often and how dear; times in ms, fees in wei per gas.

    `confirmations` counts where the chain has no `finalized` tag. `poll_ms` is the pause
    between two looks at a chain that is well, `stuck_ms` how long a transaction may wait before
    it is replaced.
    """

    place: setup.Place
    interval_ms: int = 600_000
    poll_ms: int = 12_000
    confirmations: int = 64
    max_fee: int = 200 * GWEI
    stuck_ms: int = STUCK_MS


def embedded(interval_ms: int = 15_000) -> AnchorSettings:
    """Return the settings for the embedded chain, which is near and costs nothing."""
    place = setup.Place(embedded=True)
    return AnchorSettings(place, interval_ms, poll_ms=1_000, confirmations=2)


class AnchorSender:
    """The one sender of a log's anchors; `step` may be called by one thread only."""

    def __init__(
        self,
        engine: Engine,
        chain: ChainClient,
        origin: str,
        key: AnchorKey,
        settings: AnchorSettings,
    ) -> None:
        self._engine = engine
        self._chain = chain
        self._origin = origin
        self._key = key
        self._settings = settings
        self._setup = setup.Setup(engine, chain, origin, key.address, settings.place)
        self._named_to = -1  # block up to which registrations were searched
        self._look_ms = 0  # no look before this time
        self._pause_ms = FIRST_PAUSE_MS  # after the next failure

    def step(
        self, now_ms: int, checkpoint: Checkpoint | None, consistency: Consistency
    ) -> None:
        """Do what is due; a chain that is away or refuses is noted in the rows, never raised.

        `checkpoint` is the newest published one; `consistency(m, n)` its proof, as RFC 9162
        orders it.
        """
        if 0 <= self._look_ms - now_ms <= max(self._settings.poll_ms, LONGEST_PAUSE_MS):
            return
        try:
            self._look(now_ms, checkpoint, consistency)
        except ChainError as e:
            self._failed(now_ms, e)
            return
        self._succeeded(now_ms)

    def _look(
        self, now_ms: int, checkpoint: Checkpoint | None, consistency: Consistency
    ) -> None:
        found = self._setup.ready(now_ms)
        known = found if isinstance(found, history.Identity) else None
        if known is not None:
            confirmations = self._settings.confirmations
            watch.look(self._engine, self._chain, self._key.address, confirmations, now_ms)
            self._watch_name(known, now_ms)
        head = _head(checkpoint, self._origin) if checkpoint else None
        if waits := outbox.waiting(self._engine):
            self._push(waits[0], now_ms, lambda: self._draft(known, head, consistency))
        elif isinstance(found, outbox.Draft):
            self._post(found, now_ms, self._chain.nonce(self._key.address), self._fees())
        elif self._is_due(now_ms, head):
            draft = self._draft(known, head, consistency)
            if draft is not None:
                self._post(draft, now_ms, self._chain.nonce(self._key.address), self._fees())

    def _watch_name(self, known: history.Identity, now_ms: int) -> None:
        """Raise the alarm when somebody else registers our name, a stretch of blocks a look."""
        first = max(self._named_to + 1, known.first_block)
        last = min(self._chain.head().number, first + anchor_log.STEP - 1)
        found = AnchorLog(self._chain, known.contract).registered(self._origin, first, last)
        self._named_to = max(self._named_to, last)
        for log_id, owner in found:
            if log_id != known.origin_id:
                text = f"{owner} registered {self._origin} too, as 0x{log_id.hex()}"
                with db.write(self._engine) as tx:
                    incidents.record(tx, now_ms, "second-registration", text)

    def _is_due(self, now_ms: int, head: outbox.Head | None) -> bool:
        newest = history.anchors(self._engine, limit=1)
        if head is None or head.size == 0 or (newest and head.size <= newest[0].size):
            return False
        last = outbox.newest(self._engine, "anchor")
        if last is None and not newest:
            return True
        last_ms = last.made_ms if last else newest[0].time_ms
        return not 0 <= now_ms - last_ms < self._settings.interval_ms

    def _draft(
        self,
        known: history.Identity | None,
        head: outbox.Head | None,
        consistency: Consistency,
    ) -> outbox.Draft | None:
        """Rehearse the anchor of `head`; None when the chain keeps it already: a success."""
        if known is None or head is None:
            return None
        contract = AnchorLog(self._chain, known.contract)
        latest = contract.latest(known.origin_id)
        if latest.size > head.size or (latest.size == head.size and latest.root != head.root):
            raise ChainAheadError(
                f"chain keeps a head of {latest.size} entries that this log of {head.size}"
                " entries did not make: it was restored from an older copy, or is another log"
            )
        if latest.size == head.size:
            self._adopt(contract, known, head.size)
            return None
        proof = consistency(latest.size, head.size) if latest.size else []
        place = (head.size, head.root)
        data = anchor_log.anchor_call(known.origin_id, place, head.note_hash, proof)
        gas = self._chain.estimate(self._key.address, contract.address, data)
        return outbox.Draft("anchor", contract.address, data, gas * setup.GAS_ROOM // 100, head)

    def _adopt(self, contract: AnchorLog, known: history.Identity, size: int) -> None:
        last = self._chain.head().number
        found = contract.anchored_at(known.origin_id, size, known.first_block, last)
        if found is not None:
            watch.adopt(self._engine, contract, found)

    def _post(self, draft: outbox.Draft, now_ms: int, nonce: int, fees: Fees) -> None:
        """Write a transaction down, then send it; a refusal leaves it waiting."""
        chain_id = self._chain.identify().number
        transaction = Transaction(chain_id, nonce, draft.to, draft.data, draft.gas, fees)
        sent = outbox.write(self._engine, self._key, transaction, draft, now_ms)
        outbox.send(self._engine, self._chain, sent, now_ms)
        log.info("transaction sent", extra={"kind": draft.kind, "nonce": nonce})

    def _push(
        self,
        sent: outbox.Sent,
        now_ms: int,
        anew: Callable[[], outbox.Draft | None],
    ) -> None:
        """Send again what no block has; once stuck, with higher fees and the newest head."""
        if sent.nonce > self._chain.nonce(self._key.address):
            text = f"transactions before nonce {sent.nonce} are missing on the chain"
            with db.write(self._engine) as tx:
                outbox.drop(tx)
                incidents.record(tx, now_ms, "nonce-gap", text)
            return
        if now_ms - sent.made_ms < self._settings.stuck_ms:
            if sent.sent_ms is not None and now_ms - sent.sent_ms < RESEND_MS:
                return
            try:
                outbox.send(self._engine, self._chain, sent, now_ms)
            except FeeTooLowError:
                pass  # the base fee rose, or another attempt at this nonce pays more
            else:
                return
        self._replace(sent, now_ms, anew)

    def _replace(
        self,
        sent: outbox.Sent,
        now_ms: int,
        anew: Callable[[], outbox.Draft | None],
    ) -> None:
        needed, usual = sent.fees.bumped(BUMP_PERCENT), self._chain.fees()
        fees = Fees(max(needed.max_fee, usual.max_fee), max(needed.tip, usual.tip))
        if needed.max_fee > self._settings.max_fee:
            outbox.send(self._engine, self._chain, sent, now_ms)
            return
        try:
            draft = anew() if sent.kind == "anchor" else self._setup.again(sent.kind)
        except RevertError:
            draft = None
        if draft is None:  # what it was to do is done, or cannot be done: look again
            with db.write(self._engine) as tx:
                outbox.drop(tx)
            return
        capped = min(fees.max_fee, self._settings.max_fee)
        self._post(draft, now_ms, sent.nonce, Fees(capped, min(fees.tip, capped)))

    def _fees(self) -> Fees:
        """Return what the chain suggests, within the cap; refuse what no block would take."""
        cap, head = self._settings.max_fee, self._chain.head()
        if head.base_fee > cap:
            raise FeeTooLowError(
                f"base fee is {head.base_fee} wei per gas, over the cap of {cap}"
            )
        usual = self._chain.fees()
        max_fee = min(usual.max_fee, cap)
        return Fees(max_fee, min(usual.tip, max_fee))

    def _failed(self, now_ms: int, error: ChainError) -> None:
        """Note a failure; its beginning is an incident, its going on is not."""
        self._look_ms = now_ms + self._pause_ms
        self._pause_ms = min(2 * self._pause_ms, LONGEST_PAUSE_MS)
        code, text = error.code, str(error)
        if isinstance(error, NoFundsError):
            text = f"{text}; send ether to {self._key.address}"
        with db.write(self._engine) as tx:
            before = tx.execute(select(ChainStatus)).one_or_none()
            begins = before is None or before.code != code
            since = now_ms if begins or before is None else before.failed_ms
            _put_status(tx, failed_ms=since, code=code, text=text)
            if begins:
                incidents.record(tx, now_ms, code, text)
        if begins:
            log.warning("anchoring is held up", extra={"code": code, "reason": text})

    def _succeeded(self, now_ms: int) -> None:
        self._look_ms = now_ms + self._settings.poll_ms
        self._pause_ms = FIRST_PAUSE_MS
        with db.write(self._engine) as tx:
            _put_status(tx, ok_ms=now_ms, failed_ms=None, code=None, text=None)


def note_hash(text: str, origin: str) -> bytes:
    """Return SHA-256 of a note with only the log's own 0x01 line, whoever else signed it."""
    published = note.parse(text)
    own = tuple(
        line
        for line in published.signatures
        if line.name == origin and len(line.data) == ED25519_SIZE  # a cosignature is longer
    )
    return sha256(note.Note(published.text, own).to_text().encode()).digest()


def _head(checkpoint: Checkpoint, origin: str) -> outbox.Head:
    size, root, text = checkpoint
    return outbox.Head(size, root, note_hash(text, origin))


def _put_status(tx: Connection, **values: int | str | None) -> None:
    if tx.execute(update(ChainStatus).values(values)).rowcount == 0:
        tx.execute(insert(ChainStatus).values(id=1, **values))
