"""Nothing that a test calls leaves this machine, and a refusal that was caught is still seen.

An audit hook sees every call of this process, whichever library makes it; it cannot be removed,
so it writes a list of attempts, which `conftest.py` looks at after each test.
"""

import ipaddress
import threading

attempts: list[str] = []
lock = threading.Lock()


def is_this_machine(host: object) -> bool:
    """Tell whether host is loopback, or no host at all."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str) or host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host.endswith(".localhost")


def refuse_to_leave(event: str, arguments: tuple[object, ...]) -> None:
    """Stop a connection or a look-up that would leave this machine."""
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if not is_this_machine(host):
        with lock:
            attempts.append(f"{event} {host!r}")
        raise PermissionError(f"tests stay on this machine: {event} {host!r}")
