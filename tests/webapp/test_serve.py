"""`nguon serve` as its own processes: real sockets, real bodies, a clean end."""

import os
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

from ledger import founding
from ledger.settings import Settings
from support.anvil import free_port

pytestmark = pytest.mark.integration
START_S = 60
COMMAND = [sys.executable, "-c", "from webapp.cli import serve; serve()"]


def environ(folder, port):
    ours = {"NGUON_DATA": str(folder), "NGUON_PORT": str(port), "NGUON_CHAIN": "none"}
    return {k: v for k, v in os.environ.items() if not k.startswith("NGUON_")} | ours


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    data = tmp_path_factory.mktemp("serve") / "var with space"
    settings = Settings(data=data, chain="none")
    founding.found(settings, founding.office(settings, "Sở Mẫu"))
    return data


@pytest.fixture(scope="module")
def server(folder):
    port = free_port()
    child = subprocess.Popen(COMMAND, env=environ(folder, port), start_new_session=True)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{url}/robots.txt", timeout=5)
            break
        except httpx.TransportError:
            time.sleep(0.2)
    yield child, url, port
    child.send_signal(signal.SIGTERM)
    child.wait(20)


def test_pages_and_paths_answer(server):
    _, url, _ = server
    assert httpx.get(f"{url}/healthz", timeout=20).json()["checkpoint"]["size"] == 1
    page = httpx.get(f"{url}/", headers={"Accept": "text/html"}, timeout=20)
    assert "<h1>" in page.text
    assert (
        httpx.get(f"{url}/log/entry/0", timeout=20).headers["content-type"]
        == "application/cose"
    )


def test_a_part_of_a_file_is_a_part(server):
    _, url, _ = server
    whole = httpx.get(f"{url}/log/tile/entries/000.p/1", timeout=20)
    part = httpx.get(
        f"{url}/log/tile/entries/000.p/1", headers={"Range": "bytes=2-5"}, timeout=20
    )
    assert (part.status_code, part.content) == (206, whole.content[2:6])
    head = httpx.head(f"{url}/log/tile/entries/000.p/1", timeout=20)
    assert head.headers["content-length"] == str(len(whole.content))


def test_a_body_without_end_is_refused_after_its_limit(server):
    _, _, port = server
    head = b"POST /capture HTTP/1.1\r\nHost: x\r\nContent-Type: application/cose\r\n"
    chunk = b"10000\r\n" + bytes(65_536) + b"\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
        sent = 0
        try:
            while sent < 100 * 2**20:
                client.sendall(chunk)
                sent += len(chunk)
        except OSError:
            pass
    assert sent < 50 * 2**20


def test_a_hundred_megabytes_are_refused_unread(server):
    _, _, port = server
    head = b"POST /capture HTTP/1.1\r\nHost: x\r\nContent-Type: application/cose\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(head + b"Content-Length: 104857600\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "path", ["/s/%ff%fe", "/s/%00", "/s/a%0d%0aX-Evil:%201", "/s/" + "A" * 4096]
)
def test_hostile_codes_over_a_real_socket(server, path):
    _, _, port = server
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: client.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"X-Evil" not in answer.split(b"\r\n\r\n")[0]


def test_a_taken_port_is_said_in_one_line(server, folder):
    _, _, port = server
    found = subprocess.run(
        COMMAND,
        env=environ(folder, port),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert found.returncode == 2
    assert f"{port}" in found.stderr
    assert "Traceback" not in found.stderr


def test_without_a_log_the_way_is_named(tmp_path):
    found = subprocess.run(
        COMMAND,
        env=environ(tmp_path, free_port()),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert found.returncode == 2
    assert "nguon init" in found.stderr


def test_sigterm_ends_all_processes_soon(folder):
    port = free_port()
    child = subprocess.Popen(COMMAND, env=environ(folder, port), start_new_session=True)
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            httpx.get(f"http://127.0.0.1:{port}/robots.txt", timeout=5)
            break
        except httpx.TransportError:
            time.sleep(0.2)
    began = time.monotonic()
    child.send_signal(signal.SIGTERM)
    assert child.wait(20) == 0
    assert time.monotonic() - began < 10
    with pytest.raises(ProcessLookupError):
        os.killpg(child.pid, 0)
