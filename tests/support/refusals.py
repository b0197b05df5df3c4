"""Writes docs/refusals.md from the classes that carry a code; a test sees that it is current.

.venv/bin/python tests/support/refusals.py
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = Path("docs/refusals.md")
ROOMS = ("attest", "contracts", "ledger", "webapp", "camera_node")
HEAD = """# Refusals

Each refusal has a code that never changes its meaning. Over HTTP it stands in `type`, as
`https://w3id.org/nguon/v1/problems/<code>`; on the command line it is the first word.
This page is written by `tests/support/refusals.py` from the classes themselves.

| code | meaning | class |
| --- | --- | --- |
"""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A class that carries a code, and the first sentence of its docstring."""

    code: str
    meaning: str
    place: str


def found() -> list[Refusal]:
    """Return every refusal of the five packages, by code."""
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return sorted((r for path in paths for r in in_file(path)), key=lambda r: r.code)


def in_file(path: Path) -> Iterator[Refusal]:
    """Yield the refusals that one module defines."""
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ClassDef) and node.name.endswith(("Error", "Refusal")):
            for code in codes(node):
                meaning = (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " ")
                yield Refusal(code, meaning.replace("|", "\\|"), f"{module}.{node.name}")


def codes(node: ast.ClassDef) -> Iterator[str]:
    """Yield the code that a class body assigns, annotated or not."""
    for statement in node.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code)))
                | ast.AnnAssign(target=ast.Name(id="code"), value=ast.Constant(value=str(code)))
            ):
                yield code


def page() -> str:
    """Return the page as it should be."""
    rows = (f"| `{r.code}` | {r.meaning} | `{r.place}` |\n" for r in found())
    return HEAD + "".join(rows)


if __name__ == "__main__":
    (ROOT / PAGE).write_text(page(), encoding="utf-8")
