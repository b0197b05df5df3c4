"""A ledger that answers pages with sample dossiers; everything else of it is missing."""

from dataclasses import dataclass, field
from typing import Any

from ledger.errors import NotFoundError, UnableError
from ledger.people.scans import Tally
from ledger.read.watched import Gap
from support import pages

NOW_MS = 1_795_600_000_000  # 25 November 2026
FINGERPRINT = "6f0d94c1be30aa61d8e2"


@dataclass
class SampleSettings:
    public_url: str = "https://trace.example"


@dataclass
class SampleTrust:
    fingerprint: str = FINGERPRINT


@dataclass
class SampleStamps:
    """One stamp, in whatever state the test wants."""

    state: str = "active"

    def dossier(self, code: str, _now_ms: int) -> dict[str, Any]:
        if self.state == "broken":
            raise RuntimeError("the disk is on fire")
        if self.state == "unable":
            raise UnableError("the log cannot be read")
        text = code.replace("-", "").upper()
        if self.state == "unknown" or text != pages.CODE.text:
            raise NotFoundError(f"no stamp {code[:40]!r} was issued")
        made = {"suspicious": "active", "expired": "active", "mismatch": "active"}
        found = pages.dossier(made.get(self.state, self.state))
        found["stamp"]["state"] = self.state
        return found


@dataclass
class SampleChecks:
    """Counts nothing, remembers who was noted."""

    noted: list[tuple[str, str | None]] = field(default_factory=list)

    def tally(self, *_: object) -> Tally:
        return Tally(57, 9, "2026-11-20", "Tỉnh Mẫu")

    def note(self, _stamp: object, cookie: str, province: str | None, _now_ms: int) -> None:
        self.noted.append((cookie, province))


@dataclass
class SampleLedger:
    stamps: SampleStamps = field(default_factory=SampleStamps)
    checks: SampleChecks = field(default_factory=SampleChecks)
    settings: SampleSettings = field(default_factory=SampleSettings)
    independent: bool = False

    def product(self, gtin: str) -> object | None:
        return "a product" if gtin == pages.GTIN else None

    def gaps(self, _lot: str) -> tuple[Gap, ...]:
        start_ms = 1_795_330_000_000
        return (Gap("zone", start_ms, start_ms + 38 * 60_000, "power"),)

    def trust(self) -> SampleTrust:
        return SampleTrust()
