"""Where a log is anchored, and the head that the chain keeps, as a server tells them."""

from dataclasses import dataclass

from . import fields, spell
from .payload import Json
from .shown import Members


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


_ANCHOR = ("size", "root", "noteHash", "block", "blockHash", "tx", "time", "final")
_CHAIN = ("chainId", "genesis", "contract", "originId", "independent")
_HASH = spell.HASH_SIZE
_ADDRESS = 20


def parse_anchor(value: Json) -> Anchor:
    """Read one row of `/anchors`. Raises MalformedError."""
    part = fields.exactly(value, "anchor", _ANCHOR)
    hashes = {name: fields.text(part[name]) for name in ("root", "noteHash", "blockHash", "tx")}
    root, note_hash, block_hash, tx = (
        spell.parse_hex0x(text, _HASH) for text in hashes.values()
    )
    return Anchor(
        fields.index(part["size"]),
        root,
        note_hash,
        fields.index(part["block"]),
        block_hash,
        tx,
        fields.time(part["time"]),
        fields.boolean(part["final"]),
    )


def parse_chain(value: Json) -> Chain:
    """Read the members that name a chain. Raises MalformedError."""
    part = fields.exactly(value, "chain", _CHAIN)
    independent = fields.boolean(part["independent"])
    if all(part[name] is None for name in _CHAIN[:4]):
        return Chain(None, None, None, None, independent)
    return Chain(
        fields.index(part["chainId"]),
        spell.parse_hex0x(fields.text(part["genesis"]), _HASH),
        spell.parse_hex0x(fields.text(part["contract"]), _ADDRESS),
        spell.parse_hex0x(fields.text(part["originId"]), _HASH),
        independent,
    )


def _hex(data: bytes | None) -> str | None:
    return None if data is None else spell.hex0x(data)
