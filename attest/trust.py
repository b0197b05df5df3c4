"""What a reader pins before believing anything: a log, its key, the root key, the chain.

Nobody takes it from what is to be verified. The file is JSON with exactly the members of
`/log/trust`; whitespace and order are free, because people copy it. See docs/formats/trust.md.
"""

import json
from dataclasses import dataclass
from hashlib import sha256

from attest.log import note, policy

from . import spell
from .errors import MalformedError

MAX_SIZE = 100_000
KID_SIZE = 32
FINGERPRINT_DIGITS = 20
_MEMBERS = ("origin", "vkey", "root", "policy", "chainId", "genesis", "contract", "originId")
_CHAIN = {"genesis": 32, "contract": 20, "originId": 32}


@dataclass(frozen=True, slots=True)
class Trust:
    """The pins. The last four are None together where the log has no chain."""

    origin: str
    vkey: note.VerifierKey
    root: bytes
    policy: policy.Policy
    chain_id: int | None
    genesis: bytes | None
    contract: bytes | None
    origin_id: bytes | None

    @property
    def fingerprint(self) -> str:
        """The twenty hex digits that rolls and labels carry: log, key and root, no more."""
        pins = f"{self.origin}\n{self.vkey.text()}\n{spell.base64url(self.root)}\n"
        return sha256(pins.encode()).hexdigest()[:FINGERPRINT_DIGITS]

    def record(self) -> dict[str, str | int | None]:
        """Return the members as `/log/trust` names them."""
        chain = {name: _hex_text(value) for name, value in self._chain()}
        return {
            "origin": self.origin,
            "vkey": self.vkey.text(),
            "root": spell.base64url(self.root),
            "policy": self.policy.text,
            "chainId": self.chain_id,
            **chain,
        }

    def to_bytes(self) -> bytes:
        """Return the file."""
        return json.dumps(self.record(), ensure_ascii=False, indent=1).encode() + b"\n"

    def _chain(self) -> list[tuple[str, bytes | None]]:
        return list(zip(_CHAIN, (self.genesis, self.contract, self.origin_id), strict=True))


def parse(data: bytes) -> Trust:
    """Read pins; `MalformedError` names the member that is wrong."""
    if len(data) > MAX_SIZE:
        raise MalformedError(f"trust of {len(data)} bytes is too long")
    try:
        record = json.loads(data, object_pairs_hook=_object, parse_constant=_no_constant)
    except (ValueError, RecursionError) as e:
        raise MalformedError(f"trust is not JSON: {e}") from e
    if not isinstance(record, dict) or set(record) != set(_MEMBERS):
        raise MalformedError(f"trust has not exactly the members {', '.join(_MEMBERS)}")
    texts = {name: record[name] for name in ("origin", "vkey", "root", "policy")}
    if not all(isinstance(text, str) for text in texts.values()):
        raise MalformedError("trust has an origin, vkey, root or policy that is no text")
    vkey = note.parse_key(texts["vkey"])
    if vkey.kind != note.ED25519 or vkey.name != texts["origin"]:
        raise MalformedError(f"vkey {vkey.name!r} is not the log key of {texts['origin']!r}")
    rule = policy.parse(texts["policy"])
    if vkey not in rule.logs:
        raise MalformedError(f"the policy does not list the log {vkey.name!r}")
    return Trust(
        vkey.name,
        vkey,
        spell.parse_base64url(texts["root"], KID_SIZE),
        rule,
        *_parse_chain(record),
    )


def _parse_chain(
    record: dict[str, object],
) -> tuple[int, bytes, bytes, bytes] | tuple[None, None, None, None]:
    values = [record[name] for name in ("chainId", *_CHAIN)]
    if values == [None] * len(values):
        return None, None, None, None
    chain_id, *texts = values
    if not isinstance(chain_id, int) or isinstance(chain_id, bool) or chain_id <= 0:
        raise MalformedError(f"chainId {chain_id!r} is not a number above zero")
    genesis, contract, origin_id = (
        _parse_hex(name, text) for name, text in zip(_CHAIN, texts, strict=True)
    )
    return chain_id, genesis, contract, origin_id


def _parse_hex(name: str, text: object) -> bytes:
    if not isinstance(text, str):
        raise MalformedError(f"{name} is no text")
    return spell.parse_hex0x(text, _CHAIN[name])


def _hex_text(value: bytes | None) -> str | None:
    return None if value is None else spell.hex0x(value)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedError("trust has a member twice")
    return members


def _no_constant(name: str) -> None:
    raise MalformedError(f"trust holds {name}")
