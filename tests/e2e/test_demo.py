"""The whole demo: told over HTTP, killed in the middle, shown again, ended without a trace.

Its folder has spaces, its locale is C, its output is a pipe; cameras are left out.
"""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from webapp.demo import address

pytestmark = pytest.mark.integration

NGUON = [sys.executable, str(Path(sys.executable).with_name("nguon"))]
READY_S = 180  # a busy machine with few cores
AGAIN_S = 10  # a second start, on an idle machine
BUSY = 3  # times slower
END_S = 10
LINK = re.compile(r"^    (http://localhost:\d+)/s/([0-9A-Z]{20})$", re.MULTILINE)
WANTED = {"active", "inactive", "suspicious", "hold", "recalled", "void", "expired", "unknown"}


class Demo:
    """One `nguon demo` as a terminal starts it; `text` is what it said."""

    def __init__(self, folder, port):
        self.folder = folder
        self.text = ""
        self.begun = time.monotonic()
        env = {n: v for n, v in os.environ.items() if not n.startswith(("LC_", "NGUON_"))}
        self.process = subprocess.Popen(
            [*NGUON, "demo", "--port", str(port), "--data", str(folder), "--no-camera"],
            env={**env, "LANG": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.text += line.decode()
        self.process.stdout.close()

    def until(self, words, seconds=READY_S):
        """Wait until it said these words; return the seconds since its start."""
        deadline = time.monotonic() + seconds
        while words not in self.text:
            assert self.process.poll() is None, self.text
            assert time.monotonic() < deadline, self.text
            time.sleep(0.05)
        return time.monotonic() - self.begun

    def end(self, number, seconds=END_S):
        """Send a signal, wait, and return the exit status."""
        self.process.send_signal(number)
        status = self.process.wait(seconds)
        self.reader.join()
        return status

    def links(self):
        self.until("never issued")
        time.sleep(0.5)  # its link is the last line
        return LINK.findall(self.text)


def left(folder):
    """Return the command lines of processes that work in a folder."""
    listed = subprocess.run(
        ["/bin/ps", "axeww", "-o", "pid=,args="], capture_output=True, check=True
    ).stdout.decode("utf-8", "replace")
    own = f"{os.getpid()} "
    lines = (line.strip() for line in listed.splitlines())
    return [line[:200] for line in lines if str(folder) in line and not line.startswith(own)]


def until_none_is_left(folder, seconds):
    deadline = time.monotonic() + seconds
    while remaining := left(folder):
        assert time.monotonic() < deadline, remaining
        time.sleep(0.2)


@pytest.fixture(scope="module")
def port():
    return address.free_port()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("a folder with spaces") / "var of the demo"


@pytest.fixture(scope="module")
def demo(folder, port):
    """A demo whose first start was killed in the middle of its story, started again."""
    first = Demo(folder, port)
    first.until("chapter A")
    first.end(signal.SIGKILL)
    until_none_is_left(folder, 15)
    running = [Demo(folder, port)]
    running[0].until("ready: ")
    yield running
    running[-1].process.kill()
    running[-1].reader.join()


def dossier(base, code):
    return httpx.get(f"{base}/s/{code}", headers={"Accept": "application/json"}, timeout=30)


def test_every_link_shows_what_is_said_of_it(demo, folder):
    shown = json.loads((folder / "demo" / "links.json").read_text("utf-8"))["shown"]
    links = demo[-1].links()
    assert [code for _, code in links] == [item["code"] for item in shown]
    assert {item["state"] for item in shown} >= WANTED
    for (base, code), item in zip(links, shown, strict=True):
        answer = dossier(base, code)
        if item["state"] == "unknown":
            assert answer.status_code == 404
        else:
            assert answer.status_code == 200, (item, answer.text)
            assert answer.json()["stamp"]["state"] == item["state"], item


def test_a_pack_s_own_address_leads_to_the_same_stamp(demo, folder):
    base, _ = demo[-1].links()[0]
    shown = json.loads((folder / "demo" / "links.json").read_text("utf-8"))["shown"]
    for item in shown:
        if item["gtin"]:
            path = f"/01/{item['gtin']}/21/{item['code']}"
            answer = httpx.get(base + path, headers={"Accept": "application/json"}, timeout=30)
            assert answer.json()["stamp"]["code"] == item["code"]


def test_the_often_checked_stamp_was_looked_at_57_times(demo, folder):
    shown = json.loads((folder / "demo" / "links.json").read_text("utf-8"))["shown"]
    (code,) = [item["code"] for item in shown if item["state"] == "suspicious"]
    base, _ = demo[-1].links()[0]
    assert dossier(base, code).json()["checks"]["count"] == 57


def test_a_second_demo_in_the_folder_is_refused(demo, folder):
    second = Demo(folder, address.free_port())
    assert second.process.wait(30) == 1
    second.reader.join()
    assert f"process {demo[-1].process.pid}" in second.text


def test_a_taken_port_is_refused_before_anything_starts(demo, folder, port, tmp_path):
    demo[-1].until("ready")
    other = Demo(tmp_path / "var", port)
    assert other.process.wait(30) == 1
    other.reader.join()
    assert f"PORT={port + 1} make demo" in other.text
    assert [path.name for path in (tmp_path / "var").iterdir()] == [".nguon-demo"]
    assert folder.is_dir()


@pytest.mark.parametrize(
    "number",
    [signal.SIGINT, signal.SIGTERM, signal.SIGHUP],
    ids=["SIGINT", "SIGTERM", "SIGHUP"],
)
def test_it_ends_in_ten_seconds_leaves_nothing_and_comes_back_the_same(
    demo, folder, port, number
):
    links = demo[-1].links()
    size = httpx.get(f"{links[0][0]}/healthz", timeout=30).json()["checkpoint"]["size"]
    assert demo[-1].end(number) == 0
    assert left(folder) == []
    demo.append(Demo(folder, port))
    assert demo[-1].until("ready: ") < AGAIN_S * BUSY
    assert demo[-1].links() == links
    found = httpx.get(f"{links[0][0]}/healthz", timeout=30).json()["checkpoint"]["size"]
    assert found >= size


def test_nothing_is_left_when_the_supervisor_is_killed_and_all_comes_back(demo, folder, port):
    links = demo[-1].links()
    assert len(left(folder)) > 4  # they can be seen
    demo[-1].end(signal.SIGKILL)
    until_none_is_left(folder, 15)
    demo.append(Demo(folder, port))
    demo[-1].until("ready: ")
    demo[-1].end(signal.SIGKILL)
    demo.append(Demo(folder, port))  # at once: it waits for what is left
    demo[-1].until("ready: ")
    assert demo[-1].links() == links
