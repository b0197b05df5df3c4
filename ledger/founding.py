"""How a log begins: its name and keys for ever, its root registrar as entry 0, its first pins.

Every step makes what is missing and leaves what is there, so that a stop in between is mended
by saying it again; the pins come last, and where they are, nothing is made any more.
"""

import json
import time
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from attest import spell, statement
from attest.client import files
from attest.key_record import Enrol
from attest.keys import PrivateKey
from attest.log import policy
from attest.registry import key_proof_message
from attest.statement import Statement
from attest.trust import Trust
from ledger.anchor import wallet
from ledger.log import door, lock, queue
from ledger.log.writer import Writer
from ledger.store import db

from . import kinds
from .errors import StartError
from .settings import FILE, Settings, check, default_origin
from .vault import Vault


class FoundedError(StartError):
    """There is a log here already; another one would take its name and keys."""

    code = "founded"


@dataclass(frozen=True, slots=True)
class Office:
    """Who the root registrar is; `holder` and `place` are URIs."""

    name: str
    holder: str
    place: str


def office(settings: Settings, name: str, holder: str = "", place: str = "") -> Office:
    """Return the root registrar; URIs that are not said are under the deployment's domain."""
    base = f"https://{urlsplit(settings.public_url).netloc}"
    return Office(name, holder or f"{base}/party/registrar", place or f"{base}/place/root")


def found(settings: Settings, registrar: Office) -> Trust:
    """Make the log; raises `FoundedError` where there is one."""
    if settings.trust.exists():
        raise FoundedError(
            f"{settings.trust} says that there is a log here; nothing was changed"
        )
    origin = settings.origin or default_origin(settings.public_url)
    check(replace(settings, origin=origin))
    files.make_folder(settings.data)
    vault = Vault(settings.keys)
    vault.create(origin)
    if not vault.anchor_key.exists():
        wallet.create(vault.anchor_key)
    _write_settings(settings, origin)
    signer, root = vault.log_signer(), vault.root()
    if signer.name != origin:
        raise FoundedError(f"keys in {settings.keys} are those of {signer.name!r}")
    first = enrolment(origin, root, registrar)
    engine = db.open_database(settings.database)
    with lock.hold(settings.data):
        writer = Writer(settings, engine, signer, rules=kinds)
        writer.start()
        if not writer.edge.size:
            _enter(writer, first, root)
        writer.lock.close()
    engine.dispose()
    vkey = signer.verifier
    rule = policy.parse(f"log {vkey.text()}\nquorum none\n")
    trust = Trust(origin, vkey, root.key.kid, rule, None, None, None, None)
    files.write_durably(settings.trust, trust.to_bytes())
    return trust


def enrolment(origin: str, root: PrivateKey, registrar: Office) -> Statement:
    """Return entry 0: the root registrar enrols its own key."""
    kid = root.key.kid
    record = Enrol(
        id=f"{registrar.holder}/key/{spell.base64url(kid)[:16]}",
        key=root.key,
        holder=registrar.holder,
        name=registrar.name,
        roles=("registrar",),
        place=registrar.place,
        proof=root.sign(key_proof_message(origin, registrar.holder, kid, kid)),
    )
    return statement.sign(
        root,
        kind="key",
        iss=registrar.holder,
        sub=record.id,
        iat=int(time.time()),
        record=record.record(),
    )


def _enter(writer: Writer, first: Statement, root: PrivateKey) -> None:
    """Enter the first entry through the queue, as every other."""
    with db.write(writer.engine) as tx:
        queue.bring(tx, [root.key])  # nobody could have brought the first key
    items = door.Door(writer.engine, writer.origin).admit(first.data, door.ONE)
    with db.write(writer.engine) as tx:
        job_id = queue.enqueue(tx, items, rollback=True)
    writer.step()
    with db.read(writer.engine) as tx:
        job = queue.job(tx, job_id)
    if job.refusals:
        raise StartError(f"entry 0 was refused: {job.refusals[0][1].detail}")


def _write_settings(settings: Settings, origin: str) -> None:
    path = settings.data / FILE
    if not path.exists():
        text = "".join(
            f"{name} = {json.dumps(value)}\n"  # such a text is one in TOML too
            for name, value in (
                ("origin", origin),
                ("public_url", settings.public_url),
                ("chain", settings.chain),
            )
        )
        files.write_durably(path, text.encode())
