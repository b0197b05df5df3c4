"""What a reader pins before believing anything: a log, its key, the root key, the chain.

Nobody takes it from what is to be verified. The file is JSON with exactly the members of
`/log/trust`; whitespace and order are free, because people copy it. See docs/formats/trust.md.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

from attest.errors import MalformedError
from attest.log import note, policy

MAX_SIZE = 100_000
KID_SIZE = 32
FINGERPRINT_DIGITS = 20
_HEX = re.compile("0x(?:[0-9a-f]{2})+")
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
        pins = f"{self.origin}\n{self.vkey.text()}\n{_kid_text(self.root)}\n"
        return sha256(pins.encode()).hexdigest()[:FINGERPRINT_DIGITS]

    def record(self) -> dict[str, str | int | None]:
        """Return the members as `/log/trust` names them."""
        chain = {name: _hex_text(value) for name, value in self._chain()}
        return {
            "origin": self.origin,
            "vkey": self.vkey.text(),
            "root": _kid_text(self.root),
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
    return Trust(vkey.name, vkey, _kid(texts["root"]), rule, *_parse_chain(record))


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
    if (
        not isinstance(text, str)
        or not _HEX.fullmatch(text)
        or len(text) != 2 + 2 * _CHAIN[name]
    ):
        raise MalformedError(f"{name} is not 0x and {_CHAIN[name]} bytes in lower-case hex")
    return bytes.fromhex(text[2:])


def _kid(text: str) -> bytes:
    try:
        kid = urlsafe_b64decode(text + "=")
    except ValueError as e:
        raise MalformedError(f"root {text[:100]!r} is not base64url: {e}") from e
    if len(kid) != KID_SIZE or _kid_text(kid) != text:
        raise MalformedError(
            f"root {text[:100]!r} is not a key id in base64url without padding"
        )
    return kid


def _kid_text(kid: bytes) -> str:
    return urlsafe_b64encode(kid).decode().rstrip("=")


def _hex_text(value: bytes | None) -> str | None:
    return None if value is None else "0x" + value.hex()


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedError("trust has a member twice")
    return members


def _no_constant(name: str) -> None:
    raise MalformedError(f"trust holds {name}")
