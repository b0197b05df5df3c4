"""Where an auditor reads a log: a folder of its files, or the server that serves them."""

from pathlib import Path
from typing import Protocol

import httpx

from ledger.errors import NotFoundError, UnableError

TIMEOUT_S = 30.0
MAX_FILE = 256 * (2 + 65_535)  # a full bundle of the largest entries


class Source(Protocol):
    """The files of a log by their path below its prefix, such as `tile/0/000`."""

    def read(self, path: str) -> bytes:
        """Return a file; raises `NotFoundError`, or `UnableError` when nobody answers."""
        ...


class FolderSource:
    """A log's own folder, or a copy of one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, path: str) -> bytes:
        """Return a file."""
        try:
            return (self.folder / path).read_bytes()
        except FileNotFoundError as e:
            raise NotFoundError(f"{self.folder} has no {path}") from e
        except OSError as e:
            raise UnableError(f"{path} cannot be read: {e}") from e


class HttpSource:
    """A log over HTTP: `url` is the prefix, for example https://trace.example/log."""

    def __init__(self, url: str, client: httpx.Client | None = None) -> None:
        self.url = url.rstrip("/")
        self._client = client or httpx.Client(timeout=TIMEOUT_S, follow_redirects=False)

    def read(self, path: str) -> bytes:
        """Return a file, up to `MAX_FILE` bytes of it."""
        url = f"{self.url}/{path}"
        try:
            with self._client.stream("GET", url) as answer:
                if answer.status_code == httpx.codes.NOT_FOUND:
                    raise NotFoundError(f"{url} is not found")
                if answer.status_code != httpx.codes.OK:
                    raise UnableError(f"{url} answers {answer.status_code}")
                return _limited(answer, url)
        except httpx.HTTPError as e:
            raise UnableError(f"{url} does not answer: {e}") from e


def open_source(where: str) -> Source:
    """Open a log by address or folder; a data folder's `log/` is found below it."""
    if where.startswith(("http://", "https://")):
        return HttpSource(where)
    folder = Path(where)
    return FolderSource(folder / "log" if (folder / "log/checkpoint").is_file() else folder)


def _limited(answer: httpx.Response, url: str) -> bytes:
    data = bytearray()
    for part in answer.iter_bytes():
        data += part
        if len(data) > MAX_FILE:
            raise UnableError(f"{url} gives more than {MAX_FILE} bytes")
    return bytes(data)
