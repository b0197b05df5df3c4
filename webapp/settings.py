"""What `nguon serve` is told from outside: where it listens, and what its pages say of it.

Names as in `ledger.settings`: `NGUON_PORT=8080`, or `port = 8080` in the TOML file.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ledger.errors import SettingsError

OFFSET = re.compile(r"[+-](0\d|1[0-4]):[0-5]\d")
HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
MAX_PORT = 65_535


@dataclass(frozen=True, slots=True)
class WebSettings:
    """How the web processes listen, and what the pages may say and count."""

    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 2  # processes
    threads: int = 16  # of each process; a capture that waits holds one
    demo: bool = False  # says on every page that names and figures are invented
    contact: str = ""  # mail address for reports about stamps
    place_header: str = ""  # header in which a proxy of ours names the visitor's province
    utc_offset: str = "+07:00"  # the zone in which the server's own times are shown


NAMES = {field.name.upper() for field in fields(WebSettings)}


def load(values: Mapping[str, object]) -> WebSettings:
    """Read what `ledger.settings.given` found; raises `SettingsError` naming the wrong one."""
    types = {field.name: field.type for field in fields(WebSettings)}
    own = {n: _value(n, types[n], v) for n, v in values.items() if n in types}
    settings = WebSettings(**own)
    check(settings)
    return settings


def check(settings: WebSettings) -> None:
    """Refuse settings that mean nothing."""
    if not 0 <= settings.port <= MAX_PORT:
        raise SettingsError(f"port {settings.port} is not a port")
    if settings.workers < 1 or settings.threads < 1:
        raise SettingsError(f"workers {settings.workers} or threads {settings.threads} below 1")
    if not OFFSET.fullmatch(settings.utc_offset):
        raise SettingsError(f"utc_offset {settings.utc_offset!r} is not like +07:00")
    if settings.place_header and not HEADER.fullmatch(settings.place_header):
        raise SettingsError(f"place_header {settings.place_header!r} is not a header's name")


def _value(name: str, kind: object, value: object) -> Any:
    if kind is str and isinstance(value, str):
        return value
    if kind is int and (type(value) is int or (isinstance(value, str) and value.isdecimal())):
        return int(value)
    if kind is bool and str(value).lower() in ("1", "true", "0", "false"):
        return str(value).lower() in ("1", "true")
    raise SettingsError(f"{name} {value!r} is not a {getattr(kind, '__name__', kind)}")
