"""What is stored is checked against the invariants, and whatever is bent is found."""

import random
import sqlite3

import pytest

from attest import statement
from attest.trust import Trust
from ledger import founding, kinds
from ledger.audit.fsck import Stored, fsck
from ledger.audit.report import Report
from ledger.blobs.local import LocalBlobs
from ledger.ledger import Ledger, open_ledger
from ledger.log import lock
from ledger.log.door import BATCH
from ledger.log.writer import Writer
from ledger.settings import NO_CHAIN, Settings

pytestmark = pytest.mark.integration
HOST = "https://localhost:8080"


def place(ledger: Ledger, n: int) -> bytes:
    uri = f"{HOST}/place/{n}"
    record = {"type": "place", "id": uri, "name": f"Place {n}", "level": "commune"}
    said = statement.sign(
        ledger.vault.root(),
        kind="place",
        iss=f"{HOST}/party/registrar",
        sub=uri,
        iat=1_790_000_000,
        record=record,
    )
    return said.data


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory):
    """A log of 300 entries in three steps, by the real kinds."""
    settings = Settings(data=tmp_path_factory.mktemp("fsck") / "var", chain=NO_CHAIN)
    founding.found(settings, founding.office(settings, "Office"))
    made = open_ledger(settings)
    with lock.hold(settings.data):
        signer = made.vault.log_signer()
        writer = Writer(settings, made.engine, signer, rules=kinds)
        writer.start()
        for first, last in ((1, 5), (5, 290), (290, 295), (295, 300)):
            made.capture(b"".join(place(made, n) for n in range(first, last)), BATCH)
            writer.step()
        writer.lock.close()
    yield made
    made.close()


def check(ledger: Ledger, trust: Trust | None = None) -> Report:
    blobs = LocalBlobs(ledger.settings.blobs)
    return fsck(Stored(ledger.settings, trust or ledger.trust(), ledger.engine, blobs))


def test_a_sound_ledger_holds(ledger):
    report = check(ledger)
    assert report.holds, report.text()
    assert report.checked["entries"] == report.checked["rules replayed"] == 300
    assert report.checked["signed heads"] == 5
    assert report.checked["older partial files"] >= 4


def test_any_flipped_byte_of_the_log_is_found(ledger):
    chance = random.Random("fsck")  # noqa: S311
    files = sorted(path for path in ledger.settings.log.rglob("*") if path.is_file())
    for path in chance.choices(files, k=40):
        good = path.read_bytes()
        bad = bytearray(good)
        bad[chance.randrange(len(good))] ^= 1 << chance.randrange(8)
        path.write_bytes(bytes(bad))
        try:
            assert not check(ledger).holds, path
        finally:
            path.write_bytes(good)
    assert check(ledger).holds


@pytest.mark.parametrize(
    "change",
    [
        "update head set size = 299",
        "update signed set root = zeroblob(32) where size = 5",
        "update signed set note = replace(note, '5', '6') where size = 5",
        "insert into signed select origin, 7, root, note from signed where size = 5",
    ],
)
def test_a_bent_lock_database_is_found(ledger, change):
    bent(ledger, "lock.db", change, "invariant 3")


@pytest.mark.parametrize(
    "change",
    [
        "update entry set effect = 'role' where \"index\" = 7",
        'delete from entry where "index" = 7',
        "update place set name = 'elsewhere' where id like '%/7'",
        "delete from key",
        "insert into place select id || 'x', level, name, parent, entry from place limit 1",
    ],
)
def test_bent_rows_are_found(ledger, change):
    bent(ledger, "nguon.db", change, "invariant 8")


def bent(ledger: Ledger, name: str, change: str, found: str) -> None:
    """Change a database, check, and change it back."""
    path = ledger.settings.data / name
    with sqlite3.connect(path) as database:
        kept = sqlite3.connect(":memory:")
        database.backup(kept)
        try:
            database.execute(change)
            database.commit()
            assert found in {finding.check for finding in check(ledger).findings}
        finally:
            kept.backup(database)
    kept.close()
    assert check(ledger).holds
