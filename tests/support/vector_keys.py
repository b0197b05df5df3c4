"""Keys and spellings that the makers of shared vectors have in common."""

from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from attest.log import cosignature, note

FOLDER = Path(__file__).resolve().parents[1] / "vectors"
ORIGIN = "trace.example/log"
DAY = 1_764_000_000


def key(name: str) -> Ed25519PrivateKey:
    """A key that everybody knows: for vectors only."""
    return Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest())


def text(value: bytes) -> str:
    """Bytes as vectors hold them."""
    return value.hex()


LOG = note.NoteSigner(ORIGIN, key("log"))
WITNESSES = [cosignature.Witness(f"w{i}.example", key(f"witness {i}")) for i in (1, 2, 3)]


def lines_of(*more: str) -> str:
    """A policy of the log, the three witnesses and these lines."""
    keys = [f"witness w{i} {w.verifier.text()}" for i, w in enumerate(WITNESSES, 1)]
    return "\n".join([f"log {LOG.verifier.text()} https://trace.example/log", *keys, *more, ""])
