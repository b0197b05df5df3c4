"""The stamps to look at: kept in the demo's folder, so that every start shows the same."""

import json
from dataclasses import asdict
from pathlib import Path

from attest.client import files

from .errors import FolderError
from .province import Shown

NAME = "links.json"
VERSION = 1


def save(folder: Path, shown: list[Shown]) -> None:
    """Keep the stamps; from then on the story is told."""
    record = {"version": VERSION, "shown": [asdict(item) for item in shown]}
    text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
    files.write_durably(folder / NAME, text.encode())


def load(folder: Path) -> list[Shown] | None:
    """Return the stamps of earlier starts; None before the story is told to its end."""
    path = folder / NAME
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as e:
        raise FolderError(f"{path} cannot be read: {e}; make demo-reset begins anew") from e
    try:
        return [Shown(**item) for item in record["shown"]]
    except (KeyError, TypeError) as e:
        raise FolderError(
            f"{path} is of another version of the demo: make demo-reset begins anew"
        ) from e


def page(base: str, item: Shown) -> str:
    """Return the address of a stamp's page."""
    return f"{base}/s/{item.code}"


def printed(base: str, item: Shown) -> str:
    """Return what a stamp's QR code carries: a GS1 Digital Link where there is a GTIN.

    Upper case makes the code smaller; scheme and host mean the same in it.
    """
    path = f"/01/{item.gtin}/21/" if item.gtin else "/S/"
    return f"{base.upper()}{path}{item.code}"
