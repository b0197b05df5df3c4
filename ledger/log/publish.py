"""The one file by which a log speaks: what it names is durable before it changes."""

from .disk import Disk, write_all

NAME = "checkpoint"


def publish(disk: Disk, text: str) -> None:
    """Replace the published note durably; a reader sees the old one or the new one."""
    write_all(disk, {NAME: text.encode()})
