"""Bytes under their CID, behind one port."""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from attest.errors import MalformedError


class OtherBytesError(MalformedError):
    """The bytes are not those that the CID names."""

    code = "other-bytes"


class Blobs(Protocol):
    """A store of whole files, each under the CID of profile unixfs-v1-2025."""

    def put(self, cid: str, chunks: Iterable[bytes]) -> int:
        """Keep the bytes durably and return their number; raises `OtherBytesError`."""

    def path(self, cid: str) -> Path:
        """Return a file with the bytes; raises `NotFoundError`."""

    def has(self, cid: str) -> bool:
        """Say whether the bytes are here."""
