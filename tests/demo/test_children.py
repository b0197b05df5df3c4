"""Processes of the demo come back when they may, and leave nothing when they end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from webapp.demo import children
from webapp.demo.children import Child

SLEEP = "import time; time.sleep(60)"
FAMILY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""
DEAF = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""
SLOW = """
import signal, sys, time
def end(*_):
    time.sleep(1)
    print("ended", flush=True)
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("slow", flush=True)
time.sleep(60)
"""
PARENT = """
import os, sys, time
from pathlib import Path
from webapp.demo.children import Child
child = Child("x", [sys.executable, "-c", "import time; time.sleep(60)"], Path(sys.argv[1]),
              os.environ, 2.0)
child.start()
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def child(tmp_path):
    made = []

    def make(code, returns=True, name="one", grace_s=2.0):
        command = [sys.executable, "-c", code]
        one = Child(name, command, tmp_path / f"{name}.log", os.environ, grace_s, returns)
        made.append(one)
        one.start()
        return one

    yield make
    children.stop_all(made, 5)


def until(found, seconds=10):
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or ") Z" not in stat.read_text()  # a zombie is dead


def test_a_child_runs_in_a_session_of_its_own(child):
    one = child(SLEEP)
    assert os.getsid(one.pid) == one.pid != os.getsid(0)


def test_a_child_that_was_killed_comes_back(child):
    one = child(SLEEP, returns=False)
    first = one.pid
    os.kill(first, signal.SIGKILL)
    until(lambda: one.revive() is not None)
    assert one.pid not in (None, first)
    assert one.poll() is None


def test_a_child_that_refuses_does_not_come_back_and_is_quoted(child):
    one = child("print('{}'); raise SystemExit('older-than-signed: 5 < 7')", returns=False)
    until(lambda: one.poll() is not None)
    assert one.refused
    assert one.revive() is None
    assert one.last_words() == "older-than-signed: 5 < 7"


def test_a_child_that_falls_again_and_again_rests_longer_each_time(child):
    one = child("raise SystemExit(3)")
    times = []
    for _ in range(3):
        until(lambda: one.revive() == 3)
        times.append(time.monotonic())
    assert times[2] - times[1] > 1.5 * children.FIRST_PAUSE_S


def test_what_a_child_started_ends_with_it(child, tmp_path):
    one = child(FAMILY)
    until(lambda: (tmp_path / "one.log").read_text().strip())
    grandchild = int((tmp_path / "one.log").read_text())
    one.stop(1)
    until(lambda: not lives(grandchild))


def test_what_a_child_started_ends_when_the_child_is_killed(child, tmp_path):
    one = child(FAMILY)
    until(lambda: (tmp_path / "one.log").read_text().strip())
    grandchild = int((tmp_path / "one.log").read_text())
    os.kill(one.pid, signal.SIGKILL)
    until(lambda: one.poll() is not None)
    until(lambda: not lives(grandchild))


def test_a_child_that_does_not_listen_is_killed_in_time(child, tmp_path):
    one = child(DEAF)
    until((tmp_path / "one.log").read_text)
    begun = time.monotonic()
    one.stop(0.3)
    assert time.monotonic() - begun < 2
    assert one.pid is None


def test_one_that_does_not_listen_leaves_the_others_their_time(child, tmp_path):
    slow = child(SLOW, name="slow", grace_s=4.0)
    deaf = child(DEAF, name="deaf", grace_s=0.1)
    until(lambda: all((tmp_path / f"{name}.log").read_text() for name in ("slow", "deaf")))
    children.stop_all([slow, deaf], 4.5)
    assert (tmp_path / "slow.log").read_text() == "slow\nended\n"


def test_a_child_ends_when_its_supervisor_is_killed(tmp_path):
    command = [sys.executable, "-c", PARENT, str(tmp_path / "log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert lives(pid)
        time.sleep(0.5)  # until its leash is on
        parent.kill()
    until(lambda: not lives(pid))


def test_children_end_the_newest_first(tmp_path):
    ends = tmp_path / "ends"
    code = (
        "import pathlib, signal, sys, time\n"
        "def end(*_):\n"
        f"    with open({str(ends)!r}, 'a') as file: file.write(sys.argv[1])\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)\n"
    )
    made = [
        Child(n, [sys.executable, "-c", code, n], tmp_path / n, os.environ, 2.0) for n in "abc"
    ]
    for one in made:
        one.start()
    until(lambda: all((tmp_path / n).read_text() for n in "abc"))
    children.stop_all(made, 5)
    assert ends.read_text() == "cba"
