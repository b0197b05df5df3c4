"""How often a stamp was looked at by people, and when that is unusual.

A *check* is a person's top-level view of the page in a browser: `Sec-Fetch-Dest: document`, no
`Sec-Purpose`, no robot's agent; once per device (our cookie) and 24 hours. See formats §5. The
page states the same rule with the same two numbers. Devices are kept as keyed hashes only.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Protocol

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, insert, or_, select
from sqlalchemy.engine import Engine

from attest.stamp import Code
from ledger.store import db
from ledger.store.derived_rows import table
from ledger.store.private_rows import CheckRow

DAY_MS = 86_400_000
UNUSUAL_COUNT = 30  # more checks than this are unusual: a household opens a page a few times
UNUSUAL_PLACES = 5  # as many provinces or more are: one jar is bought in one place
PLACE_SIZE = 80  # characters
ROBOT = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|facebookexternalhit|whatsapp|telegram|skypeuripreview"
    r"|curl|wget|python|httpx|okhttp|go-http|java/|monitor|scan(?:ner)?/|lighthouse|fetch",
    re.IGNORECASE,
)

_check = table(CheckRow)


class Headers(Protocol):
    """A request's headers, whose names differ in case."""

    def get(self, name: str, /) -> str | None:
        """Return a header, or None where it is missing."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Checks of one stamp: how many, from how many provinces, and the first of them."""

    count: int = 0
    places: int = 0
    first_day: str | None = None
    first_province: str | None = None

    @property
    def unusual(self) -> bool:
        """Say whether the page warns that the stamp may have been copied."""
        return self.count > UNUSUAL_COUNT or self.places >= UNUSUAL_PLACES

    def record(self) -> dict[str, object]:
        """Return the dossier's member `checks`; `first` is null unless its place is known."""
        first = {"day": self.first_day, "province": self.first_province}
        return {"first": first if all(first.values()) else None, "count": self.count}


def is_person(headers: Headers) -> bool:
    """Say whether a request is a person who opens the page itself, as far as headers tell."""
    agent = headers.get("User-Agent")
    return (
        headers.get("Sec-Fetch-Dest") == "document"
        and not headers.get("Sec-Purpose")
        and not headers.get("Purpose")
        and agent is not None
        and not ROBOT.search(agent)
    )


class Checks:
    """The checks kept in one database; `secret` keys the hashes of devices."""

    def __init__(self, engine: Engine, secret: bytes) -> None:
        self._engine = engine
        self._secret = secret

    def device(self, cookie: str) -> bytes:
        """Return what is kept of a device's cookie."""
        return hmac.digest(self._secret, b"nguon device" + cookie.encode(), "sha256")

    def note(self, stamp: Code, cookie: str, province: str | None, now_ms: int) -> None:
        """Count one check, unless this device checked this stamp within 24 hours."""
        device = self.device(cookie)
        with db.write(self._engine) as tx:
            own = [*_of(stamp), _recent(device, now_ms)]
            if tx.execute(select(_check.c.id).where(*own).limit(1)).first():
                return
            row = {
                "roll": stamp.roll,
                "position": stamp.index,
                "device": device,
                "at_ms": now_ms,
                "province": province[:PLACE_SIZE] if province else None,
            }
            tx.execute(insert(_check).values(row))

    def tally(
        self, stamp: Code, now_ms: int, viewer: str | None = None, zone: tzinfo = UTC
    ) -> Tally:
        """Count the checks of a stamp, without the one that this viewer's device makes now.

        `zone`: where the day of the first check is that of the calendar.
        """
        with db.read(self._engine) as tx:
            return tally(tx, stamp, now_ms, zone, self.device(viewer) if viewer else None)


def tally(
    tx: Connection, stamp: Code, now_ms: int, zone: tzinfo = UTC, viewer: bytes | None = None
) -> Tally:
    """Count the checks of a stamp; leaves out what device `viewer` did in the last 24 hours."""
    values: dict[str, int | bytes] = {"roll": stamp.roll, "position": stamp.index}
    kept = _ALL if viewer is None else _OTHERS
    if viewer is not None:
        values |= {"device": viewer, "since": now_ms - DAY_MS}
    count, places, at_ms = tx.execute(kept, values).one()
    if not count:
        return Tally()
    province = tx.execute(_PROVINCE, values | {"at_ms": at_ms}).scalar()
    day = datetime.fromtimestamp(at_ms / 1000, zone).date().isoformat()
    return Tally(count, places, day, province)


def _of(stamp: Code) -> list[ColumnElement[bool]]:
    return [_check.c.roll == stamp.roll, _check.c.position == stamp.index]


def _recent(device: bytes, now_ms: int) -> ColumnElement[bool]:
    return and_(_check.c.device == device, _check.c.at_ms > now_ms - DAY_MS)


# Said once: making a query costs more than asking it.
_HERE = and_(_check.c.roll == bindparam("roll"), _check.c.position == bindparam("position"))
_ALL = select(
    func.count(), func.count(func.distinct(_check.c.province)), func.min(_check.c.at_ms)
).where(_HERE)
_OTHERS = _ALL.where(
    or_(_check.c.device != bindparam("device"), _check.c.at_ms <= bindparam("since"))
)
_PROVINCE = (
    select(_check.c.province).where(_HERE, _check.c.at_ms == bindparam("at_ms")).limit(1)
)
