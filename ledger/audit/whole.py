"""A whole log checked by somebody who trusts only what he pinned: files, keys, chain, rules."""

from collections.abc import Callable

from attest.errors import AttestError
from attest.trust import Trust

from . import anchors
from .report import Report
from .source import Source
from .walk import Progress, Walk, Walker, read_head

Each = Callable[[int, bytes], None]


def audit(
    source: Source,
    trust: Trust | None,
    node: anchors.Node | None = None,
    progress: Progress = lambda *_: None,
    each: Each = lambda *_: None,
) -> Report:
    """Check a log against pins; without pins it is at most consistent in itself.

    Raises `UnableError` when log or chain cannot be reached: that is no verdict.
    """
    report = Report("log")
    try:
        head = read_head(source, trust.vkey if trust else None)
    except AttestError as e:
        report.find("checkpoint", e.code, str(e))
        return report
    report.subject = f"log {head.origin}, {head.size} entries, root {head.root.hex()}"
    kept = anchors.read(node, trust, report) if node and trust else []
    if node is None:
        report.notes.append("no chain was asked: anchors were not checked")
    walker = Walker(source, head, report, [anchor.size for anchor in kept])
    walked = walker.run(progress, each)
    anchors.compare(kept, head.size, walked.roots, report)
    if trust is None:
        report.notes.append("nothing was pinned: this log is at most consistent in itself")
    else:
        _compare_root(walked, trust, report)
    return report


def _compare_root(walked: Walk, trust: Trust, report: Report) -> None:
    if walked.head.size and walked.registry.root != trust.root:
        report.find("key", "other-trust", "entry 0 does not enrol the pinned root key", 0)
