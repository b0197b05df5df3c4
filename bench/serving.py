"""The real server over a log, in processes of its own, and the cheapest client for it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from statistics import median
from time import perf_counter

from ledger.settings import Settings

WAIT_S = 30.0
SERVER = """
import sys
from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
Granian("bench.beside:app", port=int(sys.argv[1]), interface=Interfaces.WSGI,
        workers=int(sys.argv[2]), blocking_threads=16, backpressure=128, websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=10_000, keep_alive=True)).serve()
"""


@contextmanager
def serving(settings: Settings, workers: int, **more: str) -> Iterator[int]:
    """Have `bench.beside` served as `nguon serve` does it; yields the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    given = {"NGUON_DATA": str(settings.data), "NGUON_CHAIN": "none", **more}
    child = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(port), str(workers)],
        env=os.environ | given,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            with suppress(OSError), closing(Client(port)) as client:
                client.get("/bare")
                break
            time.sleep(0.1)
        yield port
    finally:
        child.terminate()
        child.wait()


class Client:
    """One connection that is kept; raises SystemExit for an answer that is not 200."""

    def __init__(self, port: int, headers: Mapping[str, str] | None = None) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), WAIT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lines = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        self._rest = f" HTTP/1.1\r\nHost: localhost:{port}\r\n{lines}\r\n"

    def close(self) -> None:
        """Let the connection go."""
        self._socket.close()

    def get(self, path: str) -> tuple[str, bytes]:
        """Return the head of the answer and its body, as it travelled."""
        self._socket.sendall(f"GET {path}{self._rest}".encode())
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._receive()
        head, _, body = data.partition(b"\r\n\r\n")
        text = head.decode("latin-1").lower()
        if not text.startswith("http/1.1 200"):
            raise SystemExit(f"{path} answers {text.splitlines()[0]}")
        size = int(text.partition("content-length:")[2].split()[0])
        while len(body) < size:
            body += self._receive()
        return text, body

    def seconds(self, path: str) -> float:
        """Return how long an answer takes."""
        started = perf_counter()
        self.get(path)
        return perf_counter() - started

    def _receive(self) -> bytes:
        piece = self._socket.recv(262_144)
        if not piece:
            raise ConnectionError("the server closed the connection")
        return piece


def ms(times: list[float]) -> float:
    """Return the median in milliseconds."""
    return median(times) * 1000
