"""Stand-in cameras: an RTSP server on loopback that shows drawn scenes or a file.

with CameraServer() as cameras:
    cameras.add("raw", Live(draw.scene("raw", seed=7)))
    av.open(cameras.url("raw"), options={"rtsp_transport": "tcp"})
"""

import logging
import socket
import threading
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from . import draw
from .day import ZONES
from .rtsp import Session
from .sources import File, Live, Source, Tap

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
MOST_CLIENTS = 64
ANSWER_S = 5.0
CLOSE_S = 5.0


class CameraServer:
    """Serves any number of sources, each to any number of clients, until closed."""

    def __init__(self, port: int = 0) -> None:
        """Listen on a loopback port (0 takes a free one); raises OSError if it is taken."""
        self._listener = socket.create_server((HOST, port))
        self.port: int = self._listener.getsockname()[1]
        self._sources: dict[str, Source] = {}
        self._sessions: dict[Session, threading.Thread] = {}
        self._lock = threading.Lock()
        self._door = threading.Thread(target=self._accept, name="rtsp", daemon=True)
        self._door.start()

    def add(self, name: str, source: Source) -> str:
        """Show a source under a name; returns its URL."""
        self._sources[name] = source
        return self.url(name)

    def serve_file(
        self, path: Path, tap: Tap | None = None, seconds: float | None = None
    ) -> str:
        """Show an H.264 file (its first `seconds`) once to each client; returns its URL."""
        return self.add("file", File(path, tap, seconds))

    def url(self, name: str) -> str:
        """Return the address of a source."""
        return f"rtsp://{HOST}:{self.port}/{name}"

    def close(self) -> None:
        """Stop listening, cut every client off and wait until nothing runs any more."""
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            log.debug("listener was not connected")
        self._listener.close()
        self._door.join(CLOSE_S)
        with self._lock:
            sessions = dict(self._sessions)
        for session in sessions:
            session.close()
        for thread in sessions.values():
            thread.join(CLOSE_S)
        for source in self._sources.values():
            source.close()

    def __enter__(self) -> "CameraServer":
        """Return this server."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close this server."""
        self.close()

    def _accept(self) -> None:
        while True:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return  # closed
            with self._lock:
                full = len(self._sessions) >= MOST_CLIENTS
            if full:
                link.close()
                continue
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            session = Session(link, self._sources)
            thread = threading.Thread(target=self._serve, args=(session,), daemon=True)
            with self._lock:
                self._sessions[session] = thread
            thread.start()

    def _serve(self, session: Session) -> None:
        try:
            session.serve()
        finally:
            with self._lock:
                del self._sessions[session]


def workshop(seed: int, port: int = 0) -> CameraServer:
    """Start a server that shows the four zones of one workshop live, by their names."""
    server = CameraServer(port)
    for zone in ZONES:
        server.add(zone, Live(draw.scene(zone, seed)))
    return server


def command(url: str, text: str) -> None:
    """Tell a stand-in camera, also in another process, `freeze: 20` or `force: no-hat 30`.

    Raises OSError when it cannot be reached and ValueError when it refuses.
    """
    parts = urlsplit(url)
    body = f"{text}\r\n".encode()
    head = f"SET_PARAMETER {url} RTSP/1.0\r\nCSeq: 1\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(
        (parts.hostname or HOST, parts.port or 554), ANSWER_S
    ) as link:
        link.sendall(head.encode() + body)
        answer = link.makefile("rb").readline(256).decode("utf-8", "replace")
    if " 200 " not in answer:
        raise ValueError(f"{url} refused {text!r}: {answer.strip()}")
