"""A small log in a folder, with a root registrar who says things, and a fold of keys."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Engine, text
from sqlmodel import SQLModel

from attest import statement
from attest.errors import AttestError
from attest.keys import PrivateKey
from attest.log import checkpoint, merkle, note, proof, tile
from attest.registry import Registry, key_proof_message
from attest.statement import Seen, Statement
from ledger.log import lock, queue
from ledger.log.disk import Disk
from ledger.log.door import BATCH, Door
from ledger.log.reader import LogReader
from ledger.log.writer import Guard, Writer
from ledger.settings import Settings
from ledger.store import db, log_rows

ORIGIN = "trace.example/log"
OFFICE = "https://trace.example/party/office"
TABLES = [
    row.__table__
    for row in (log_rows.JobRow, log_rows.EntryRow, log_rows.KeyBytesRow, log_rows.DueRow)
]


class KeyRules:
    """A fold that knows keys only: every other kind may be said by whose role allows it."""

    def fold_one(self, tx: Connection, registry: Registry, index: int, said: Statement) -> None:
        if said.kind == "key":
            registry.apply(index, said)
            tx.execute(
                text("insert into key_entry values (:index, :data)"),
                {"index": index, "data": said.data},
            )
        else:
            registry.check(index, said)

    def load_registry(self, tx: Connection, origin: str) -> Registry:
        registry = Registry(origin)
        for index, data in tx.execute(text("select * from key_entry order by 1")):
            registry.apply(index, statement.parse(data))
        return registry


def open_rows(path: Path) -> Engine:
    """Open a database with the tables of the log alone."""
    engine = db.connect(path)
    with db.write(engine) as tx:
        SQLModel.metadata.create_all(tx, tables=TABLES)
        tx.execute(
            text("create table if not exists key_entry (number integer primary key, data blob)")
        )
    return engine


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def enrol(
    signer: PrivateKey, new: PrivateKey, holder: str, roles: list[str], by: str = OFFICE
) -> Statement:
    """Enrol a key; the root enrols itself."""
    message = key_proof_message(ORIGIN, holder, new.key.kid, signer.key.kid)
    record = {
        "type": "key",
        "id": f"https://trace.example/key/{new.key.kid.hex()[:16]}",
        "action": "enrol",
        "kid": base64url(new.key.kid),
        "key": base64url(new.key.cose),
        "holder": holder,
        "roles": roles,
        "place": "https://trace.example/place/1",
        "proof": base64url(new.sign(message)),
    }
    return statement.sign(
        signer, kind="key", iss=by, sub=record["id"], iat=1_790_000_000, record=record
    )


def revoke(signer: PrivateKey, kid: bytes, by: str = OFFICE) -> Statement:
    name = f"https://trace.example/key/{kid.hex()[:16]}"
    record = {"type": "key", "id": name, "action": "revoke", "kid": base64url(kid)}
    return statement.sign(
        signer, kind="key", iss=by, sub=name, iat=1_790_000_001, record=record
    )


def party(
    signer: PrivateKey, name: str | int, by: str = OFFICE, seen: Seen | None = None
) -> Statement:
    """Say something that a registrar may say."""
    sub = f"https://trace.example/party/{name}"
    record = {"type": "party", "id": sub, "name": f"Party {name}"}
    return statement.sign(
        signer, kind="party", iss=by, sub=sub, iat=1_790_000_000, record=record, seen=seen
    )


@dataclass
class World:
    """One log: its folder, keys and rows; `writer()` starts a writer as a new process would."""

    folder: Path
    rules: KeyRules = field(default_factory=KeyRules)
    root: PrivateKey = field(default_factory=lambda: PrivateKey.from_seed(b"root"))

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.settings = Settings(data=self.folder, origin=ORIGIN)
        secret = Ed25519PrivateKey.from_private_bytes(sha256(b"log").digest())
        self.signer = note.NoteSigner(ORIGIN, secret)
        self.engine = open_rows(self.settings.database)
        self.door = Door(self.engine, ORIGIN)
        self.reader = LogReader(self.settings.log)

    @property
    def first(self) -> Statement:
        return enrol(self.root, self.root, OFFICE, ["registrar"])

    def found(self, disk: Disk | None = None) -> Writer:
        """Make the log with entry 0 and return its writer."""
        with db.write(self.engine) as tx:
            queue.bring(tx, [self.root.key])
        self.post(self.first)
        writer = self.writer(disk)
        writer.step()
        return writer

    def writer(self, disk: Disk | None = None, guard: Guard = lambda *_: None) -> Writer:
        writer = Writer(self.settings, self.engine, self.signer, rules=self.rules, disk=disk)
        writer.start(guard)
        return writer

    def post(self, *said: Statement, rollback: bool = True) -> str:
        """Hand statements in as one batch; returns the job."""
        return self.post_bytes(b"".join(s.data for s in said), rollback)

    def post_bytes(self, body: bytes, rollback: bool = True, media: str = BATCH) -> str:
        items = self.door.admit(body, media)
        with db.write(self.engine) as tx:
            return queue.enqueue(tx, items, rollback)

    def job(self, job_id: str) -> queue.Job:
        with db.read(self.engine) as tx:
            return queue.job(tx, job_id)

    def codes(self, job_id: str) -> list[str | int | None]:
        """What became of a job: an index, a code, or None for each statement."""
        return [
            o.index if isinstance(o, queue.Logged) else o and o.code
            for o in self.job(job_id).outcomes
        ]

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def opened(folder: Path, rules: KeyRules | None = None) -> Iterator[World]:
    world = World(folder, rules or KeyRules())
    try:
        yield world
    finally:
        world.close()


def check_log(world: World) -> int:
    """Check everything that a stranger can check of a log, and every head it ever signed."""
    head = checkpoint.open_note(world.reader.checkpoint(), world.signer.verifier)
    entries = [world.reader.entry(index) for index in range(head.size)]
    frontier, roots = merkle.Frontier(), {}
    for entry in entries:
        frontier = frontier.append(merkle.leaf_hash(entry))
        roots[frontier.size] = frontier.root()
    assert roots[head.size] == head.root
    for wanted in tile.tiles_between(0, head.size):
        file = world.reader.file(wanted.path())
        assert file is not None, wanted.path()
        if wanted.level is None:
            assert (
                tile.parse_bundle(file.read_bytes())
                == entries[wanted.index * 256 :][: wanted.width]
            )
    for index in {0, head.size // 2, head.size - 1}:
        shown = proof.parse(world.reader.proof(index))
        assert shown.check(entries[index], world.signer.verifier) == head
    heads = list(lock.Signed(world.settings.lock, ORIGIN).heads())
    for signed in heads:
        assert signed.size not in roots or roots[signed.size] == signed.root
        assert checkpoint.open_note(signed.note, world.signer.verifier).root == signed.root
    assert heads[-1].size >= head.size
    identities = [statement.parse(e).identity for e in entries if _parses(e)]
    assert len(set(identities)) == len(identities)
    return head.size


def _parses(data: bytes) -> bool:
    try:
        statement.parse(data)
    except AttestError:
        return False
    return True
