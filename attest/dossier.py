"""All that a stranger needs to check one stamp, read strictly; nothing is checked yet.

`parse(d.to_bytes()) == d`. Members are those of docs/formats/dossier.md, exactly: one too many,
too few or twice is refused. What the parts mean, and whether they hold, is `attest.verify`'s.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from . import anchoring, fields, shown, spell, stamp
from .anchoring import Anchor, Chain
from .errors import MalformedError, TooLargeError
from .keys import KID_SIZE
from .payload import Json
from .shown import Fact, Members, Moment, Told, print_part

VERSION = 1
MAX_SIZE = 16 * 2**20  # bytes; forty entries of the largest size, with proofs, are a quarter
MAX_DEPTH = 64
MAX_ENTRIES = 2_000
PRODUCT: Final = (
    "id",
    "name",
    "maker",
    "brand",
    "gtin",
    "netContent",
    "ingredients",
    "allergens",
    "storage",
    "phone",
    "picture",
)
LOT: Final = ("id", "number", "packed", "bestBefore", "expiry", "made", "facility")
LOT_TOLD: Final = ("coverage", "rating")
NOT_PROVEN: Final = ("goods", "truth", "unseen", "absence", "page")
STATES: Final = (
    "active",
    "inactive",
    "suspicious",
    "expired",
    "unable",
    "void",
    "hold",
    "recalled",
    "mismatch",
)  # from best to worst; the last and `unable` are never a server's

_INDEX = re.compile(r"0|[1-9][0-9]{0,15}")


class VersionError(MalformedError):
    """The dossier is of a version that this reader does not know."""

    code = "unknown-version"


@dataclass(frozen=True, slots=True)
class Stamp:
    """The stamp, and what leads from its leaf to the roll's entry."""

    code: stamp.Code
    blind: bytes
    state: str
    roll: int
    index: int
    roll_entry: int
    roll_proof: tuple[bytes, ...]
    activation_entry: int | None

    def record(self) -> Members:
        """Return the JSON."""
        return {
            "code": self.code.text,
            "blind": spell.base64url(self.blind),
            "state": self.state,
            "roll": self.roll,
            "index": self.index,
            "rollEntry": self.roll_entry,
            "rollProof": [spell.base64url(h) for h in self.roll_proof],
            "activationEntry": self.activation_entry,
        }


@dataclass(frozen=True, slots=True)
class Entry:
    """A statement's bytes, and the tlog-proof that they are in the log."""

    statement: bytes
    proof: str

    def record(self) -> Members:
        """Return the JSON."""
        return {"statement": spell.base64url(self.statement), "proof": self.proof}


@dataclass(frozen=True, slots=True)
class Dossier:
    """The whole; `entries` by index, `keys` by kid, `checkpoint` is a note."""

    stamp: Stamp
    product: Mapping[str, Fact | None]
    lot: Mapping[str, Fact | None] | None
    lot_told: Mapping[str, Told | None]
    timeline: tuple[Moment, ...]
    entries: Mapping[int, Entry]
    keys: Mapping[bytes, tuple[int, ...]]
    checkpoint: str
    anchor: Anchor | None
    consistency: tuple[bytes, ...]
    checkpoint_time: str
    chain: Chain
    first_check: Mapping[str, str] | None
    check_count: int
    not_proven: tuple[str, ...] = field(default=NOT_PROVEN)

    def record(self) -> Members:
        """Return the JSON."""
        return {
            "version": VERSION,
            "stamp": self.stamp.record(),
            "product": _print(self.product, PRODUCT),
            "lot": self._lot_record(),
            "timeline": [moment.record() for moment in self.timeline],
            "entries": {str(index): entry.record() for index, entry in self.entries.items()},
            "keys": {
                spell.base64url(kid): {"entries": list(indexes)}
                for kid, indexes in self.keys.items()
            },
            "checkpoint": self.checkpoint,
            "anchor": print_part(self.anchor),
            "consistency": [spell.base64url(h) for h in self.consistency],
            "checkpointTime": self.checkpoint_time,
            "chain": self.chain.record(),
            "checks": {
                "first": dict(self.first_check) if self.first_check else None,
                "count": self.check_count,
            },
            "notProven": list(self.not_proven),
        }

    def _lot_record(self) -> Members | None:
        if self.lot is None:
            return None
        return {**_print(self.lot, LOT), **_print(self.lot_told, LOT_TOLD)}

    def to_bytes(self) -> bytes:
        """Return the file: UTF-8 JSON without spaces."""
        return json.dumps(self.record(), ensure_ascii=False, separators=(",", ":")).encode()


def parse(data: bytes) -> Dossier:
    """Read a dossier. Raises MalformedError and its children."""
    if len(data) > MAX_SIZE:
        raise TooLargeError(f"dossier of {len(data)} bytes, more than {MAX_SIZE}")
    try:
        record = json.loads(
            data.decode(),
            object_pairs_hook=_object,
            parse_constant=_number,
            parse_float=_number,
        )
    except (ValueError, RecursionError) as e:
        raise MalformedError(f"dossier is not JSON: {str(e)[:80]}") from e
    _check_depth(record)
    whole = fields.members(record)
    if whole.get("version") != VERSION or isinstance(whole["version"], bool):
        raise VersionError(f"version {str(whole.get('version'))[:20]}, this reader knows 1")
    return parse_record(whole)


