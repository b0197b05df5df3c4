"""AnchorLog at one address, in words: what it keeps, and the bytes that change it."""

from dataclasses import dataclass

import rlp  # type: ignore[import-untyped] # ships no types; used once
from eth_utils import keccak

import contracts

from .chain import CODEC, ChainClient, Log
from .errors import ChainAnswerError, WrongContractError

ARTIFACT = contracts.artifact("AnchorLog")
STEP = 5_000  # blocks a question: public nodes refuse longer ranges
ZERO = "0x" + 40 * "0"


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest head that the contract keeps; size 0 before the first."""

    size: int
    root: bytes
    time: int


@dataclass(frozen=True, slots=True)
class Anchored:
    """An `Anchored` event, with the place where it stands."""

    size: int
    root: bytes
    note_hash: bytes
    block: int
    block_hash: bytes
    tx: bytes


@dataclass(frozen=True, slots=True)
class AnchorLog:
    """The contract at `address`; reading raises what `ChainClient` raises."""

    chain: ChainClient
    address: str

    def require_code(self) -> None:
        """Refuse an address whose code is not exactly the committed artifact's."""
        code = self.chain.code(self.address)
        if code != ARTIFACT.deployed_bytecode:
            found = f"other code ({len(code)} bytes)" if code else "no contract"
            raise WrongContractError(f"{self.address} has {found}, not AnchorLog")

    def latest(self, log_id: bytes) -> Latest:
        """Return the newest head of a log."""
        answer = self.chain.call(self.address, CODEC.call("latest", log_id))
        return Latest(*CODEC.result("latest", answer))

    def root_at(self, log_id: bytes, size: int) -> bytes:
        """Return the root kept for exactly `size` entries; 32 zero bytes when there is none."""
        answer = self.chain.call(self.address, CODEC.call("rootAt", log_id, size))
        return bytes(CODEC.result("rootAt", answer)[0])

    def owner(self, log_id: bytes) -> str | None:
        """Return who may write a log; None when nobody registered it."""
        answer = self.chain.call(self.address, CODEC.call("owner", log_id))
        owner = str(CODEC.result("owner", answer)[0]).lower()
        return None if owner == ZERO else owner

    def anchored(self, log_id: bytes, first: int, last: int) -> list[Anchored]:
        """Return every head of a log anchored in the blocks `first` to `last`, oldest first."""
        topics: list[str | None] = [_hex(CODEC.topics["Anchored"]), _hex(log_id)]
        return [_anchored(log) for log in self._logs(topics, first, last)]

    def anchored_at(self, log_id: bytes, size: int, first: int, last: int) -> Anchored | None:
        """Return the event that anchored exactly `size` entries; None when there is none."""
        topics = [_hex(CODEC.topics["Anchored"]), _hex(log_id), _hex(size.to_bytes(32, "big"))]
        found = self._logs(list(topics), first, last)
        return _anchored(found[0]) if found else None

    def registered(self, name: str, first: int, last: int) -> list[tuple[bytes, str]]:
        """Return the id and owner of every log that bears `name`: a second one is an alarm."""
        found = []
        for log in self._logs([_hex(CODEC.topics["Registered"])], first, last):
            _, log_id, owner = _three_topics(log)
            if CODEC.decode(["string"], log.data) == (name,):
                found.append((log_id, _hex(owner[12:])))
        return found

    def _logs(self, topics: list[str | None], first: int, last: int) -> list[Log]:
        found: list[Log] = []
        for start in range(first, last + 1, STEP):
            blocks = (start, min(start + STEP - 1, last))
            found += self.chain.logs(self.address, topics, blocks)
        return found


def deploy_call() -> bytes:
    """Return the bytes that create the contract."""
    return ARTIFACT.bytecode


def register_call(name: str) -> bytes:
    """Return the call that claims a log's name for the sender."""
    return CODEC.call("register", name)


def anchor_call(
    log_id: bytes, head: tuple[int, bytes], note_hash: bytes, proof: list[bytes]
) -> bytes:
    """Return the call that records `head`, a size and a root."""
    return CODEC.call("anchor", log_id, *head, note_hash, proof)


def created_address(sender: str, nonce: int) -> str:
    """Return the address of a contract that `sender` creates with its transaction `nonce`."""
    return _hex(keccak(rlp.encode([bytes.fromhex(sender[2:]), nonce]))[12:])


def _anchored(log: Log) -> Anchored:
    root, note_hash = CODEC.decode(["bytes32", "bytes32"], log.data)
    size = int.from_bytes(_three_topics(log)[2], "big")
    return Anchored(size, bytes(root), bytes(note_hash), log.block, log.block_hash, log.tx)


def _three_topics(log: Log) -> tuple[bytes, bytes, bytes]:
    try:
        event, log_id, last = log.topics
    except ValueError as e:
        raise ChainAnswerError(f"event has {len(log.topics)} topics, not 3") from e
    return event, log_id, last


def _hex(data: bytes) -> str:
    return f"0x{data.hex()}"
