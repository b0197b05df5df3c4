"""One stamp's evidence file, checked with no network and no database against your pins.

The file is a dossier as a server gave it out (docs/formats/dossier.md). An RPC address of the
auditor's choice lifts the anchor from the server's word to something that was asked.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path

import click

from attest import dossier as dossiers
from attest import verify as verifying
from attest.client import verdicts
from attest.dossier import Dossier
from attest.errors import AttestError
from attest.payload import Json
from attest.trust import Trust
from attest.verify import Verdict
from ledger.errors import UnableError

from .report import Finding, Report

EMPTY_ROOT = bytes(32)  # what `rootAt` gives for a size that was never anchored
FAILS = 1


@dataclass(frozen=True, slots=True)
class Judged:
    """What came out: a verdict, or why the file is none; findings and notes on the chain."""

    verdict: Verdict | None
    refusal: AttestError | None
    chain: Report

    @property
    def status(self) -> int:
        """The exit status: 0 holds, 1 does not, 3 nothing was pinned."""
        if self.verdict is None or not self.chain.holds:
            return FAILS
        return verdicts.status(self.verdict)

    def text(self) -> str:
        """The report for people."""
        refused = f"NOT EVIDENCE: {self.refusal} ({self.refusal.code})" if self.refusal else ""
        lines = [verdicts.text(self.verdict) if self.verdict else refused]
        lines += [f"note: {note}" for note in self.chain.notes]
        lines += [f"FOUND {finding.text()}" for finding in self.chain.findings]
        return "\n".join(lines)

    def record(self) -> dict[str, Json]:
        """The report for programs."""
        found: list[Json] = [_finding(finding) for finding in self.chain.findings]
        notes: list[Json] = list(self.chain.notes)
        refused = self.refusal.code if self.refusal else None
        shown = verdicts.record(self.verdict) if self.verdict else {"result": "failed"}
        return {"refused": refused, **shown, "findings": found, "notes": notes}


def run(path: Path, pins: Trust | None, as_json: bool, rpc: str | None = None) -> int:
    """Check a file, say what came out, and return the exit status."""
    judged = judge(read(path), pins, time.time_ns() // 1_000_000, rpc)
    shown = json.dumps(judged.record(), ensure_ascii=False) if as_json else judged.text()
    click.echo(shown)
    return judged.status


def read(path: Path) -> bytes:
    """Read a file, and no more of it than evidence may have."""
    with path.open("rb") as file:
        return file.read(dossiers.MAX_SIZE + 1)


def judge(data: bytes, pins: Trust | None, now_ms: int, rpc: str | None = None) -> Judged:
    """Check the bytes of an evidence file; never raises for what stands in them."""
    chain = Report("chain")
    try:
        dossier = dossiers.parse(data)
        rooted = _rooted(dossier, pins, rpc, chain) if rpc else None
        return Judged(verifying.verify(dossier, pins, now_ms, rooted=rooted), None, chain)
    except AttestError as refusal:
        return Judged(None, refusal, chain)


def _rooted(dossier: Dossier, pins: Trust | None, rpc: str, chain: Report) -> bytes | None:
    """Return what the chosen node has at the anchor's size; None when it does not answer."""
    if pins is None or dossier.anchor is None:
        chain.notes.append("no chain was asked: nothing is pinned, or nothing is anchored yet")
        return None
    from . import anchors  # noqa: PLC0415  an HTTP client, which checking offline needs not

    try:
        kept = anchors.read(anchors.Node(rpc), pins, chain)
    except UnableError as e:
        chain.find("anchor", e.code, f"the chain that you named was not reached: {e}")
        return None
    if pins.contract is None or not chain.holds:
        return None
    roots = {anchor.size: anchor.root for anchor in kept}
    return roots.get(dossier.anchor.size, EMPTY_ROOT)


def _finding(finding: Finding) -> dict[str, Json]:
    return {"check": finding.check, "code": finding.code, "detail": finding.detail}
