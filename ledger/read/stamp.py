"""A stamp's dossier: what the log, the chain and the counts say of one printed code.

Everything but the stamp itself is the same for all stamps of one binding, so it is kept for a
few seconds: a recall shows within `KEPT_S` everywhere, and a busy lot costs its proofs once.
"""

import logging
import mmap
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from attest import anchoring, compose, condition, payload, spell, stamp, statement
from attest.anchoring import Anchor, Chain
from attest.compose import Telling
from attest.dossier import Dossier, Stamp
from attest.errors import AttestError
from attest.log import checkpoint, note
from attest.log.checkpoint import Checkpoint
from attest.log.proof import TlogProof
from attest.payload import Json
from attest.roll import RollTree
from attest.stamp import Code, CodeError
from attest.statement import Statement
from ledger import printing
from ledger.anchor import history
from ledger.errors import CorruptError, NotFoundError, UnableError
from ledger.log import publish
from ledger.log.reader import LogReader
from ledger.people import scans
from ledger.settings import LONGEST_SILENCE_S
from ledger.store import db

from . import relied, summary, trace

if TYPE_CHECKING:
    from ledger.ledger import Ledger

log = logging.getLogger(__name__)

KEPT_S = 5
KEPT_LOTS = 256
KEPT_ROLLS = 32
KEPT_STATEMENTS = 2048
Key = tuple[int, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Kept:
    """The dossier of one stamp of a binding; others differ in their `stamp` alone."""

    made_ms: int
    about: trace.Stamp
    dossier: Dossier
    record: dict[str, Json]  # of `dossier`; its parts are shared and never changed
    state: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Moment:
    """When a dossier is made, and when its checkpoint was published."""

    now_ms: int
    published_ms: int


class Published:
    """The log at the checkpoint that is published now, as `compose` reads it."""

    def __init__(self, log: LogReader, read: Callable[[int], Statement]) -> None:
        self._log = log
        self._read = read
        self._note = log.checkpoint()
        self.head: Checkpoint = checkpoint.parse(note.parse(self._note).text)

    def checkpoint(self) -> str:
        """Return the note."""
        return self._note

    def size(self) -> int:
        """Return how many entries the note promises."""
        return self.head.size

    def statement(self, index: int) -> Statement:
        """Return an entry."""
        return self._read(index)

    def proof(self, index: int) -> str:
        """Return the tlog-proof of an entry, which ends in the note."""
        path = self._log.path(index, self.head.size)
        return TlogProof(index, tuple(path), self._note).text()


class Stamps:
    """Dossiers by code. Entries never change, so parsed ones are kept; rows for `KEPT_S`."""

    def __init__(self, ledger: "Ledger", kept_lots: int = KEPT_LOTS) -> None:
        self._ledger = ledger
        self._kept_lots = kept_lots
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._tree = lru_cache(KEPT_ROLLS)(self._read_tree)
        self._statement = lru_cache(KEPT_STATEMENTS)(self._read_statement)

    def dossier(self, text: str, now_ms: int) -> dict[str, Json]:
        """Return the dossier of a code as JSON (docs/formats/dossier.md).

        Raises `NotFoundError` for a code that was never issued, `UnableError` when this server
        cannot tell now; a code with a wrong MAC and one of no roll look the same.
        """
        try:
            kept, found = self._find(text, now_ms)
            first: Json = dict(found.first_check) if found.first_check else None
            checks: Json = {"first": first, "count": found.check_count}
            return {**kept.record, "stamp": found.stamp.record(), "checks": checks}
        except (CorruptError, AttestError) as e:
            log.exception("records of a stamp contradict each other", extra={"code": e.code})
            raise UnableError("this server's own records of the stamp do not agree") from e

    def read(self, text: str, now_ms: int) -> Dossier:
        """Return the dossier of a code; our own faults are CorruptError and AttestError."""
        return self._find(text, now_ms)[1]

    def _find(self, text: str, now_ms: int) -> tuple[Kept, Dossier]:
        code = self._issued(text)
        with db.read(self._ledger.engine) as tx:
            about = trace.stamp(tx, code.roll, code.index)
            if about is None:
                raise NotFoundError("no such stamp was issued")
            tally = scans.tally(tx, code, now_ms)
            kept = self._lot(tx, about, code, now_ms)
        state = kept.state(now_ms)
        if tally.unusual and state in ("active", "inactive"):
            state = "suspicious"
        first = {"day": tally.first_day or "", "province": tally.first_province or ""}
        return kept, replace(
            kept.dossier,
            stamp=self._stamp(code, kept.about, state),
            first_check=first if all(first.values()) else None,
            check_count=tally.count,
        )

    def _issued(self, text: str) -> Code:
        try:
            code = stamp.parse(text)
        except CodeError as e:
            raise NotFoundError(f"no stamp has such a code: {e}") from e
        if not stamp.check(self._ledger.stamp_secret, code):
            raise NotFoundError("no such stamp was issued")
        return code

    def _lot(self, tx: Connection, about: trace.Stamp, code: Code, now_ms: int) -> Kept:
        binding = about.binding.entry if about.binding else None
        key = (about.roll.number, binding, about.void)
        with self._lock:
            kept = self._kept.get(key)
        if kept and 0 <= now_ms - kept.made_ms < KEPT_S * 1000:
            return kept
        published_ms = self._published_ms(now_ms)
        fresh = self._compose(tx, about, code, Moment(now_ms, published_ms))
        with self._lock:
            self._kept[key] = fresh
            self._kept.move_to_end(key)
            if len(self._kept) > self._kept_lots:
                self._kept.popitem(last=False)
        return fresh

    def _compose(self, tx: Connection, about: trace.Stamp, code: Code, at: Moment) -> Kept:
        published = Published(self._ledger.log, self._statement)
        if about.roll.entry >= published.size():
            raise UnableError("the roll is logged, and its checkpoint not published yet")
        if about.binding is not None and about.binding.entry >= published.size():
            about = replace(about, binding=None)
        told = self._telling(published, at)
        found = relied.find(tx, about, published.size())
        shown = self._stamp(code, about, "active")
        line = compose.gather(shown, found.entries, published, self._ledger.keys()[1])
        lot = {"coverage": found.coverage, "rating": _points(published, found.rating)}
        made = compose.compose(line, published, replace(told, lot=lot))
        state = partial(condition.state, line)
        return Kept(at.now_ms, about, made, made.record(), state)

    def _published_ms(self, now_ms: int) -> int:
        published_ms = _changed_ms(self._ledger.log.folder / publish.NAME)
        if now_ms - published_ms > LONGEST_SILENCE_S * 1000:
            time = spell.time_text(published_ms)
            raise UnableError(f"the newest checkpoint is of {time}: the log's writer is away")
        return published_ms

    def _telling(self, log: Published, at: Moment) -> Telling:
        engine, size = self._ledger.engine, log.size()
        row = history.newest_final(engine, size)
        anchor = None if row is None else anchoring.parse_anchor(row.to_json())
        return Telling(
            checkpoint_time=spell.time_text(at.published_ms // 1000 * 1000),
            anchor=anchor,
            consistency=self._consistency(anchor, size),
            chain=_chain(history.identity(engine)),
            summary=summary.line,
        )

    def _consistency(self, anchor: Anchor | None, size: int) -> tuple[bytes, ...]:
        return () if anchor is None else tuple(self._ledger.log.consistency(anchor.size, size))

    def _stamp(self, code: Code, about: trace.Stamp, state: str) -> Stamp:
        key = self._roll_key(code.roll)
        return Stamp(
            code=code,
            blind=stamp.blind(key, code.index),
            state=state,
            roll=code.roll,
            index=code.index,
            roll_entry=about.roll.entry,
            roll_proof=tuple(self._tree(about.roll).proof(key, code.index)),
            activation_entry=about.binding.entry if about.binding else None,
        )

    def _read_statement(self, index: int) -> Statement:
        return statement.parse(self._ledger.log.entry(index))

    def _roll_key(self, number: int) -> bytes:
        return stamp.roll_key(self._ledger.stamp_secret, number)

    def _read_tree(self, roll: trace.Roll) -> RollTree:
        """Open what is kept of a roll's tree; make it again when it is lost."""
        wish = printing.Wish(roll.number, roll.count, roll.producer, roll.product)
        folder = self._ledger.settings.rolls
        tree = _open_tree(printing.kept(folder, roll.number), roll)
        if tree is None:
            tree = printing.make(self._ledger.stamp_secret, wish, processes=1)
            printing.keep(folder, tree)
        if tree.root(self._roll_key(roll.number)) != roll.root:
            raise CorruptError(f"roll {roll.number} was not made with this stamp secret")
        return tree


def _open_tree(path: Path, roll: trace.Roll) -> RollTree | None:
    try:
        with path.open("rb") as file:
            kept = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (
        FileNotFoundError,
        ValueError,
    ):  # ValueError: a roll of fifteen stamps keeps nothing
        return None
    return RollTree(roll.number, roll.count, memoryview(kept))


def _points(log: Published, index: int | None) -> Json:
    if index is None:
        return None
    return payload.pointer(log.statement(index).record, "/points")


def _changed_ms(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns // 1_000_000
    except FileNotFoundError as e:
        raise UnableError("this log has not published a checkpoint") from e


def _chain(known: history.Identity | None) -> Chain:
    return compose.NO_CHAIN if known is None else anchoring.parse_chain(known.to_json())
