"""Writes the shared vectors of the statement room: the same bytes on every run.

After a format changed, from the repository's root, and then read the difference:

    PYTHONPATH=.:tests .venv/bin/python -m support.vectors_said
"""

import json
from pathlib import Path

from . import (
    vectors_dossier,
    vectors_keys,
    vectors_mutants,
    vectors_payload,
    vectors_registry,
    vectors_statement,
)

FOLDER = Path(__file__).resolve().parents[1] / "vectors"

MAKERS = {
    "payload": vectors_payload.payloads,
    "keys": vectors_keys.key_vectors,
    "statement": vectors_statement.statements,
    "mutants": vectors_mutants.mutants,
    "registry": vectors_registry.registries,
    "dossier": vectors_dossier.dossier_vectors,
}


def render(name: str) -> str:
    """The text of one file: JSON with a row a line."""
    members = []
    for member, value in MAKERS[name]().items():
        if isinstance(value, list):
            lines = ",\n".join("  " + json.dumps(row, ensure_ascii=True) for row in value)
            members.append(f" {json.dumps(member)}: [\n{lines}\n ]")
        else:
            members.append(f" {json.dumps(member)}: {json.dumps(value, ensure_ascii=True)}")
    return "{\n" + ",\n".join(members) + "\n}\n"


if __name__ == "__main__":
    for stem in MAKERS:
        (FOLDER / f"{stem}.json").write_text(render(stem))
