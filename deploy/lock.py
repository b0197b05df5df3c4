"""Writes deploy/requirements/*.txt: every version and hash, no word about where they came from.

    .venv/bin/python deploy/lock.py [--upgrade]

Versions that are locked stay, unless pyproject.toml forbids them or --upgrade asks for newer
ones. The locks hold for every system and every Python from 3.11 on. `test` is locked first and
constrains the others, so that a machine may install several of them together.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / ".venv" / "bin" / "uv"

# lock -> the extras and groups of pyproject.toml in it; None: the group alone
SETS: dict[str, tuple[tuple[str, ...] | None, tuple[str, ...]]] = {
    "test": (("server", "camera"), ("dev", "build")),
    "base": ((), ("build",)),
    "server": (("server",), ("build",)),
    "camera": (("camera",), ("build",)),
    "train": (("camera", "train"), ("build",)),
    "node": (None, ("node",)),
}


def main(arguments: list[str]) -> None:
    """Write each lock; a version conflict stops here with uv's explanation."""
    for name, (extras, groups) in SETS.items():
        command = [str(UV), "pip", "compile", "--quiet", "--universal", "--generate-hashes"]
        command += ["--python-version", "3.11", "--fork-strategy", "fewest"]
        command += ["--no-emit-index-url", "--custom-compile-command", "deploy/lock.py"]
        command += ["--output-file", f"deploy/requirements/{name}.txt", *arguments]
        command += [] if extras is None else ["pyproject.toml"]
        command += [word for extra in extras or () for word in ("--extra", extra)]
        command += [word for group in groups for word in ("--group", group)]
        command += [] if name == "test" else ["--constraint", "deploy/requirements/test.txt"]
        subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
