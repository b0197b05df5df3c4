"""Daily digests: one a day and kind, said again when it was wrong."""

from attest.kinds.digests import Digest

from . import records
from .case import Case
from .records import Standing


def check(case: Case) -> Standing:
    """Check a digest like any plain record."""
    record: Digest = case.record
    return Standing(records.check(case), state=record.day)
