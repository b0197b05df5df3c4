"""A port that cannot be had is refused with the way out; the addresses lead to it."""

import socket
import urllib.request

import pytest

from webapp.demo import address
from webapp.demo.errors import AddressError


def test_a_taken_port_says_which_setting_to_use():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressError, match=f"PORT={port + 1} make demo"):
            address.find("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "port"),
    [
        pytest.param("127.0.0.1", 0, id="port zero"),
        pytest.param("127.0.0.1", 65_536, id="port too large"),
        pytest.param("127.0.0.1", -1, id="negative port"),
        pytest.param("no such host.localhost", 8080, id="no address"),
    ],
)
def test_what_nobody_can_listen_at_is_refused(host, port):
    with pytest.raises(AddressError):
        address.find(host, port)


def test_loopback_is_called_localhost_so_that_pages_have_a_secure_context():
    port = address.free_port()
    found = address.find("127.0.0.1", port)
    assert found.public == found.local == f"http://localhost:{port}"
    assert found.inside == f"http://127.0.0.1:{port}"
    assert not found.for_all


def test_another_port_is_offered_that_exists():
    with pytest.raises(AddressError, match="PORT=8081"):
        address.find("127.0.0.1", 65_536)


@pytest.mark.parametrize(
    "given", [{}, {"no_proxy": "office.example"}, {"NO_PROXY": "office.example"}]
)
def test_no_proxy_stands_before_our_own_processes(given, monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    found = address.find("127.0.0.1", address.free_port())
    monkeypatch.setenv("no_proxy", address.without_proxy(given, found))
    assert urllib.request.proxy_bypass_environment("localhost")
    assert urllib.request.proxy_bypass_environment("127.0.0.1")
    assert bool(urllib.request.proxy_bypass_environment("office.example")) is bool(given)
