"""The command knows its words, imports none of them for its help, and names a missing extra."""

import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint

import click
import pytest
from click.testing import CliRunner

from attest.client import cli
from attest.errors import ProofError
from support import require

PROJECT = tomllib.loads((require.ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
COMMANDS = PROJECT["entry-points"][cli.GROUP]


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """Let a folder of modules be what is installed: name of command -> its code."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(**code):
        for name, text in code.items():
            (tmp_path / f"said_{name}.py").write_text(text)
        entries = [EntryPoint(n, f"said_{n}:{n}", cli.GROUP) for n in code]

        def found(group, name=None):
            return [e for e in entries if e.group == group and name in (None, e.name)]

        monkeypatch.setattr(cli, "entry_points", found)

    yield install
    for name in [name for name in sys.modules if name.startswith("said_")]:
        del sys.modules[name]


def nguon(*words):
    return CliRunner().invoke(cli.main, words)


def test_every_command_has_a_purpose_and_every_purpose_a_command():
    assert COMMANDS.keys() == cli.PURPOSES.keys()


def test_help_imports_no_command(installed):
    installed(serve="raise RuntimeError('imported')")
    result = nguon("--help")
    assert result.exit_code == 0
    assert cli.PURPOSES["serve"] in result.output


@pytest.mark.parametrize(
    ("library", "extra"), [("flask.views", "server"), ("cv2", "camera"), ("torch", "train")]
)
def test_a_missing_extra_is_one_line(installed, library, extra):
    installed(serve=f"raise ModuleNotFoundError('no', name={library!r})")
    result = nguon("serve")
    assert (result.exit_code, result.output) == (2, f"nguon serve needs nguon[{extra}]\n")


def test_a_missing_extra_is_one_line_also_when_it_is_missed_late(installed):
    installed(
        camera="import click\n@click.command()\ndef camera():\n"
        "    raise ModuleNotFoundError('no', name='av')\n"
    )
    result = nguon("camera")
    assert (result.exit_code, result.output) == (2, "nguon camera needs nguon[camera]\n")


def test_a_module_of_ours_that_is_missing_is_no_missing_extra(installed):
    installed(serve="raise ModuleNotFoundError('no', name='webapp.lost')")
    assert isinstance(nguon("serve").exception, ModuleNotFoundError)


def test_a_refusal_is_one_line_with_its_code(installed):
    installed(
        verify="import click\nfrom attest.errors import ProofError\n@click.command()\n"
        "def verify():\n    raise ProofError('path has 3 hashes, tree needs 4')\n"
    )
    result = nguon("verify")
    assert result.exit_code == 1
    assert result.output == f"Error: {ProofError.code}: path has 3 hashes, tree needs 4\n"


def test_a_defect_keeps_its_traceback(installed):
    installed(verify="import click\n@click.command()\ndef verify():\n    {}['lost']\n")
    assert isinstance(nguon("verify").exception, KeyError)


def test_an_unknown_command_exits_with_two():
    assert nguon("nonsense").exit_code == 2


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there(name):
    entry = EntryPoint(name, COMMANDS[name], cli.GROUP)
    assert isinstance(entry.load(), click.Command)


@pytest.mark.parametrize("name", ["verify", "audit"])
def test_checking_needs_no_extra(name):
    libraries = [
        "flask",
        "sqlmodel",
        "sqlalchemy",
        "web3",
        "granian",
        "av",
        "cv2",
        "numpy",
        "onnxruntime",
    ]
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({libraries!r}))\n"
        f"import {COMMANDS[name].partition(':')[0]}"
    )
    command = [sys.executable, "-c", code]
    result = subprocess.run(
        command, cwd=require.ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert result.stderr == ""
