"""What goes wrong at a camera node, by what can be done about it."""

from typing import ClassVar


class CameraError(Exception):
    """Base of every failure of a camera node; `code` is its name for ever."""

    code: ClassVar[str]


class SourceError(CameraError):
    """The camera is away or sends what cannot be kept: wait, then open it again."""

    code = "camera-away"


class SettingsError(CameraError):
    """The node's settings are wrong: a person has to mend them."""

    code = "camera-settings"


class ForgedProofError(CameraError):
    """The server's proof does not hold: keep everything and call a person."""

    code = "server-proof"
