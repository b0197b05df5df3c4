"""All that a stranger needs to check one stamp, read strictly from JSON; nothing is checked yet.

`parse(d.to_bytes()) == d`. Members are those of docs/formats/dossier.md, exactly: one too many,
too few or twice is refused. What the parts mean, and whether they hold, is `attest.verify`'s.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from . import fields, spell, stamp
from .errors import MalformedError, TooLargeError
from .keys import KID_SIZE
from .payload import Json
from .statement import MAX_NUMBER

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
SERVER = "server"

_INDEX = re.compile(r"0|[1-9][0-9]{0,15}")
_HASH = spell.HASH_SIZE
_ADDRESS = 20

Members: TypeAlias = dict[str, Json]


class VersionError(MalformedError):
    """The dossier is of a version that this reader does not know."""

    code = "unknown-version"


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that entry `entry` says at `pointer` (RFC 6901) of its payload."""

    value: str | int | float | bool
    entry: int
    pointer: str

    def record(self) -> Members:
        """Return the JSON."""
        return {"value": self.value, "entry": self.entry, "pointer": self.pointer}


@dataclass(frozen=True, slots=True)
class Told:
    """A value that only the server says."""

    value: Json

    def record(self) -> Members:
        """Return the JSON."""
        return {"value": self.value, "by": SERVER}


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
class Moment:
    """A line of the timeline: which entry, and when it says that it happened."""

    kind: str
    index: int
    issuer: str
    time: Fact | None
    summary: Told | None

    def record(self) -> Members:
        """Return the JSON."""
        return {
            "kind": self.kind,
            "index": self.index,
            "issuer": self.issuer,
            "time": _record(self.time),
            "summary": _record(self.summary),
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
class Anchor:
    """A head that the chain keeps, as the server tells it."""

    size: int
    root: bytes
    note_hash: bytes
    block: int
    block_hash: bytes
    tx: bytes
    time: str
    final: bool

    def record(self) -> Members:
        """Return the JSON, as `/anchors` has it."""
        return {
            "size": self.size,
            "root": spell.hex0x(self.root),
            "noteHash": spell.hex0x(self.note_hash),
            "block": self.block,
            "blockHash": spell.hex0x(self.block_hash),
            "tx": spell.hex0x(self.tx),
            "time": self.time,
            "final": self.final,
        }


@dataclass(frozen=True, slots=True)
class Chain:
    """Which chain and contract; the first four are None together where there is none."""

    chain_id: int | None
    genesis: bytes | None
    contract: bytes | None
    origin_id: bytes | None
    independent: bool

    def record(self) -> Members:
        """Return the JSON, as `/anchors` has it."""
        return {
            "chainId": self.chain_id,
            "genesis": _hex(self.genesis),
            "contract": _hex(self.contract),
            "originId": _hex(self.origin_id),
            "independent": self.independent,
        }


@dataclass(frozen=True, slots=True)
class Dossier:
    """The whole; `entries` by index, `keys` by kid, `checkpoint` is a note."""

    stamp: Stamp
    product: Mapping[str, Fact | None]
    lot: Mapping[str, Fact | Told | None] | None
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
        lot = self.lot and {name: _record(self.lot[name]) for name in (*LOT, *LOT_TOLD)}
        return {
            "version": VERSION,
            "stamp": self.stamp.record(),
            "product": {name: _record(self.product[name]) for name in PRODUCT},
            "lot": lot,
            "timeline": [moment.record() for moment in self.timeline],
            "entries": {str(index): entry.record() for index, entry in self.entries.items()},
            "keys": {
                spell.base64url(kid): {"entries": list(indexes)}
                for kid, indexes in self.keys.items()
            },
            "checkpoint": self.checkpoint,
            "anchor": _record(self.anchor),
            "consistency": [spell.base64url(h) for h in self.consistency],
            "checkpointTime": self.checkpoint_time,
            "chain": self.chain.record(),
            "checks": {
                "first": dict(self.first_check) if self.first_check else None,
                "count": self.check_count,
            },
            "notProven": list(self.not_proven),
        }

    def to_bytes(self) -> bytes:
        """Return the file: UTF-8 JSON without spaces."""
        return json.dumps(self.record(), ensure_ascii=False, separators=(",", ":")).encode()


def parse(data: bytes) -> Dossier:
    """Read a dossier. Raises MalformedError and its children."""
    if len(data) > MAX_SIZE:
        raise TooLargeError(f"dossier of {len(data)} bytes, more than {MAX_SIZE}")
    try:
        record = json.loads(data.decode(), object_pairs_hook=_object, parse_constant=_refuse)
    except (ValueError, RecursionError) as e:
        raise MalformedError(f"dossier is not JSON: {str(e)[:80]}") from e
    _check_depth(record)
    whole = fields.members(record)
    if whole.get("version") != VERSION or isinstance(whole["version"], bool):
        raise VersionError(f"version {str(whole.get('version'))[:20]}, this reader knows 1")
    return parse_record(whole)


def parse_record(record: Members) -> Dossier:
    """Read a dossier from JSON that is parsed already."""
    part = _exactly(record, "dossier", _WHOLE)
    product = _exactly(part["product"], "product", PRODUCT)
    checks = _exactly(part["checks"], "checks", ("first", "count"))
    entries = fields.members(part["entries"])
    if len(entries) > MAX_ENTRIES:
        raise MalformedError(f"dossier of {len(entries)} entries, more than {MAX_ENTRIES}")
    return Dossier(
        stamp=_stamp(part["stamp"]),
        product={name: _fact(product[name]) for name in PRODUCT},
        lot=None if part["lot"] is None else _lot(part["lot"]),
        timeline=tuple(map(_moment, fields.items(part["timeline"]))),
        entries={_index_name(name): _entry(value) for name, value in entries.items()},
        keys={
            spell.parse_base64url(kid, KID_SIZE): _indexes(value)
            for kid, value in fields.members(part["keys"]).items()
        },
        checkpoint=fields.text(part["checkpoint"]),
        anchor=None if part["anchor"] is None else _anchor(part["anchor"]),
        consistency=_hashes(part["consistency"]),
        checkpoint_time=_time(part["checkpointTime"]),
        chain=_chain(part["chain"]),
        first_check=None if checks["first"] is None else _first(checks["first"]),
        check_count=_index(checks["count"]),
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
_ANCHOR = ("size", "root", "noteHash", "block", "blockHash", "tx", "time", "final")
_CHAIN = ("chainId", "genesis", "contract", "originId", "independent")


def _stamp(value: Json) -> Stamp:
    part = _exactly(value, "stamp", _STAMP)
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
        roll=_index(part["roll"]),
        index=_index(part["index"]),
        roll_entry=_index(part["rollEntry"]),
        roll_proof=_hashes(part["rollProof"]),
        activation_entry=None if activation is None else _index(activation),
    )


def _lot(value: Json) -> dict[str, Fact | Told | None]:
    part = _exactly(value, "lot", (*LOT, *LOT_TOLD))
    facts: dict[str, Fact | Told | None] = {name: _fact(part[name]) for name in LOT}
    return facts | {name: _told(part[name]) for name in LOT_TOLD}


def _moment(value: Json) -> Moment:
    part = _exactly(value, "timeline", ("kind", "index", "issuer", "time", "summary"))
    return Moment(
        fields.text(part["kind"]),
        _index(part["index"]),
        fields.text(part["issuer"]),
        _fact(part["time"]),
        _told(part["summary"]),
    )


def _entry(value: Json) -> Entry:
    part = _exactly(value, "entry", ("statement", "proof"))
    statement = spell.parse_base64url(fields.text(part["statement"]))
    return Entry(statement, fields.text(part["proof"]))


def _anchor(value: Json) -> Anchor:
    part = _exactly(value, "anchor", _ANCHOR)
    hashes = {name: fields.text(part[name]) for name in ("root", "noteHash", "blockHash", "tx")}
    root, note_hash, block_hash, tx = (
        spell.parse_hex0x(text, _HASH) for text in hashes.values()
    )
    return Anchor(
        _index(part["size"]),
        root,
        note_hash,
        _index(part["block"]),
        block_hash,
        tx,
        _time(part["time"]),
        _boolean(part["final"]),
    )


def _chain(value: Json) -> Chain:
    part = _exactly(value, "chain", _CHAIN)
    independent = _boolean(part["independent"])
    if all(part[name] is None for name in _CHAIN[:4]):
        return Chain(None, None, None, None, independent)
    return Chain(
        _index(part["chainId"]),
        spell.parse_hex0x(fields.text(part["genesis"]), _HASH),
        spell.parse_hex0x(fields.text(part["contract"]), _ADDRESS),
        spell.parse_hex0x(fields.text(part["originId"]), _HASH),
        independent,
    )


def _first(value: Json) -> dict[str, str]:
    part = _exactly(value, "first", ("day", "province"))
    return {name: fields.text(text) for name, text in part.items()}


def _fact(value: Json) -> Fact | None:
    if value is None:
        return None
    part = _exactly(value, "fact", ("value", "entry", "pointer"))
    said = part["value"]
    if not isinstance(said, str | int | float):
        raise MalformedError(f"a fact is {str(said)[:40]!r}, which is no text or number")
    pointer = part["pointer"]
    if not isinstance(pointer, str):
        raise MalformedError("a fact's pointer is no text")
    return Fact(said, _index(part["entry"]), pointer)


def _told(value: Json) -> Told | None:
    if value is None:
        return None
    part = _exactly(value, "told value", ("value", "by"))
    if part["by"] != SERVER:
        raise MalformedError(f"a value by {str(part['by'])[:40]!r} is by nobody we know")
    return Told(part["value"])


def _indexes(value: Json) -> tuple[int, ...]:
    part = _exactly(value, "key", ("entries",))
    return tuple(map(_index, fields.items(part["entries"])))


def _hashes(value: Json) -> tuple[bytes, ...]:
    return tuple(
        spell.parse_base64url(fields.text(item), _HASH) for item in fields.items(value)
    )


def _index(value: Json) -> int:
    number = fields.integer(value, 0)
    if number > MAX_NUMBER:
        raise MalformedError(f"{number} is beyond 2^53")
    return number


def _index_name(name: str) -> int:
    if not _INDEX.fullmatch(name):
        raise MalformedError(f"{name[:40]!r} is not an index")
    return _index(int(name))


def _time(value: Json) -> str:
    text = fields.text(value)
    spell.time_ms(text)
    return text


def _boolean(value: Json) -> bool:
    if not isinstance(value, bool):
        raise MalformedError(f"{str(value)[:40]!r} is neither true nor false")
    return value


def _exactly(value: Json, what: str, names: tuple[str, ...]) -> Members:
    part = fields.members(value)
    if part.keys() != set(names):
        odd = sorted(part.keys() ^ set(names))
        raise MalformedError(f"{what} has a member too many or too few: {odd[0][:40]!r}")
    return part


def _object(pairs: list[tuple[str, Json]]) -> Members:
    part = dict(pairs)
    if len(part) != len(pairs):
        raise MalformedError("an object of the dossier has a member twice")
    return part


def _refuse(name: str) -> None:
    raise MalformedError(f"{name} is not JSON")


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


def _record(part: "Fact | Told | Anchor | None") -> Members | None:
    return None if part is None else part.record()


def _hex(data: bytes | None) -> str | None:
    return None if data is None else spell.hex0x(data)
