"""Who may see a blob: everybody when it was sent so, nobody else before a decision."""

import pytest
from sqlalchemy import insert, update

from attest import cid
from ledger.blobs import OtherBytesError
from ledger.blobs.local import LocalBlobs
from ledger.blobs.permit import Permit
from ledger.blobs.shelf import QuotaError, Shelf
from ledger.errors import NotFoundError
from ledger.store import db
from ledger.store.derived_rows import table
from ledger.store.watch_rows import SealedRow

DATA = b"evidence"
SIZE = len(DATA)
NAME = cid.of_bytes(DATA)
KID = b"k" * 32
SEALED = table(SealedRow)


@pytest.fixture
def shelf(tmp_path):
    engine = db.open_database(tmp_path / "nguon.db")
    yield Shelf(engine, LocalBlobs(tmp_path / "blobs"), quota=100)
    engine.dispose()


def permit(public, size=SIZE, identity=b"1"):
    return Permit(NAME, size, 0, public, KID, identity)


def test_a_public_blob_is_seen_by_everybody(shelf):
    assert shelf.put(permit(public=True), [DATA], 0)
    assert shelf.public(NAME).read_bytes() == DATA


def test_another_blob_is_seen_by_nobody(shelf):
    shelf.put(permit(public=False), [DATA], 0)
    with pytest.raises(NotFoundError):
        shelf.public(NAME)


def test_the_same_blob_sent_again_in_public_is_public(shelf):
    shelf.put(permit(public=False), [DATA], 0)
    assert not shelf.put(permit(public=True, identity=b"2"), [DATA], 0)
    assert shelf.public(NAME)


@pytest.mark.parametrize("sent_public", [True, False])
def test_a_sealed_blob_is_opened_by_a_decision_alone(shelf, sent_public):
    shelf.put(permit(public=sent_public), [DATA], 0)
    row = {"cid": NAME, "record": "https://trace.example/violation/1", "entry": 7}
    with db.write(shelf._engine) as tx:
        tx.execute(insert(SEALED).values(row | {"public": None}))
    with pytest.raises(NotFoundError):
        shelf.public(NAME)
    with db.write(shelf._engine) as tx:
        tx.execute(update(SEALED).values(public=9))
    assert shelf.public(NAME).read_bytes() == DATA


def test_one_permit_counts_once(shelf):
    for _ in range(3):
        shelf.put(permit(public=True), [DATA], 0)
    assert shelf.used(KID) == len(DATA)


def test_a_key_holds_at_most_its_quota(shelf):
    with pytest.raises(QuotaError, match="100 are allowed"):
        shelf.put(permit(public=True, size=101), [b"x" * 101], 0)


def test_a_body_of_another_length_than_permitted_is_never_seen(shelf):
    with pytest.raises(OtherBytesError):
        shelf.put(permit(public=True, size=3), [DATA], 0)
    with pytest.raises(NotFoundError):
        shelf.public(NAME)
