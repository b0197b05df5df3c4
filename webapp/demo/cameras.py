"""Stand-in cameras and the box that records them, as processes that only HTTP and RTSP reach.

This side imports nothing of `camera_node`: it writes the box's settings file, and speaks RTSP
to a stand-in camera to make it fall silent for a while, so that there is a gap to be signed.
"""

import importlib.util
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from attest.client import files

from . import founding, names

LIBRARIES = ("av", "cv2", "numpy", "onnxruntime")  # what nguon[camera] brings
CONFIG = "camera.toml"
RULES = {"process": ("no-hat", "no-mask"), "pack": ("no-hat", "no-mask")}
HOST = "127.0.0.1"
DARK = "b-process"  # the camera that falls silent, in the room of the live lot
DARK_S = 20
ANSWER_S = 5.0
RTSP_PORT = 554


@dataclass(frozen=True, slots=True)
class Box:
    """What the box's settings say besides its cameras; paths are relative to its folder."""

    server: str
    key: str
    trust: str = "trust.json"
    data: str = "."


def missing() -> list[str]:
    """Return the libraries that recording needs and this installation lacks."""
    return [name for name in LIBRARIES if importlib.util.find_spec(name) is None]


def workshops() -> list[str]:
    """Return the facilities with cameras; each has a stand-in of its own."""
    return list(dict.fromkeys(facility for facility, _ in founding.CAMERAS.values()))


def url(name: str, ports: Mapping[str, int]) -> str:
    """Return where a camera streams; `ports` by facility."""
    facility, kind = founding.CAMERAS[name]
    return f"rtsp://{HOST}:{ports[facility]}/{kind}"


def write(folder: Path, box: Box, ports: Mapping[str, int]) -> Path:
    """Write the box's settings file and return its path."""
    lines = [
        _line("server", box.server),
        _line("node", names.NODE),
        _line("host", names.HOST),
        _line("key", box.key),
        _line("trust", box.trust),
        _line("data", box.data),
    ]
    for name, (facility, kind) in founding.CAMERAS.items():
        lines += [
            "",
            "[[camera]]",
            _line("id", names.camera(name)),
            _line("zone", names.zone(facility, kind)),
            _line("url", url(name, ports)),
            f"rules = {json.dumps(RULES.get(kind, ()))}",
        ]
    path = folder / CONFIG
    files.write_durably(path, ("\n".join(lines) + "\n").encode())
    return path


def recording_since(server: str, name: str) -> datetime | None:
    """Return when the oldest of a camera's live segments began; None before there is one."""
    try:
        answer = httpx.get(f"{server}/hls/{name}/live.json", timeout=ANSWER_S)
        segments = answer.json()["segments"] if answer.is_success else []
        return datetime.fromisoformat(segments[0]["start"]) if segments else None
    except (httpx.HTTPError, ValueError, LookupError, TypeError):
        return None  # not yet, or busy: the caller asks again


def go_dark(address: str, seconds: int) -> None:
    """Tell a stand-in camera to send nothing for so long (RTSP SET_PARAMETER, RFC 2326 10.9).

    Raises `OSError` when it cannot be reached or refuses.
    """
    parts = urlsplit(address)
    body = f"freeze: {seconds}\r\n".encode()
    head = f"SET_PARAMETER {address} RTSP/1.0\r\nCSeq: 1\r\nContent-Length: {len(body)}\r\n\r\n"
    place = (parts.hostname or HOST, parts.port or RTSP_PORT)
    with socket.create_connection(place, ANSWER_S) as link:
        link.sendall(head.encode() + body)
        answer = link.makefile("rb").readline(256).decode("utf-8", "replace")
    if " 200 " not in answer:
        raise OSError(f"{address} refused to go dark: {answer.strip()!r}")


def _line(name: str, value: str) -> str:
    """Return a TOML line; a JSON string is a basic string of TOML too."""
    return f"{name} = {json.dumps(value)}"
