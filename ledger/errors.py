"""Why the ledger refuses. Callers catch `LedgerError`; `STATUS` says what each means in HTTP.

One table covers `attest`'s refusals and ours. A class without a line of its own has that of
its nearest base. `problem` is RFC 9457; `item` is the form of formats §6 in a capture job.
"""

from typing import ClassVar, TypedDict

from attest.errors import (
    AttestError,
    ConflictError,
    KeyRefusal,
    MalformedError,
    ProofError,
    RuleError,
    SignatureError,
    TooLargeError,
    TrustError,
    WeakKeyError,
)

PROBLEMS = "https://w3id.org/nguon/v1/problems/"
UNPROCESSABLE = 422


class LedgerError(Exception):
    """Base of every refusal of this package; `code` is its name for ever."""

    code: ClassVar[str] = "ledger"


class NotFoundError(LedgerError):
    """There is no such thing here."""

    code = "not-found"


class ForbiddenError(LedgerError):
    """Nobody may ask this of us."""

    code = "forbidden"


class BodyTooLargeError(LedgerError):
    """The body holds more than one request may bring."""

    code = "body-too-large"


class MediaTypeError(LedgerError):
    """The body is of a type that nobody here reads."""

    code = "media-type"


class UnableError(LedgerError):
    """The answer cannot be given now; it says nothing about the thing asked for."""

    code = "unable"


class BusyError(UnableError):
    """The database is held by others for too long; try again."""

    code = "busy"


class NotFoldedError(LedgerError):
    """Our own fault: the fold broke on this statement, which therefore is not logged."""

    code = "not-folded"


class NotLoggedError(RuleError):
    """A kind that goes by other ways (a permit, a segment) was brought to the log."""

    code = "not-logged"


class StartError(LedgerError):
    """A process of ours may not start in this state; the text names the way out."""

    code = "start-refused"


class SettingsError(StartError):
    """A setting is missing, unknown or contradicts another."""

    code = "settings"


class KeyFileError(StartError):
    """A key file is missing, unreadable or readable by others."""

    code = "key-file"


class SecondWriterError(StartError):
    """Another process writes this log."""

    code = "second-writer"


class BehindError(StartError):
    """The log here is older than what was signed, anchored or folded: it was restored."""

    code = "older-than-signed"


class AheadError(StartError):
    """The log here is newer than the lock database: the lock was lost or restored."""

    code = "newer-than-signed"


class ForkError(StartError):
    """Two roots claim one size of this log."""

    code = "fork"


class CorruptError(LedgerError):
    """Stored state breaks an invariant of docs/design/log.md."""

    code = "corrupt"


STATUS: dict[type[Exception], int] = {
    MalformedError: 400,
    TooLargeError: 413,
    WeakKeyError: 400,
    SignatureError: 403,
    KeyRefusal: 403,
    ConflictError: 409,
    RuleError: UNPROCESSABLE,
    ProofError: UNPROCESSABLE,
    TrustError: UNPROCESSABLE,
    ForbiddenError: 403,
    NotFoundError: 404,
    BodyTooLargeError: 413,
    MediaTypeError: 415,
    LedgerError: 500,
    UnableError: 503,
    StartError: 503,
    AttestError: 400,
}


class Problem(TypedDict):
    """RFC 9457: `type` and `title` name the refusal, `detail` is about this one."""

    type: str
    title: str
    status: int
    detail: str


def status(error: AttestError | LedgerError) -> int:
    """Return the HTTP status of a refusal: that of its nearest class in `STATUS`."""
    return next(STATUS[c] for c in type(error).__mro__ if c in STATUS)


def item_status(error: AttestError | LedgerError) -> int:
    """Return the status of a refused item of a capture job (formats §6).

    403 key, signature or role; 409 conflict with the log; 422 every rule of the kind, its
    shape included, since the statement itself did parse; 500 when the fault is ours.
    """
    plain = status(error)
    return UNPROCESSABLE if isinstance(error, AttestError) and plain in (400, 413) else plain


def problem(error: AttestError | LedgerError) -> Problem:
    """Return the RFC 9457 body of a refusal."""
    return about(error.code, status(error), str(error))


def about(code: str, status: int, detail: str) -> Problem:
    """Return the RFC 9457 body of a refusal that is known by its code only."""
    title = code.replace("-", " ")
    return {"type": PROBLEMS + code, "title": title, "status": status, "detail": detail}
