"""The frame itself: nothing leaves this machine, and a missing part is never silent."""

import socket

import pytest

from support import loopback, require


@pytest.mark.parametrize(
    "reach",
    [
        pytest.param(lambda: socket.create_connection(("192.0.2.1", 80), 0.1), id="address"),
        pytest.param(lambda: socket.create_connection(("2001:db8::1", 80), 0.1), id="IPv6"),
        pytest.param(lambda: socket.getaddrinfo("example.com", 443), id="name"),
        pytest.param(
            lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53)),
            id="datagram",
        ),
    ],
)
def test_no_test_leaves_this_machine(reach):
    with pytest.raises(PermissionError, match="stay on this machine"):
        reach()
    assert loopback.attempts
    loopback.attempts.clear()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", b"localhost", None]
)
def test_loopback_is_this_machine(host):
    assert loopback.is_this_machine(host)


def test_a_missing_part_is_skipped_and_named(monkeypatch):
    monkeypatch.setenv("NGUON_REQUIRE", "go")
    monkeypatch.setattr(require, "missed", require.missed.copy())
    with pytest.raises(pytest.skip.Exception):
        require.missing("anvil", "for this test")
    assert "!! anvil is missing (for this test): 1 test(s) did not run" in require.lines()


def test_a_missing_part_that_is_required_fails(monkeypatch):
    monkeypatch.setenv("NGUON_REQUIRE", "node,go")
    monkeypatch.setattr(require, "missed", require.missed.copy())
    with pytest.raises(pytest.fail.Exception, match="NGUON_REQUIRE names go"):
        require.missing("go", "for this test")


def test_a_misspelled_requirement_stops_the_run(monkeypatch):
    monkeypatch.setenv("NGUON_REQUIRE", "node,chromum")
    with pytest.raises(pytest.UsageError, match="chromum"):
        require.required()
