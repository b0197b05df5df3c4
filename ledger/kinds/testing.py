"""Inspections: of a facility that the log has. Tests and samples are events like others."""

from attest.kinds.testing import Inspection

from . import records, rights
from .case import Case
from .records import Standing


def check_inspection(case: Case) -> Standing:
    """Refuse an inspection of premises that have no entry."""
    record: Inspection = case.record
    before = records.check(case)
    rights.check_facility(case, record.facility)
    return Standing(before, record.facility, record.facility, record.verdict)
