"""A whole installation in processes: log, writer, web server; reached over HTTP alone."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from attest import spell, statement
from attest.client.server import Server
from attest.keys import PrivateKey
from attest.registry import key_proof_message
from attest.statement import Statement
from support.nguon import PROGRAM, READY_S, STOP_S, Nguon
from support.web_world import OFFICE, PLACE

LOG = "trace.example/log"


@dataclass
class ProcessWorld:
    """Says things as everybody must; `root` is the registrar's key."""

    nguon: Nguon
    server: Server
    root: PrivateKey

    def log(self, *said: Statement) -> list[int]:
        return self.server.log([one.data for one in said], 30)

    def enrol(self, new: PrivateKey, holder: str, *roles: str) -> Statement:
        message = key_proof_message(LOG, holder, new.key.kid, self.root.key.kid)
        record = {
            "type": "key",
            "id": f"{holder}/key/{new.key.kid.hex()[:16]}",
            "action": "enrol",
            "kid": spell.base64url(new.key.kid),
            "key": spell.base64url(new.key.cose),
            "holder": holder,
            "roles": list(roles),
            "place": PLACE,
            "proof": spell.base64url(new.sign(message)),
        }
        return self.say(self.root, OFFICE, record)

    def say(
        self, signer: PrivateKey, iss: str, record: dict[str, Any], **more: Any
    ) -> Statement:
        kind = more.pop("kind", None) or record["type"]
        sub = more.pop("sub", None) or record["id"]
        now = int(time.time())
        return statement.sign(
            signer, kind=kind, iss=iss, sub=sub, iat=now, record=record, **more
        )

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.server.url + path, timeout=30)


@contextmanager
def running(folder: Path) -> Iterator[ProcessWorld]:
    """Found a log, and have `nguon work` and `nguon serve` run beside the block."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    nguon = Nguon(folder / "var", public_url=url, port=str(port), workers="1", threads="8")
    told = ("--holder", OFFICE, "--place", PLACE, "--origin", LOG)
    nguon.ok("init", "--name", "Office", *told)
    root = PrivateKey.from_pem((folder / "var/keys/root.pem").read_bytes())
    with nguon.working(), serving(nguon, url), Server(url) as server:
        yield ProcessWorld(nguon, server, root)


@contextmanager
def serving(nguon: Nguon, url: str) -> Iterator[None]:
    """Have `nguon serve` run until the block ends."""
    child = subprocess.Popen(
        [PROGRAM, "serve"],
        env=nguon.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(lambda: httpx.get(f"{url}/healthz", timeout=5).is_success, READY_S)
        yield
    finally:
        child.terminate()
        child.wait(STOP_S)


def wait_for(found: Any, seconds: float, pause_s: float = 0.2) -> Any:
    """Ask until the answer is true, and return it; fail when time is over."""
    end = time.monotonic() + seconds
    while True:
        try:
            answer = found()
        except (httpx.HTTPError, LookupError, ValueError):
            answer = None
        if answer:
            return answer
        assert time.monotonic() < end, f"nothing within {seconds:g} s"
        time.sleep(pause_s)


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
