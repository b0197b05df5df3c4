"""What an installation is told from outside: environment before file before default.

`NGUON_DATA` says where the state lies; there or at `NGUON_CONFIG` may be a TOML file with the
same names in lower case and without the prefix. Every part of Nguon reads its own names there;
`nguon config check` names those that nobody reads.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .errors import SettingsError

PREFIX = "NGUON_"
FILE = "nguon.toml"
EMBEDDED = "embedded"
NO_CHAIN = "none"
LONGEST_SILENCE_S = 600  # a checkpoint is at most this old when it is shown (formats §5)
FOREIGN = {"CONFIG", "REQUIRE", "SHARED", "PROFILE", "CHROMIUM"}  # not settings of the server
CONTRACT = re.compile(r"0x[0-9a-f]{40}")
ORIGIN = re.compile(r"[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)+")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the state is, what the log is called, and which chain it is anchored on."""

    data: Path = Path("var")
    origin: str = ""  # host and path of the log, fixed at init; empty: from public_url
    public_url: str = "http://localhost:8080"  # what QR codes carry
    chain: str = EMBEDDED  # "embedded", "none", or the URL of an EVM node
    chain_contract: str = ""  # where AnchorLog is on a chain that is not embedded
    chain_id: int = 0  # 0: whatever the node follows at first
    chain_first_block: int = 0  # no event of ours stands below it
    anvil: str = ""  # the embedded chain's program; empty: where `make` puts it, or on PATH
    anchor_every_s: int = 0  # at most one anchor in so many seconds; 0: 15 embedded, else 600
    anchor_max_fee_gwei: int = 200
    final_blocks: int = 64  # where the chain has no `finalized` tag
    poll_ms: int = 20  # how often the writer looks for new rows
    publish_ms: int = 100  # at most one checkpoint in this many milliseconds
    heartbeat_s: int = 300  # a checkpoint without growth is said again after this
    upload_quota_mb: int = 20_000  # blobs that one key may store

    @property
    def log(self) -> Path:
        """The folder of tiles, bundles and the checkpoint."""
        return self.data / "log"

    @property
    def lock(self) -> Path:
        """The database of what was ever signed; no backup holds it together with the log."""
        return self.data / "lock.db"

    @property
    def database(self) -> Path:
        """Queue, derived and private rows."""
        return self.data / "nguon.db"

    @property
    def keys(self) -> Path:
        """The folder of secrets, each file 0600."""
        return self.data / "keys"

    @property
    def blobs(self) -> Path:
        """The folder of the local blob store."""
        return self.data / "blobs"

    @property
    def chain_folder(self) -> Path:
        """The embedded chain's state."""
        return self.data / "chain"

    @property
    def rolls(self) -> Path:
        """The kept part of each roll's tree, which can be made again from the stamp secret."""
        return self.data / "rolls"

    @property
    def trust(self) -> Path:
        """What readers pin: formats §3."""
        return self.data / "trust.json"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raises `SettingsError` naming the setting that is wrong."""
    values = given(os.environ if environ is None else environ)
    types = {field.name: field.type for field in fields(Settings)}
    own = {name: value for name, value in values.items() if name in types}
    settings = replace(
        Settings(), **{name: _value(name, types[name], v) for name, v in own.items()}
    )
    check(settings)
    return settings


def given(environ: Mapping[str, str]) -> dict[str, object]:
    """Return all that file and environment say, by lower-case name, the environment's first."""
    named = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in FOREIGN
    }
    data = Path(named.get("data", "var"))
    file = Path(environ.get(f"{PREFIX}CONFIG", data / FILE))
    return {**_read(file, must=f"{PREFIX}CONFIG" in environ), **named}


def unknown(environ: Mapping[str, str], known: set[str]) -> list[str]:
    """Return the `NGUON_*` names that are no setting of ours nor among `known`."""
    own = {field.name.upper() for field in fields(Settings)} | FOREIGN | known
    names = (n.removeprefix(PREFIX) for n in environ if n.startswith(PREFIX))
    return sorted(f"{PREFIX}{name}" for name in names if name not in own)


def check(settings: Settings) -> None:
    """Refuse settings that contradict each other or mean nothing."""
    url = urlsplit(settings.public_url)
    if url.scheme not in ("http", "https") or not url.hostname or url.query or url.fragment:
        raise SettingsError(f"public_url {settings.public_url!r} is not an http(s) address")
    if settings.origin and not ORIGIN.fullmatch(settings.origin):
        raise SettingsError(f"origin {settings.origin!r} is not host and path without scheme")
    if settings.chain_contract and not CONTRACT.fullmatch(settings.chain_contract):
        raise SettingsError(f"chain_contract {settings.chain_contract!r} is no address")
    chain = urlsplit(settings.chain)
    if settings.chain not in (EMBEDDED, NO_CHAIN) and chain.scheme not in ("http", "https"):
        raise SettingsError(f"chain {settings.chain!r} is not embedded, none or an http(s) URL")
    if not 0 < settings.heartbeat_s < LONGEST_SILENCE_S:
        raise SettingsError(f"heartbeat_s {settings.heartbeat_s} is not within 10 minutes")
    for name in ("anchor_max_fee_gwei", "final_blocks", "poll_ms", "upload_quota_mb"):
        if getattr(settings, name) <= 0:
            raise SettingsError(f"{name} {getattr(settings, name)} is not above zero")


def default_origin(public_url: str) -> str:
    """Return the origin that a public URL suggests: host, path, and `/log`."""
    url = urlsplit(public_url)
    return f"{url.netloc.lower()}{url.path.rstrip('/')}/log"


def _read(file: Path, must: bool) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError as e:
        if must:
            raise SettingsError(f"{PREFIX}CONFIG names {file}, which is not there") from e
        return {}
    except (OSError, ValueError) as e:
        raise SettingsError(f"settings file {file} cannot be read: {e}") from e


def _value(name: str, kind: object, value: object) -> Any:
    if kind is Path and isinstance(value, str):
        return Path(value)
    if kind is int and (type(value) is int or (isinstance(value, str) and value.isdecimal())):
        return int(value)
    if kind is str and isinstance(value, str):
        return value
    raise SettingsError(f"{name} {value!r} is not a {getattr(kind, '__name__', kind)}")
