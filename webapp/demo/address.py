"""Where the demo can be reached: a port that is free, and the addresses that lead to it."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass

from .errors import AddressError

ANY = {"0.0.0.0", "::"}  # noqa: S104 - recognised, not bound
HERE = {"127.0.0.1", "localhost", "::1"}
LAST_PORT = 65_535
DOCUMENTATION = ("192.0.2.1", 9)  # RFC 5737; nothing is sent to it
CONNECT_S = 0.5


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen, and what leads there.

    `public` is what stamps carry, `local` opens in a browser of this machine, `inside` is what
    our own processes call. `for_all`: other machines can reach it.
    """

    host: str
    port: int
    public: str
    local: str
    inside: str
    for_all: bool


def find(host: str, port: int) -> Address:
    """Return the addresses of a host and port; raises `AddressError` when it cannot be had."""
    require_free(host, port)
    local = f"http://localhost:{port}"
    if host in HERE:
        return Address(host, port, local, local, _url(host, port), for_all=False)
    if host in ANY:
        lan = lan_host()
        public = _url(lan, port) if lan else local
        return Address(host, port, public, local, f"http://127.0.0.1:{port}", for_all=True)
    named = _url(host, port)
    return Address(host, port, named, named, named, for_all=True)


def require_free(host: str, port: int) -> None:
    """Raise `AddressError`, which says what to do, unless a server could listen there now."""
    if not 0 < port <= LAST_PORT:
        raise AddressError(f"port {port} is not from 1 to {LAST_PORT}: say PORT=8081 make demo")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as e:
        raise AddressError(
            f"host {host!r} is no address of this machine: say HOST=127.0.0.1 or HOST=0.0.0.0"
        ) from e
    try:
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as e:
        raise AddressError(
            f"{host}:{port} cannot be had ({e.strerror}): stop what uses it, or take another"
            f" port: PORT={_other(port)} make demo (nguon demo --port {_other(port)})"
        ) from e


def lan_host() -> str | None:
    """Return this machine's address in its local network; None without one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(DOCUMENTATION)  # asks the routing table; UDP sends nothing here
            found = str(probe.getsockname()[0])
        except OSError:
            return None
    return None if found in ANY or found.startswith("127.") else found


def without_proxy(environ: Mapping[str, str], found: Address) -> str:
    """Return `no_proxy` so that what our own processes call is reached directly."""
    named = environ.get("no_proxy") or environ.get("NO_PROXY", "")
    own = [*sorted(HERE - {"::1"}), found.host]
    return ",".join([*filter(None, [named]), *dict.fromkeys(own)])


def free_port() -> int:
    """Return a loopback port that nothing uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _other(port: int) -> int:
    return port + 1 if port < LAST_PORT else 8081
