"""Which modules a page's script imports, so that the browser may fetch them at once."""

import re
from pathlib import Path

IMPORT = re.compile(r"""^(?:import|export)\s[^;"']*?["'](\.[^"']+)["']""", re.MULTILINE)


def modules(folder: str, entry: str) -> list[str]:
    """Return the addresses of `entry` and of all that it imports statically, entry first."""
    root = Path(folder).resolve()
    found: list[Path] = []
    waiting = [root / entry]
    while waiting:
        file = waiting.pop(0)
        if file in found or not file.is_file():
            continue
        found.append(file)
        names = IMPORT.findall(file.read_text(encoding="utf-8"))
        waiting += [(file.parent / name).resolve() for name in names]
    return [f"/static/{file.relative_to(root).as_posix()}" for file in found]