def parse_record(record: Members) -> Dossier:
    """Read a dossier from JSON that is parsed already."""
    part = fields.exactly(record, "dossier", _WHOLE)
    product = fields.exactly(part["product"], "product", PRODUCT)
    checks = fields.exactly(part["checks"], "checks", ("first", "count"))
    entries = fields.members(part["entries"])
    lot, lot_told = _lot(part["lot"])
    if len(entries) > MAX_ENTRIES:
        raise MalformedError(f"dossier of {len(entries)} entries, more than {MAX_ENTRIES}")
    return Dossier(
        stamp=_stamp(part["stamp"]),
        product={name: shown.parse_fact(product[name]) for name in PRODUCT},
        lot=lot,
        lot_told=lot_told,
        timeline=tuple(map(shown.parse_moment, fields.items(part["timeline"]))),
        entries={_index_name(name): _entry(value) for name, value in entries.items()},
        keys={
            spell.parse_base64url(kid, KID_SIZE): _indexes(value)
            for kid, value in fields.members(part["keys"]).items()
        },
        checkpoint=fields.text(part["checkpoint"]),
        anchor=None if part["anchor"] is None else anchoring.parse_anchor(part["anchor"]),
        consistency=fields.hashes(part["consistency"]),
        checkpoint_time=fields.time(part["checkpointTime"]),
        chain=anchoring.parse_chain(part["chain"]),
        first_check=None if checks["first"] is None else _first(checks["first"]),
        check_count=fields.index(checks["count"]),
        not_proven=tuple(map(fields.text, fields.items(part["notProven"]))),
    )


_WHOLE = (
    "version",
    "stamp",
    "product",
    "lot",
    "timeline",
    "entries",
    "keys",
    "checkpoint",
    "anchor",
    "consistency",
    "checkpointTime",
    "chain",
    "checks",
    "notProven",
)
_STAMP = (
    "code",
    "blind",
    "state",
    "roll",
    "index",
    "rollEntry",
    "rollProof",
    "activationEntry",
)


def _stamp(value: Json) -> Stamp:
    part = fields.exactly(value, "stamp", _STAMP)
    code = stamp.parse(fields.text(part["code"]))
    if code.text != part["code"]:
        raise MalformedError(f"code {part['code']!r} is not spelled as the log spells it")
    state = fields.text(part["state"])
    if state not in STATES or state in ("unable", "mismatch"):
        raise MalformedError(f"state {state[:40]!r} is none of a stamp's")
    activation = part["activationEntry"]
    return Stamp(
        code=code,
        blind=spell.parse_base64url(fields.text(part["blind"]), stamp.BLIND_SIZE),
        state=state,
        roll=fields.index(part["roll"]),
        index=fields.index(part["index"]),
        roll_entry=fields.index(part["rollEntry"]),
        roll_proof=fields.hashes(part["rollProof"]),
        activation_entry=None if activation is None else fields.index(activation),
    )


def _lot(value: Json) -> tuple[dict[str, Fact | None] | None, dict[str, Told | None]]:
    if value is None:
        return None, {}
    part = fields.exactly(value, "lot", (*LOT, *LOT_TOLD))
    facts = {name: shown.parse_fact(part[name]) for name in LOT}
    return facts, {name: shown.parse_told(part[name]) for name in LOT_TOLD}


def _entry(value: Json) -> Entry:
    part = fields.exactly(value, "entry", ("statement", "proof"))
    statement = spell.parse_base64url(fields.text(part["statement"]))
    return Entry(statement, fields.text(part["proof"]))


def _first(value: Json) -> dict[str, str]:
    part = fields.exactly(value, "first", ("day", "province"))
    return {name: fields.text(text) for name, text in part.items()}


def _indexes(value: Json) -> tuple[int, ...]:
    part = fields.exactly(value, "key", ("entries",))
    return tuple(map(fields.index, fields.items(part["entries"])))


def _index_name(name: str) -> int:
    if not _INDEX.fullmatch(name):
        raise MalformedError(f"{name[:40]!r} is not an index")
    return fields.index(int(name))


def _object(pairs: list[tuple[str, Json]]) -> Members:
    part = dict(pairs)
    if len(part) != len(pairs):
        raise MalformedError("an object of the dossier has a member twice")
    return part


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise MalformedError(f"{text[:40]} is no number")
    return number


def _check_depth(value: Json) -> None:
    level: list[Json] = [value]
    for _ in range(MAX_DEPTH):
        if not level:
            return
        lists = [v for v in level if isinstance(v, list)]
        level = [item for one in lists for item in one] + [
            item for one in level if isinstance(one, dict) for item in one.values()
        ]
    raise MalformedError(f"dossier is nested deeper than {MAX_DEPTH}")


def _print(parts: Mapping[str, Fact | Told | None], names: tuple[str, ...]) -> Members:
    return {name: print_part(parts[name]) for name in names}
