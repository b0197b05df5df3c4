"""The tree keeps its shape: sizes, promises, words, and documents that list what is there."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import attest
from support import refusals, require

ROOT = require.ROOT
ROOMS = ("attest", "contracts", "ledger", "webapp", "camera_node")
SKIPPED = {"node_modules", "vendor", "artifacts", "cache", "var", "__pycache__"}
WRITTEN = {".py", ".js", ".sol", ".html", ".css", ".md", ".toml", ".sh", ".yaml", ".sql"}
CODE = {".py", ".js", ".sol"}
FILE_LINES = 400
FUNCTION_LINES = 40
LONGEST_FUNCTION = 80
SHORT_SHARE = 0.95

# Spelled in pieces, so that this file does not hold what it looks for.
PLACEHOLDER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|NotImplemented" r"Error")
MACHINE_PATH = re.compile(r"(?<![\w.:-])/(wo" r"rk|fa" r"rm|ro" r"ot|tm" r"p)/\w")
REGISTRY = re.compile(
    r"py" r"pi\.org|pythonhost" r"ed\.org|npm" r"js\.(org|com)|"
    r"proxy\.gol" r"ang\.org|deb\.deb" r"ian\.org"
)  # fmt: skip
BYPASS = re.compile(
    r"unittest" r"\.mock|Magic" r"Mock|mark\.(sk" r"ip|xf" r"ail)\b|"
    r"pytest\.sk" r"ip\(|importor" r"skip"
)  # fmt: skip
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def files(*folders: str, suffixes: set[str]) -> list[Path]:
    """Return the project's own files, as paths from the root."""
    found = [path for folder in folders for path in walk(ROOT / folder)]
    return sorted(p.relative_to(ROOT) for p in found if p.suffix in suffixes)


def walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_symlink() or path.name in SKIPPED or path.name.startswith("."):
            continue
        yield from walk(path) if path.is_dir() else [path]


def lines(path: Path) -> list[str]:
    return (ROOT / path).read_text(encoding="utf-8").splitlines()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_bytes())


def room_modules() -> list[Path]:
    return files(*ROOMS, suffixes={".py"})


def all_python() -> list[Path]:
    return files(*ROOMS, "tests", "deploy", "bench", suffixes={".py"})


def functions(paths: list[Path]) -> dict[str, int]:
    """Return every function's lines, docstring counted."""
    return {
        f"{path}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in paths
        for node in ast.walk(tree(path))
        if isinstance(node, FUNCTION)
    }


def places(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [
        f"{path}:{number} {line.strip()}"
        for path in paths
        for number, line in enumerate(lines(path), 1)
        if pattern.search(line)
    ]


def test_the_packages_under_test_are_this_folder_s():
    assert Path(attest.__file__).parent == ROOT / "attest"


def test_only_the_helpers_of_tests_are_a_package():
    packages = {p.parent for p in files("tests", suffixes={".py"}) if p.name == "__init__.py"}
    assert packages <= {Path("tests/support")}


def test_no_file_is_longer_than_a_reader_s_patience():
    code = files(*ROOMS, "tests", "deploy", "bench", "hardhat", suffixes=CODE)
    assert {str(p): n for p in code if (n := len(lines(p))) > FILE_LINES} == {}


def test_no_function_is_longer_than_two_screens():
    long = {name: n for name, n in functions(all_python()).items() if n > LONGEST_FUNCTION}
    assert long == {}


def test_nearly_all_functions_fit_one_screen():
    sizes = functions(room_modules())
    long = sorted(name for name, n in sizes.items() if n > FUNCTION_LINES)
    assert len(long) <= (1 - SHORT_SHARE) * len(sizes), long


def test_every_module_opens_with_a_promise():
    missing = [str(p) for p in all_python() if not (ast.get_docstring(tree(p)) or "").strip()]
    assert missing == []


def test_siblings_are_imported_with_one_dot_and_all_else_absolutely():
    assert [place for path in room_modules() for place in crossings(path)] == []


def crossings(path: Path) -> list[str]:
    own = ".".join(path.parent.parts)
    return [
        f"{path}:{node.lineno} from {node.module}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and (node.level > 1 or (node.level == 0 and node.module == own))
    ]


def test_nothing_is_left_for_later():
    written = files(*ROOMS, "tests", "deploy", "bench", "docs", "hardhat", suffixes=WRITTEN)
    assert places(PLACEHOLDER, written) == []


def test_no_path_of_one_machine_and_no_registry_is_written_down():
    written = files(*ROOMS, "deploy", "bench", "docs", "hardhat", suffixes=WRITTEN)
    assert places(MACHINE_PATH, [*written, Path("README.md")]) == []
    assert places(REGISTRY, [*written, Path("README.md")]) == []
    assert places(REGISTRY, files("deploy", suffixes={".txt"})) == []


def test_a_test_is_left_out_only_by_require():
    helpers = {Path("tests/support/require.py"), Path("tests/test_frame.py")}
    tests = [path for path in files("tests", suffixes={".py"}) if path not in helpers]
    assert places(BYPASS, tests) == []


def documented() -> str:
    return "\n".join(
        (ROOT / path).read_text(encoding="utf-8") for path in files("docs", suffixes={".md"})
    )


def test_every_refusal_has_a_code_of_its_own():
    codes = Counter(refusal.code for refusal in refusals.found())
    assert {code: n for code, n in codes.items() if n > 1} == {}


def test_the_page_of_refusals_is_what_the_code_says():
    page = (ROOT / refusals.PAGE).read_text(encoding="utf-8")
    assert page == refusals.page(), "run .venv/bin/python tests/support/refusals.py"


def test_the_documents_list_every_setting():
    text = documented()
    named = {
        word
        for path in room_modules()
        for word in re.findall(r"\bNGUON_[A-Z0-9_]+\b", "\n".join(lines(path)))
    }
    assert {name for name in named if name not in text} == set()


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_the_readme_s_commands_are_targets(command):
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")
    target = command.removeprefix("make ")
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
