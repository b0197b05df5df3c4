"""Why a record of a kind is refused before any log is looked at."""

from attest.errors import RuleError


class UnknownKindError(RuleError):
    """The statement's typ names a kind that nobody has defined."""

    code = "unknown-kind"


class RecordError(RuleError):
    """The payload is well spelled, but not a record of its kind."""

    code = "bad-record"
