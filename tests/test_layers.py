"""The arrows between the rooms hold, and each contract can fail."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from support import require

ROOMS = ("attest", "contracts", "ledger", "webapp", "camera_node")
CONFIG = tomllib.loads((require.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = CONFIG["tool"]["importlinter"]["contracts"]

# contract -> the file and the import that breaks it
PLANTS = {
    "layers": ("ledger/planted.py", "import webapp"),
    "camera-alone": ("camera_node/planted.py", "import ledger"),
    "server-blind": ("webapp/planted.py", "import cv2"),
    "attest-pure": ("attest/planted.py", "import os"),
    "attest-client": ("attest/planted.py", "import attest.client"),
    "one-chain": ("ledger/planted.py", "import web3"),
    "thin-views": ("webapp/planted.py", "import sqlalchemy"),
    "audit-alone": ("ledger/audit/planted.py", "import flask"),
}


def linted(folder: Path, contract: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the rooms in folder, and over no others."""
    program = Path(sys.executable).with_name("lint-imports")
    command = [program, "--config", "pyproject.toml", "--contract", contract, "--no-cache"]
    env = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rooms")
    for room in ROOMS:
        shutil.copytree(
            require.ROOT / room,
            folder / room,
            ignore=lambda at, names: [n for n in names if not is_code(Path(at, n))],
        )
    shutil.copy(require.ROOT / "pyproject.toml", folder)
    return folder


def is_code(path: Path) -> bool:
    return path.suffix == ".py" or (path.is_dir() and path.name != "__pycache__")


def test_every_contract_has_a_planted_import():
    assert {contract["id"] for contract in CONTRACTS} == PLANTS.keys()


@pytest.mark.parametrize("contract", PLANTS)
def test_a_forbidden_import_breaks_its_contract(copy, contract):
    assert "1 kept, 0 broken" in linted(copy, contract).stdout
    name, line = PLANTS[contract]
    (copy / name).write_text(line + "\n")
    try:
        result = linted(copy, contract)
    finally:
        (copy / name).unlink()
    assert result.returncode != 0
    assert "0 kept, 1 broken" in result.stdout
    assert "planted" in result.stdout
