"""Refuses to let private keys and large files into the repository.

    .venv/bin/python deploy/guard.py FILE…

Prints one line for each refused file; the exit status is 1 when there was one.
"""

import re
import sys
from pathlib import Path

LARGEST = 1 << 20
PRIVATE = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----(\\n|\s)*[A-Za-z0-9+/=]{16}|AGE-SECRET-KEY-[1]"
    rb"|PRIVATE\+KEY\+(?!PeterNeumann\+)"  # which Go's documentation shows to everybody
    rb"[^+\s{}]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{40,}"
)
PUBLISHED = Path("tests/vectors")  # its keys are everybody's, made to be shared by tests


def refusal(path: Path) -> str | None:
    """Say why a file must not be committed; None when it may."""
    if path.is_symlink() or not path.is_file():
        return None
    if (size := path.stat().st_size) > LARGEST:
        return f"{path}: {size} bytes, more than {LARGEST}"
    if PUBLISHED not in path.parents and PRIVATE.search(path.read_bytes()):
        return f"{path}: holds a private key"
    return None


def main(names: list[str]) -> int:
    """Look at each file that is about to be committed."""
    refusals = list(filter(None, (refusal(Path(name)) for name in names)))
    for line in refusals:
        print(line, file=sys.stderr)
    return 1 if refusals else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
