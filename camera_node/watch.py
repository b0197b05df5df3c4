"""Looks at each recorded GOP and signs what breaks a rule, on the very bytes that are kept.

Evidence is the GOPs in which the votes were cast, by digest; a violation is said as soon as the
votes decide, before its segment or minute closes. What cannot be looked at in time is dropped
and counted: the recording never waits.
"""

import logging
import queue
import threading
from collections import deque
from hashlib import sha256

from attest import cid, statement
from attest.errors import AttestError
from attest.payload import Json

from .capture.record import Recorded
from .keep import sayings
from .keep.journal import Journal
from .keep.sayings import Offence
from .node import Outside
from .rules import hat, mask
from .rules.findings import Config, Finding, Rules
from .see import frames
from .see.model import Detector
from .see.motion import Gate
from .see.tamper import Frozen

log = logging.getLogger(__name__)
WAITING = 8  # GOPs that may wait to be looked at
REMEMBERED = 12  # GOPs that may be named as evidence
RULES = {rule.name: rule for rule in (hat.RULE, mask.RULE)}
SEVERITY = {"minor": 1, "major": 2, "critical": 3}


class Watcher:
    """The eyes of one camera; `show` is called by the recorder, `run` is a thread."""

    def __init__(self, outside: Outside, detector: Detector) -> None:
        rules = tuple(RULES[name] for name in outside.camera.rules)
        self.model = detector.digest
        self.frames = 0
        self.dropped = 0
        self._out = outside
        self._detector = detector
        self._rules = Rules(Config(outside.camera.zone, detector.digest, rules=rules))
        self._gate = Gate()
        self._frozen = Frozen()
        self._busy = False
        self._still = False
        self._waiting: queue.Queue[Recorded] = queue.Queue(WAITING)
        self._recent: deque[Recorded] = deque(maxlen=REMEMBERED)

    def show(self, recorded: Recorded) -> None:
        """Take a GOP if there is room."""
        try:
            self._waiting.put_nowait(recorded)
        except queue.Full:
            self.dropped += 1

    def run(self, stop: threading.Event) -> None:
        """Look at GOPs until told to stop."""
        journal = self._out.journal()
        try:
            while not stop.is_set():
                try:
                    recorded = self._waiting.get(timeout=0.5)
                except queue.Empty:
                    continue
                self._look_at(recorded, journal)
        finally:
            journal.close()

    def _look_at(self, recorded: Recorded, journal: Journal) -> None:
        try:
            self.look(recorded, journal)
        except Exception:  # the outermost loop of this thread: the next GOP is another one
            log.exception("a gop was not looked at")
            self.dropped += 1

    def look(self, recorded: Recorded, journal: Journal) -> list[Finding]:
        """Look at one GOP; journal what breaks a rule, and return it."""
        self._recent.append(recorded)
        found: list[Finding] = []
        try:
            for frame in frames.of_segment(recorded.init, recorded.data, recorded.start_ms):
                self.frames += 1
                self._note_frozen(frame, journal)
                if not self._gate.wants(frame.picture, frame.at_ms, self._busy):
                    continue
                seen = self._detector.detect(frame.picture)
                self._busy = any(d.cls == "person" for d in seen)
                found += self._rules.feed(frame.at_ms, seen)
        except frames.PictureError as e:
            log.warning("pictures cannot be looked at", extra={"reason": str(e)})
        for finding in found:
            self._say(finding, journal)
        return found

    def _note_frozen(self, frame: frames.Frame, journal: Journal) -> None:
        since_ms = self._frozen.update(frame.picture, frame.at_ms)
        if since_ms is not None and not self._still:
            journal.silence_begins(since_ms, "frozen")
        elif since_ms is None and self._still:
            journal.silence_ends(frame.at_ms, "frozen")
        self._still = since_ms is not None

    def _say(self, finding: Finding, journal: Journal) -> None:
        shown = {
            cid.of_bytes(gop.data): gop
            for gop in self._recent
            if gop.start_ms <= finding.to_ms and gop.end_ms >= finding.from_ms
        }
        digests = tuple((sha256(gop.data).digest(), name) for name, gop in shown.items())
        said = sayings.violation(
            self._out.place, self._out.settings.host, _offence(finding, digests)
        )
        try:
            signed = statement.sign(
                self._out.me.signer,
                kind="violation",
                iss=self._out.me.node,
                sub=self._out.camera.id,
                iat=self._out.clock.now_ms() // 1000,
                record=said.record,
            )
        except AttestError:
            log.exception("a violation cannot be said")
            return
        journal.add_violation(
            said, signed.data, {name: gop.data for name, gop in shown.items()}
        )
        log.info("suspected", extra={"rule": finding.rule, "votes": finding.votes})


def watcher(outside: Outside) -> Watcher:
    """Return the eyes of a camera with the model that the settings name."""
    return Watcher(outside, Detector(outside.settings.model))


def _offence(finding: Finding, gops: tuple[tuple[bytes, str], ...]) -> Offence:
    limits = finding.thresholds
    said: dict[str, Json] = {
        "confidence": limits.score,
        "votes": limits.k,
        "withinMs": limits.within_ms,
    }
    return Offence(
        rule=finding.rule,
        at_ms=finding.to_ms,
        severity=SEVERITY[finding.severity],
        confidence=finding.confidence,
        sensor=RULES[finding.rule].wrong,
        yes=finding.votes,
        of=limits.n,
        thresholds=said,
        model=finding.model,
        gops=gops,
    )
