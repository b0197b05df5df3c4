"""The demo's story told to a real writer in this process, without HTTP or chain."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from sqlalchemy import Engine

from attest import roll as rolls
from attest import spell, stamp
from ledger import founding, kinds
from ledger.log import door, queue
from ledger.log.writer import Writer
from ledger.settings import Settings, load
from ledger.store import db
from ledger.vault import Vault
from webapp.demo import events, names, province
from webapp.demo.stamps import Wish
from webapp.demo.voices import Cast, Roll, Voice

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone(timedelta(hours=7)))
FIRST_ROLL = 1001


class Direct:
    """What the story needs of a server: statements go straight to door and writer."""

    def __init__(self, engine: Engine, writer: Writer) -> None:
        self._engine = engine
        self._writer = writer
        self._door = door.Door(engine, writer.origin)
        self.refused: list[str] = []

    def log(self, said: list[bytes], _seconds: float) -> list[int]:
        """Log statements one by one; what is refused is kept in `refused`."""
        items = self._door.admit(b"".join(said), "application/cbor-seq")
        with db.write(self._engine) as tx:
            job_id = queue.enqueue(tx, items, rollback=False)
        while self._writer.step():
            pass
        with db.read(self._engine) as tx:
            job = queue.job(tx, job_id)
        self.refused += [f"{refusal.code}: {refusal.detail}" for _, refusal in job.refusals]
        return list(job.indexes)


@dataclass
class World:
    """A log that holds the whole story."""

    settings: Settings
    engine: Engine
    writer: Writer
    server: Direct
    cast: Cast


def told(folder: Path, now: datetime = NOW) -> World:
    """Found a log in a folder and tell the story to it."""
    settings = load({"NGUON_DATA": str(folder), "NGUON_ORIGIN": names.ORIGIN})
    holder = f"{names.HOST}/party/registrar"
    office = founding.office(settings, "Registrar (invented)", holder, names.PROVINCE)
    founding.found(settings, office)
    vault = Vault(settings.keys)
    engine = db.open_database(settings.database)
    writer = Writer(settings, engine, vault.log_signer(), rules=kinds)
    writer.start()
    server = Direct(engine, writer)
    registrar = Voice(holder, vault.root())
    cast = Cast(folder / "cast", server, names.ORIGIN, registrar, names.PROVINCE)
    secret = vault.stamp_secret()

    def printer(cast: Cast, wish: Wish) -> Roll:
        return _print_roll(cast, wish, secret, now)

    for _ in province.tell(cast, printer, now):
        pass
    province.tell_live(cast, now - timedelta(minutes=1), now)
    return World(settings, engine, writer, server, cast)


def _print_roll(cast: Cast, wish: Wish, secret: bytes, now: datetime) -> Roll:
    number = FIRST_ROLL + _NAMES.index(wish.name)
    key = stamp.roll_key(secret, number)
    uri = f"{names.HOST}/roll/{number}"
    event = events.event(
        "ObjectEvent",
        now,
        "encoding",
        names.PRINTER,
        action="ADD",
        disposition="encoded",
        epcList=[uri],
        nguon__roll=number,
        nguon__count=wish.count,
        nguon__rollRoot=spell.ni(rolls.root(key, number, wish.count)),
        nguon__product=wish.product,
        nguon__producer=wish.producer,
    )
    cast.say("printer", "roll", uri, events.document(event))
    cast.send()
    codes = tuple(stamp.code(key, number, index).text for index in range(wish.count))
    return Roll(number, uri, wish.maker, codes)


_NAMES = ("sauce", "anchovy", "shrimp", "wine", "gift")
