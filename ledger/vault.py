"""The secrets of an installation, each a file that its owner alone can read (mode 0600).

Whoever holds `log.key` can sign another history, `stamp.secret` makes stamps, `root.pem` enrols
keys, `anchor.key` pays for anchors. None of them is ever written over or into a message.
"""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from attest.client import files
from attest.errors import AttestError
from attest.keys import PrivateKey
from attest.log import note

from .errors import KeyFileError

LOG, STAMPS, ROOT, ANCHOR = "log.key", "stamp.secret", "root.pem", "anchor.key"
SECRET_SIZE = 32
Read = TypeVar("Read")


class Vault:
    """The folder of secrets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, origin: str) -> None:
        """Make the secrets that are missing, so that a stopped `init` can go on."""
        made: dict[str, Callable[[], bytes]] = {
            LOG: lambda: note.NoteSigner(origin, Ed25519PrivateKey.generate()).text().encode(),
            STAMPS: lambda: secrets.token_hex(SECRET_SIZE).encode(),
            ROOT: lambda: PrivateKey.generate().to_pem(),
        }
        files.make_folder(self.folder)
        self.folder.chmod(0o700)
        for name, make in made.items():
            if not (self.folder / name).exists():
                files.write_secret(self.folder / name, make().rstrip() + b"\n")

    def log_signer(self) -> note.NoteSigner:
        """Return the key that signs checkpoints."""
        return self._read(LOG, lambda data: note.parse_signer(data.decode().strip()))

    def stamp_secret(self) -> bytes:
        """Return the 32 bytes that every stamp's code is made with."""
        return self._read(STAMPS, lambda data: _sized(bytes.fromhex(data.decode().strip())))

    def root(self) -> PrivateKey:
        """Return the root registrar's key."""
        return self._read(ROOT, PrivateKey.from_pem)

    @property
    def anchor_key(self) -> Path:
        """The file of the key that pays for anchors."""
        return self.folder / ANCHOR

    def _read(self, name: str, parse: Callable[[bytes], Read]) -> Read:
        return read(self.folder / name, parse)


def read(path: Path, parse: Callable[[bytes], Read]) -> Read:
    """Read a secret; raises `KeyFileError`, which never repeats it."""
    try:
        data = files.read_secret(path)
    except OSError as e:
        raise KeyFileError(f"key file {path} cannot be used: {e}") from e
    try:
        return parse(data)
    except (AttestError, ValueError):
        raise KeyFileError(f"key file {path} does not hold such a key") from None


def _sized(secret: bytes) -> bytes:
    if len(secret) != SECRET_SIZE:
        raise ValueError
    return secret
