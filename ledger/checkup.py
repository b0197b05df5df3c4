"""Whether an installation is told what it needs: settings, names, modes of key files."""

import os
from dataclasses import asdict, dataclass

from .settings import Settings, unknown
from .vault import ANCHOR, LOG, ROOT, STAMPS

OTHERS = 0o077
# names that `nguon serve` reads
SERVE = {"HOST", "PORT", "WORKERS", "THREADS", "DEMO", "CONTACT", "PLACE_HEADER", "UTC_OFFSET"}


@dataclass(frozen=True, slots=True)
class Checkup:
    """The settings as they were read, and what is wrong."""

    values: dict[str, str]
    problems: list[str]


def look(settings: Settings) -> Checkup:
    """Look at the environment and the files that the settings name; change nothing."""
    values = {name: str(value) for name, value in asdict(settings).items()}
    problems = [f"{name} is no setting" for name in unknown(os.environ, SERVE)]
    if settings.trust.exists():
        problems += _key_files(settings)
    else:
        problems.append(f"there is no log in {settings.data}: say `nguon init` first")
    return Checkup(values, problems)


def _key_files(settings: Settings) -> list[str]:
    problems = []
    for name in (LOG, STAMPS, ROOT, ANCHOR):
        path = settings.keys / name
        if not path.is_file():
            problems.append(f"{path} is missing")
        elif path.stat().st_mode & OTHERS:
            problems.append(f"{path} is open to others: chmod 600 {path}")
    return problems
