"""Why the demo does not start, or ends: the text says what to do."""

from typing import ClassVar


class DemoError(Exception):
    """The demo cannot go on; every class says it with a code of its own."""

    code: ClassVar[str] = "demo"


class FolderError(DemoError):
    """The folder is somebody else's, or another demo runs in it."""

    code = "demo-folder"


class AddressError(DemoError):
    """Nothing can listen at this host and port."""

    code = "demo-address"


class ChildError(DemoError):
    """A process without which there is no demo has ended."""

    code = "demo-process"
