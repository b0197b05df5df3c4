"""What an audit found: counts of what was checked, and each thing that does not hold."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold: which check, where, and what was wrong."""

    check: str
    code: str
    detail: str
    index: int | None = None

    def text(self) -> str:
        """One line for people."""
        where = "" if self.index is None else f" entry {self.index}:"
        return f"{self.check}:{where} {self.detail} ({self.code})"


@dataclass(slots=True)
class Report:
    """The findings of one run over one log; `checked` counts what was looked at."""

    subject: str
    checked: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what was not checked, and why

    def count(self, what: str, number: int = 1) -> None:
        """Add to a count."""
        self.checked[what] = self.checked.get(what, 0) + number

    def find(self, check: str, code: str, detail: str, index: int | None = None) -> None:
        """Add a finding."""
        self.findings.append(Finding(check, code, detail, index))

    @property
    def holds(self) -> bool:
        """Nothing was found."""
        return not self.findings

    def record(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "subject": self.subject,
            "holds": self.holds,
            "checked": self.checked,
            "findings": [asdict(finding) for finding in self.findings],
            "notes": self.notes,
        }

    def to_json(self) -> str:
        """The report as a JSON text."""
        return json.dumps(self.record(), ensure_ascii=False, indent=1)

    def text(self) -> str:
        """The report for people; at most `MOST_SHOWN` findings are spelled out."""
        lines = [self.subject]
        lines += [f"  {number:>9,} {what}" for what, number in self.checked.items()]
        lines += [f"  note: {note}" for note in self.notes]
        lines += [f"  FOUND {finding.text()}" for finding in self.findings[:MOST_SHOWN]]
        if len(self.findings) > MOST_SHOWN:
            lines.append(f"  and {len(self.findings) - MOST_SHOWN} more")
        lines.append("everything checked holds" if self.holds else "DOES NOT HOLD")
        return "\n".join(lines)
