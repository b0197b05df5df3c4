"""A folder of files, each under its CID: what is there is whole and is what its name says.

A file is written beside its place, hashed on the way, synced and renamed; a stop in between
leaves a `.part` that nobody reads and the next start removes.
"""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from attest import cid as cids
from attest.client import files
from ledger.errors import NotFoundError

from . import OtherBytesError

PARTS = "incoming"


class LocalBlobs:
    """Blobs in `folder`, spread over sub-folders by the CID's last letters."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, cid: str, chunks: Iterable[bytes]) -> int:
        """Keep the bytes durably and return their number; raises `OtherBytesError`."""
        cids.parse(cid)
        place = self._place(cid)
        incoming = self._folder / PARTS
        files.make_folder(incoming)
        part = incoming / f"{secrets.token_hex(8)}.part"
        try:
            with part.open("xb") as file:
                found = cids.of_stream(_copied(chunks, file))
                if found != cid:
                    raise OtherBytesError(f"body is {found}, not {cid}")
                size = file.tell()
                file.flush()
                os.fsync(file.fileno())
            files.make_folder(place.parent)
            part.rename(place)
        finally:
            with suppress(FileNotFoundError):
                part.unlink()
        files.sync_folder(place.parent)
        return size

    def path(self, cid: str) -> Path:
        """Return the file with the bytes; raises `NotFoundError`."""
        place = self._place(cids.parse(cid).text())
        if not place.is_file():
            raise NotFoundError(f"blob {cid} is not here")
        return place

    def has(self, cid: str) -> bool:
        """Say whether the bytes are here."""
        return self._place(cids.parse(cid).text()).is_file()

    def sweep(self) -> int:
        """Remove what uploads left unfinished; only while no process takes uploads."""
        left = list((self._folder / PARTS).glob("*.part"))
        for part in left:
            part.unlink(missing_ok=True)
        return len(left)

    def _place(self, cid: str) -> Path:
        return self._folder / cid[-2:] / cid


def _copied(chunks: Iterable[bytes], file: BinaryIO) -> Iterator[bytes]:
    for chunk in chunks:
        file.write(chunk)
        yield chunk
