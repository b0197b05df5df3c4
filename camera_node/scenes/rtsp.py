"""One client's RTSP session over one TCP connection, as RFC 2326 and cameras understand it.

Only what clients of cameras need: OPTIONS, DESCRIBE, SETUP (RTP interleaved in TCP), PLAY,
GET_PARAMETER (keep-alive), SET_PARAMETER (commands to the stand-in camera) and TEARDOWN.
"""

import base64
import contextlib
import logging
import secrets
import socket
import struct
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urlsplit

from .packets import CLOCK_HZ, PAYLOAD_TYPE, Sender
from .sources import Source

log = logging.getLogger(__name__)

METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, SET_PARAMETER, TEARDOWN"
REASONS = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    451: "Parameter Not Understood",
    455: "Method Not Valid in This State",
    461: "Unsupported Transport",
    501: "Not Implemented",
}
LONGEST_LINE = 4_096
MOST_BODY = 4_096
MOST_HEADERS = 64
REPORT_S = 5.0
LAST_CHANNEL = 255  # the odd one beside it carries reports


class RequestError(ValueError):
    """The client did not speak RTSP."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came: method, path without slashes, headers in lower case, body."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str


class Session:
    """Serves one connection until the client leaves, the source ends or `close` is called."""

    def __init__(self, link: socket.socket, sources: Mapping[str, Source]) -> None:
        self._link = link
        self._sources = sources
        self._id = secrets.token_hex(8)
        self._sending = threading.Lock()
        self._stop = threading.Event()
        self._chosen: Source | None = None
        self._channel = 0
        self._player: threading.Thread | None = None

    def serve(self) -> None:
        """Answer requests in order."""
        reader = self._link.makefile("rb")
        try:
            while not self._stop.is_set():
                request = read(reader)
                if request is None:
                    break
                self._answer(request)
        except (OSError, RequestError) as e:
            log.info("rtsp session ended", extra={"reason": str(e)})
        finally:
            self.close()
            if self._player is not None:
                self._player.join()

    def close(self) -> None:
        """End the session; `serve` returns soon after."""
        self._stop.set()
        with contextlib.suppress(OSError):  # the client was faster
            self._link.shutdown(socket.SHUT_RDWR)
        self._link.close()

    def _answer(self, request: Request) -> None:
        path = request.path.removesuffix("/track")
        source = self._sources.get(path)
        if request.method == "OPTIONS":
            self._reply(request, 200, {"Public": METHODS})
        elif source is None:
            self._reply(request, 404)
        elif request.method == "DESCRIBE":
            base = {"Content-Type": "application/sdp", "Content-Base": f"{_url(request)}/"}
            self._reply(request, 200, base, sdp(source, path))
        elif request.method == "SETUP":
            self._set_up(request, source)
        elif request.method == "SET_PARAMETER":
            self._command(request, source)
        else:
            self._go_on(request)

    def _go_on(self, request: Request) -> None:
        session = {"Session": self._id}
        if request.method == "GET_PARAMETER":
            self._reply(request, 200, session)
        elif request.method == "TEARDOWN":
            self._reply(request, 200, session)
            self._stop.set()
        elif request.method != "PLAY":
            self._reply(request, 501)
        elif self._chosen is None or self._player is not None:
            self._reply(request, 455)
        else:
            self._reply(request, 200, {**session, "Range": "npt=now-"})
            arguments = (self._chosen, self._channel)
            self._player = threading.Thread(target=self._play, args=arguments, daemon=True)
            self._player.start()

    def _set_up(self, request: Request, source: Source) -> None:
        asked = request.headers.get("transport", "")
        fields = dict(f.partition("=")[::2] for f in asked.split(",")[0].split(";"))
        if "RTP/AVP/TCP" not in fields:
            self._reply(request, 461)
            return
        first = fields.get("interleaved", "0-1").split("-")[0]
        if not (first.isdecimal() and int(first) < LAST_CHANNEL):
            self._reply(request, 400)
            return
        self._chosen, self._channel = source, int(first)
        given = f"RTP/AVP/TCP;unicast;interleaved={self._channel}-{self._channel + 1}"
        self._reply(request, 200, {"Transport": given, "Session": f"{self._id};timeout=60"})

    def _command(self, request: Request, source: Source) -> None:
        try:
            for line in filter(None, request.body.split("\r\n")):
                name, _, words = line.partition(":")
                source.command(name.strip(), words.split())
        except ValueError as e:
            self._reply(request, 451, {}, f"{e}\r\n")
        else:
            self._reply(request, 200)

    def _play(self, source: Source, channel: int) -> None:
        sender = Sender(secrets.randbits(32), secrets.randbits(16))
        reported = -REPORT_S
        try:
            for unit in source.play(self._stop):
                if time.monotonic() - reported >= REPORT_S:
                    reported = time.monotonic()
                    now_ms = time.time_ns() // 1_000_000
                    self._send(channel + 1, [sender.report(now_ms, unit.ticks)])
                self._send(channel, list(sender.packets_of(unit)))
            self._send(channel + 1, [sender.bye()])
        except OSError as e:
            log.info("rtsp client went away", extra={"reason": str(e)})
        self.close()

    def _send(self, channel: int, packets: list[bytes]) -> None:
        framed = b"".join(struct.pack(">cBH", b"$", channel, len(p)) + p for p in packets)
        with self._sending:
            self._link.sendall(framed)

    def _reply(
        self,
        request: Request,
        status: int,
        headers: dict[str, str] | None = None,
        body: str = "",
    ) -> None:
        lines = [f"RTSP/1.0 {status} {REASONS[status]}"]
        lines.append(f"CSeq: {request.headers.get('cseq', '0')}")
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if body:
            lines.append(f"Content-Length: {len(body.encode())}")
        with self._sending:
            self._link.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode())


def sdp(source: Source, title: str) -> str:
    """Describe a source's stream (RFC 8866, RFC 6184 8.2.1)."""
    sps, pps = source.parameters()
    sets = ",".join(base64.b64encode(nal).decode() for nal in (sps, pps))
    profile = sps[1:4].hex().upper()
    lines = [
        "v=0",
        "o=- 0 0 IN IP4 127.0.0.1",
        f"s={title}",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        f"m=video 0 RTP/AVP {PAYLOAD_TYPE}",
        f"a=rtpmap:{PAYLOAD_TYPE} H264/{CLOCK_HZ}",
        f"a=fmtp:{PAYLOAD_TYPE} packetization-mode=1;profile-level-id={profile};"
        f"sprop-parameter-sets={sets}",
        "a=control:track",
    ]
    return "\r\n".join(lines) + "\r\n"


def read(reader: BinaryIO) -> Request | None:
    """Read the next request, passing over RTCP; None at the end. Raises RequestError."""
    lead = reader.read(1)
    while lead == b"$":
        size = int.from_bytes(reader.read(3)[1:], "big")
        reader.read(size)
        lead = reader.read(1)
    if not lead:
        return None
    words = (lead + reader.readline(LONGEST_LINE)).decode("utf-8", "replace").split()
    if words[2:] != ["RTSP/1.0"]:
        raise RequestError(f"{words[:3]} is no request line")
    headers = _headers(reader)
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > MOST_BODY:
        raise RequestError(f"a body of {length[:20]} bytes")
    body = reader.read(int(length)).decode("utf-8", "replace")
    return Request(words[0], urlsplit(words[1]).path.strip("/"), headers, body)


def _headers(reader: BinaryIO) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(MOST_HEADERS):
        line = reader.readline(LONGEST_LINE).decode("utf-8", "replace")
        if line in ("\r\n", "\n", ""):
            return headers
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    raise RequestError(f"more than {MOST_HEADERS} header lines")


def _url(request: Request) -> str:
    host = request.headers.get("host", "127.0.0.1")
    return f"rtsp://{host}/{request.path}"
