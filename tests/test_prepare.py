"""Set-up says what it needs, does nothing twice, and deletes only what is the demo's."""

import ast
import importlib.util
import os
import shutil
import socket
import subprocess
import sys

import pytest

from support import require

PREPARE = require.ROOT / "deploy" / "prepare.py"
GUARD = require.ROOT / "deploy" / "guard.py"


@pytest.fixture
def prepare(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("prepare", PREPARE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return module


def run(*arguments, **env):
    return subprocess.run(
        [sys.executable, PREPARE, *arguments],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_it_parses_on_pythons_that_are_too_old_to_run_it():
    ast.parse(PREPARE.read_text(encoding="utf-8"), feature_version=(3, 6))


def test_it_imports_nothing_but_the_standard_library():
    tree = ast.parse(PREPARE.read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in (
            [node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        )
    }
    assert imported <= sys.stdlib_module_names


def test_a_step_holds_until_what_went_into_it_changes(prepare, tmp_path):
    folder = tmp_path / "stamps"
    prepare.Stamp("step", b"a", b"b", folder=folder).write()
    assert prepare.Stamp("step", b"a", b"b", folder=folder).holds()
    assert not prepare.Stamp("step", b"ab", b"", folder=folder).holds()
    assert not prepare.Stamp("other", b"a", b"b", folder=folder).holds()


def test_reset_deletes_a_folder_with_the_demo_s_marker(prepare, tmp_path):
    folder = tmp_path / "var"
    folder.mkdir()
    (folder / prepare.MARKER).touch()
    assert prepare.reset(folder) == 0
    assert not folder.exists()
    assert prepare.reset(folder) == 0


@pytest.mark.parametrize(
    "kind", ["no marker", "link to a marked folder", "marker is a folder", "a file"]
)
def test_reset_leaves_anything_else_alone(prepare, tmp_path, kind):
    folder, marked = tmp_path / "var", tmp_path / "marked"
    marked.mkdir()
    (marked / prepare.MARKER).touch()
    if kind == "link to a marked folder":
        folder.symlink_to(marked)
    elif kind == "a file":
        folder.touch()
    else:
        folder.mkdir()
        (folder / "kept").touch()
    if kind == "marker is a folder":
        (folder / prepare.MARKER).mkdir()
    with pytest.raises(prepare.Stop, match="left alone"):
        prepare.reset(folder)
    assert folder.exists()
    assert (marked / prepare.MARKER).exists()


def test_a_taken_port_is_named_before_anything_is_installed():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run("demo", PORT=port)
    assert result.returncode == 1
    assert f"127.0.0.1:{port} cannot be had" in result.stderr
    assert "PORT=" in result.stderr


@pytest.mark.parametrize("port", ["0", "65536", "eighty", "-1", "80 80"])
def test_a_port_that_is_none_is_refused(port):
    result = run("demo", PORT=port)
    assert (result.returncode, result.stdout) == (1, "")
    assert "not a number from 1 to 65535" in result.stderr


def test_a_host_of_another_machine_is_refused():
    result = run("demo", HOST="192.0.2.1", PORT="8080")
    assert result.returncode == 1
    assert "192.0.2.1:8080 cannot be had" in result.stderr


def test_an_unknown_mode_lists_the_known_ones():
    result = run("install")
    assert result.returncode == 1
    assert "demo, test, reset" in result.stderr


def test_a_missing_part_stops_only_where_it_is_required(prepare, monkeypatch, capsys):
    monkeypatch.setenv("NGUON_REQUIRE", "go")
    prepare.missing("anvil", "there is no embedded chain", prepare.Stop("npm failed"))
    assert "!! there is no embedded chain: npm failed" in capsys.readouterr().out
    monkeypatch.setenv("NGUON_REQUIRE", "go,anvil")
    with pytest.raises(prepare.Stop, match="NGUON_REQUIRE names anvil"):
        prepare.missing("anvil", "there is no embedded chain", prepare.Stop("npm failed"))


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ("ERROR: No matching distribution found for av==1", "no ready-made package"),
        ("ERROR: Could not find av==1 (from versions: none)", "out of reach"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "do not use it"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("npm error code ENOTFOUND", "out of reach"),
    ],
)
def test_a_failure_shows_its_last_words_and_what_to_do(
    prepare, monkeypatch, tmp_path, capsys, words, advice
):
    monkeypatch.setattr(prepare, "CACHE", tmp_path)
    with pytest.raises(prepare.Stop, match=advice):
        prepare.call("x", [sys.executable, "-c", f"print({words!r}); exit(3)"])
    assert f"  | {words}" in capsys.readouterr().out


def guarded(path):
    command = [sys.executable, GUARD, path]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(
            "-----BEGIN PRIV" "ATE KEY-----\nMC4CAQAwBQYDK2VwBCIE\n", "private key", id="PKCS8"
        ),
        pytest.param(
            "x = '-----BEGIN EC PRIV" "ATE KEY-----\\nMHcCAQEEIGluZGVlZA'",
            "private key",
            id="in code",
        ),
        pytest.param(
            "PRIVATE+" "KEY+trace.example/log+0a1b2c3d+" + "A" * 44,
            "private key",
            id="note signer",
        ),
        pytest.param("AGE-SECRET-KEY-" "1QQ", "private key", id="age"),
        pytest.param("x" * (2**20 + 1), "1048577 bytes", id="large"),
    ],
)  # fmt: skip
def test_keys_and_large_files_are_kept_out(tmp_path, content, why):
    path = tmp_path / "new.txt"
    path.write_text(content)
    result = guarded(path)
    assert result.returncode == 1
    assert why in result.stderr


def test_a_public_key_may_be_committed(tmp_path):
    path = tmp_path / "new.txt"
    path.write_text("-----BEGIN PUBLIC KEY-----\n")
    assert guarded(path).returncode == 0


def test_nothing_in_the_tree_would_be_kept_out():
    git = shutil.which("git") or require.missing("git", "install git")
    listed = subprocess.run(
        [git, "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=require.ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    if listed.returncode != 0:
        require.missing("git", "this folder is no git checkout")
    command = [sys.executable, GUARD, *listed.stdout.splitlines()]
    result = subprocess.run(
        command, cwd=require.ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert result.stderr == ""
