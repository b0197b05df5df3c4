"""A whole small installation: a new log, its writer in a thread, and the app over it."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from attest import spell, statement
from attest.cid import of_bytes
from attest.client.server import permit
from attest.keys import PrivateKey
from attest.registry import key_proof_message
from attest.statement import Statement
from ledger import founding
from ledger.ledger import Ledger, open_ledger
from ledger.settings import Settings
from ledger.vault import Vault
from ledger.work import runner
from webapp.create_app import create_app
from webapp.settings import WebSettings

BASE = "https://trace.example"
OFFICE = f"{BASE}/party/registrar"
PLACE = f"{BASE}/place/root"
IAT = 1_795_300_000
READY_S = 30


@dataclass
class WebWorld:
    """Say things through `POST /capture`, as everybody must."""

    settings: Settings
    ledger: Ledger
    app: Flask
    root: PrivateKey

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def post(self, *said: Statement, **headers: str) -> TestResponse:
        media = "application/cose" if len(said) == 1 else "application/cbor-seq"
        return self.client.post(
            "/capture",
            data=b"".join(s.data for s in said),
            headers={"Prefer": "wait=10", "Content-Type": media} | headers,
        )

    def log(self, *said: Statement) -> list[int]:
        answer = self.post(*said)
        assert answer.status_code in (200, 201), answer.text
        return [entry["index"] for entry in answer.json["entries"]]

    def enrol(self, new: PrivateKey, holder: str, *roles: str) -> Statement:
        message = key_proof_message(self.ledger.origin, holder, new.key.kid, self.root.key.kid)
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
        return statement.sign(
            signer, kind=kind, iss=iss, sub=sub, iat=IAT, record=record, **more
        )

    def place(self, name: str) -> Statement:
        record = {
            "type": "place",
            "id": f"{BASE}/place/{uuid.uuid4()}",
            "name": name,
            "level": "commune",
            "parent": PLACE,
        }
        return self.say(self.root, OFFICE, record)

    def put(self, data: bytes, signer: PrivateKey, holder: str, public: bool = True) -> str:
        name = of_bytes(data)
        header = {"Authorization": f"Nguon {permit(name, len(data), signer, holder, public)}"}
        answer = self.client.put(f"/blobs/{name}", data=data, headers=header)
        assert answer.status_code in (200, 201), answer.text
        return name


@contextmanager
def open_world(folder: Path) -> Iterator[WebWorld]:
    """Found a log without a chain and keep its writer running."""
    settings = Settings(data=folder / "var", public_url=BASE, chain="none")
    founding.found(settings, founding.office(settings, "Sở Mẫu", OFFICE, PLACE))
    stop, ready = threading.Event(), threading.Event()
    writer = threading.Thread(
        target=runner.work, args=(settings, stop, lambda _: ready.set()), daemon=True
    )
    writer.start()
    assert ready.wait(READY_S)
    ledger = open_ledger(settings)
    try:
        app = create_app(ledger, WebSettings())
        yield WebWorld(settings, ledger, app, Vault(settings.keys).root())
    finally:
        stop.set()
        writer.join(READY_S)
        ledger.close()
