"""What a camera box is told: its server, its key, the log it believes, its cameras.

One TOML file; paths in it are relative to the file. A member that nobody knows is refused, so
that a misspelled one is not silently without effect.
"""

import tomllib
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from attest.statement import is_uri
from camera_node.errors import SettingsError

MODEL = Path(__file__).parent / "models" / "demo.onnx"
RULES = ("no-hat", "no-mask")
MINUTE_S = 60
NUMBERS = ("keep_minutes", "minute_s")


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera: its URI and zone in the log, where it streams, the rules of its zone."""

    id: str
    zone: str
    url: str
    rules: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The last part of its URI, as folders and playlists are called."""
        return self.id.rstrip("/").rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Settings:
    """One box. `node` is the holder of `key`; `host` is where ids of its records live."""

    server: str
    node: str
    host: str
    key: Path
    trust: Path
    data: Path
    cameras: tuple[Camera, ...]
    model: Path = MODEL
    keep_minutes: int = 7 * 24 * 60  # proven footage stays here so long, if the disk allows
    minute_s: int = MINUTE_S  # what a manifest covers; less only in tests and demos

    def camera(self, name: str) -> Camera:
        """Return the camera of a name; `SettingsError` lists those that there are."""
        for camera in self.cameras:
            if name in {camera.name, camera.id}:
                return camera
        raise SettingsError(f"no camera {name!r}; there are {[c.name for c in self.cameras]}")


def load(path: Path) -> Settings:
    """Read the file; raises `SettingsError` naming what is wrong and where."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        raise SettingsError(f"{path}: {e}") from e
    listed = given.pop("camera", [])
    if not isinstance(listed, list) or not listed:
        raise SettingsError(f"{path}: there is no [[camera]]")
    cameras = tuple(_camera(item, f"{path}: camera {at + 1}") for at, item in enumerate(listed))
    if len({camera.name for camera in cameras}) != len(cameras):
        raise SettingsError(f"{path}: two cameras have one name")
    values = _checked(Settings, given, str(path), besides={"cameras"})
    for name in ("key", "trust", "data", "model"):
        if name in values:
            values[name] = path.parent / values[name]
    settings = Settings(**values, cameras=cameras)
    _check(settings, str(path))
    return settings


def _check(settings: Settings, where: str) -> None:
    for uri in (settings.node, settings.host, settings.server):
        if not is_uri(uri):
            raise SettingsError(f"{where}: {uri!r} is not a URI")
    if settings.keep_minutes < 0:
        raise SettingsError(f"{where}: keep_minutes is {settings.keep_minutes}, below 0")
    if not 1 <= settings.minute_s <= MINUTE_S:
        raise SettingsError(f"{where}: minute_s is {settings.minute_s}, not 1 to {MINUTE_S}")


def _camera(item: Any, where: str) -> Camera:
    if not isinstance(item, dict):
        raise SettingsError(f"{where} is not a table")
    values = _checked(Camera, item, where, besides=set())
    rules = values.pop("rules", [])
    if not isinstance(rules, list) or not set(rules) <= set(RULES):
        raise SettingsError(f"{where}: rules are some of {', '.join(RULES)}, not {rules}")
    camera = Camera(**values, rules=tuple(rules))
    if not is_uri(camera.id) or not is_uri(camera.zone):
        raise SettingsError(f"{where}: id and zone are URIs")
    return camera


def _checked(kind: Any, given: dict[str, Any], where: str, besides: set[str]) -> dict[str, Any]:
    known = {field.name: field for field in fields(kind) if field.name not in besides}
    for name in given.keys() - known.keys():
        raise SettingsError(f"{where}: {name!r} is not a setting; known are {', '.join(known)}")
    for name, field in known.items():
        if field.default is MISSING and name not in given:
            raise SettingsError(f"{where}: {name!r} is missing")
    for name, value in given.items():
        wanted = int if name in NUMBERS else list if name == "rules" else str
        if type(value) is not wanted:  # true is no number
            raise SettingsError(f"{where}: {name} is {value!r}, not {wanted.__name__}")
    return dict(given)
