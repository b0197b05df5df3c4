"""The key that pays for anchors and owns the log on the chain, and what it signs.

A lost key means a new id and a new trust (docs/formats/anchors.md): its file is worth a backup.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from eth_abi import encode
from eth_account import Account
from eth_utils import keccak, to_checksum_address

from attest.client import files
from ledger.errors import KeyFileError

# py_ecc, which comes in with eth_account and web3, raises this to 100,000 for all of
# the process: a deeply nested JSON from anybody would overflow the C stack and kill it, where
# Python raises an error.
sys.setrecursionlimit(1_000)

KEY_TEXT = re.compile(r"0x[0-9a-f]{64}\n?")


@dataclass(frozen=True, slots=True)
class Fees:
    """What a transaction may cost per gas, in wei: in all, and for the block's maker."""

    max_fee: int
    tip: int

    def bumped(self, percent: int) -> "Fees":
        """Both fees raised, since a node takes a replacement only when both rise by 10 %."""
        return Fees(
            -(-self.max_fee * (100 + percent) // 100), -(-self.tip * (100 + percent) // 100)
        )


@dataclass(frozen=True, slots=True)
class Transaction:
    """An EIP-1559 transaction without value; `to` None deploys `data`."""

    chain_id: int
    nonce: int
    to: str | None
    data: bytes
    gas: int
    fees: Fees


@dataclass(frozen=True, slots=True)
class AnchorKey:
    """A secp256k1 key; its address is the log's owner on the chain."""

    secret: bytes

    def __repr__(self) -> str:
        """Name the address only: a secret must not reach a log by way of a traceback."""
        return f"AnchorKey({self.address})"

    @property
    def address(self) -> str:
        """Return the address, 0x lower-case hex."""
        return str(Account.from_key(self.secret).address).lower()

    def sign(self, transaction: Transaction) -> tuple[bytes, bytes]:
        """Return the raw signed transaction and its 32-byte hash."""
        fields: dict[str, object] = {
            "type": 2,
            "chainId": transaction.chain_id,
            "nonce": transaction.nonce,
            "value": 0,
            "data": transaction.data,
            "gas": transaction.gas,
            "maxFeePerGas": transaction.fees.max_fee,
            "maxPriorityFeePerGas": transaction.fees.tip,
        }
        if transaction.to is not None:
            fields["to"] = to_checksum_address(transaction.to)
        signed = Account.sign_transaction(fields, self.secret)
        return bytes(signed.raw_transaction), bytes(signed.hash)


def generate() -> AnchorKey:
    """Make a new key from the system's randomness."""
    return AnchorKey(bytes(Account.create().key))


def load(path: Path) -> AnchorKey:
    """Read a key file: one line, 0x and 64 hex digits; raise KeyFileError otherwise."""
    try:
        text = files.read_secret(path).decode("ascii")
    except (OSError, ValueError) as e:
        raise KeyFileError(f"anchor key cannot be used: {e}") from e
    if not KEY_TEXT.fullmatch(text):
        raise KeyFileError(f"anchor key {path} is not 0x and 64 lower-case hex digits")
    return AnchorKey(bytes.fromhex(text.strip()[2:]))


def create(path: Path) -> AnchorKey:
    """Make a key and keep it durably; raise FileExistsError rather than replace one."""
    key = generate()
    files.write_secret(path, f"0x{key.secret.hex()}\n".encode("ascii"))
    return key


def origin_id(owner: str, name: str) -> bytes:
    """Return the id that the contract gives to `name` registered by `owner`."""
    return keccak(encode(["address", "string"], [owner, name]))
