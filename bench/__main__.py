"""`python -m bench [name …]`: run the benches and write what they print to docs/performance.md.

Without names all of them run. Each is a script of its own which prints a table with a ratio to
a yardstick measured in the same run; nothing here judges, and no test waits for a time. What a
bench printed last stays in the page until that bench is run again.
"""

import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"
TITLES = {
    "append": "1 · Statements through the door to a published checkpoint",
    "resolve": "2 · Resolving a stamp",
    "proof": "3 · Proofs by index",
    "stamps": "5 · Rolls of stamps",
    "gas": "6 · Gas of an anchor",
    "camera": "7 · A camera-second, by stage",
    "see": "7 · Decode and inference",
    "page": "10 · The stamp page",
}
HEAD = """# Performance

What `make bench` printed, each figure beside its yardstick in the same run. A ratio says more
than a rate: the machine is named, and yours is another. No test waits for a time.
"""
SYNCS = 50
FIELD = re.compile(r"^## (?P<title>.+?)\n(?P<body>.*?)(?=^## |\Z)", re.M | re.S)


def main(names: list[str]) -> int:
    """Run benches by name; the exit status is 1 when one fails."""
    unknown = set(names) - set(TITLES)
    if unknown:
        print(f"no bench {sorted(unknown)}; there are {', '.join(TITLES)}")
        return 2
    sections = dict(_read())
    failed = []
    for name in names or [n for n in TITLES if (ROOT / "bench" / f"{n}.py").exists()]:
        print(f"== {TITLES[name]}", flush=True)
        printed = _run(name)
        if printed is None:
            failed.append(name)
        else:
            sections[TITLES[name]] = f"\n{_machine()}\n\n{printed.strip()}\n\n"
            _write(sections)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def _run(name: str) -> str | None:
    command = [sys.executable, str(ROOT / "bench" / f"{name}.py")]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    lines = []
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as run:
        for line in run.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    return "".join(lines) if run.returncode == 0 else None


def _machine() -> str:
    day = datetime.now(UTC).date()
    python = platform.python_version()
    return (
        f"{day}, {os.cpu_count()} cores, {platform.machine()}, Python {python},"
        f" fsync {_fsync_ms():.2f} ms (median)"
    )


def _fsync_ms() -> float:
    """How long a small durable write takes where the benches write."""
    times = []
    with tempfile.NamedTemporaryFile() as file:
        for _ in range(SYNCS):
            file.write(b"x" * 512)
            file.flush()
            started = perf_counter()
            os.fsync(file.fileno())
            times.append(perf_counter() - started)
    return median(times) * 1000


def _read() -> Iterator[tuple[str, str]]:
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    for match in FIELD.finditer(text):
        yield match["title"], match["body"]


def _write(sections: dict[str, str]) -> None:
    order = [title for title in TITLES.values() if title in sections]
    body = "".join(f"## {title}\n{sections[title]}" for title in order)
    PAGE.write_text(f"{HEAD}\n{body}".rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
