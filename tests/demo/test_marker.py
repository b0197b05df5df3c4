"""A demo owns only what it marked, one at a time, and its leftovers are waited for."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support import require
from webapp.demo import marker
from webapp.demo.errors import FolderError

HOLDER = """
import sys, time
from pathlib import Path
from webapp.demo import marker
with marker.claim(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Return a process that holds the folder until its input ends."""
    folder = tmp_path / "var"
    command = [sys.executable, "-c", HOLDER, str(folder)]
    with subprocess.Popen(
        command, cwd=require.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_an_empty_folder_or_none_is_marked(tmp_path):
    (tmp_path / "empty").mkdir()
    for name in ("empty", "new/one"):
        with marker.claim(tmp_path / name):
            assert (tmp_path / name / marker.NAME).is_file()


def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "nguon.db").write_bytes(b"precious")
    with pytest.raises(FolderError, match="left alone"), marker.claim(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["nguon.db"]


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "var").write_text("")
    with pytest.raises(FolderError, match="cannot be used"), marker.claim(tmp_path / "var"):
        pass


def test_a_second_demo_in_a_folder_is_refused_and_told_of_the_first(tmp_path, holder):
    with (
        pytest.raises(FolderError, match=f"process {holder.pid}.*--data"),
        marker.claim(tmp_path / "var"),
    ):
        pass


def test_a_folder_is_free_again_when_its_demo_has_ended(tmp_path, holder):
    holder.kill()
    holder.wait()
    with marker.claim(tmp_path / "var"):
        pass


def test_a_killed_demo_s_process_is_waited_for(tmp_path):
    folder = tmp_path / "var"
    with marker.claim(folder) as held:
        left = subprocess.Popen(["/bin/sleep", "0.5"], pass_fds=(held,))
    text = (folder / marker.NAME).read_text()
    dead = re.sub(r"process \d+", "process 4194305", text)  # above the largest of Linux
    (folder / marker.NAME).write_text(dead)
    with marker.claim(folder):
        assert left.poll() is not None


def test_reset_leaves_the_folder_of_a_living_demo_alone(tmp_path, holder):
    folder = tmp_path / "deploy"
    folder.mkdir()
    shutil.copy(require.ROOT / "deploy" / "prepare.py", folder)
    command = [sys.executable, str(folder / "prepare.py"), "reset"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "runs" in result.stderr
    assert Path(tmp_path / "var" / marker.NAME).is_file()
    holder.kill()
    holder.wait()
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert not (tmp_path / "var").exists()
