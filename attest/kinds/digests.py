"""Daily digests of the server's private tables: counts, and a root over salted rows."""

from dataclasses import dataclass
from typing import ClassVar, Final

from . import form
from .form import member
from .kind import Plain, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest(Plain):
    """What a table held for a day."""

    day: str = member(form.day)
    count: int = member(form.integer(0))
    root: str = member(form.root)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback(Digest):
    """Consumers' messages."""

    TYPE: ClassVar[str] = "feedback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scans(Digest):
    """Checks of stamps."""

    TYPE: ClassVar[str] = "scans"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access(Digest):
    """Who watched which footage."""

    TYPE: ClassVar[str] = "access"


KINDS: Final = tuple(map(plain, (Feedback, Scans, Access)))
