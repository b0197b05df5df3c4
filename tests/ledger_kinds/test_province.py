"""The invented province folds without a refusal, and its planted troubles are in the rows."""

import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import jsonschema_rs
import pytest
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from attest import cid, keys, statement
from attest.client.commands import enrolment
from attest.registry import Registry
from attest.statement import LD_JSON, Statement
from ledger import kinds, printing
from ledger.read import trace
from ledger.store import derived_rows
from support import require
from webapp.demo import names, province, stamps
from webapp.demo.story import REGISTRAR
from webapp.demo.voices import Cast, Roll, Voice

SECRET = bytes(32)


class InMemory:
    """Folds what is said at once, as the writer would."""

    def __init__(self) -> None:
        self.tx = create_engine("sqlite://").connect()
        SQLModel.metadata.create_all(self.tx)
        self.registry = Registry(names.ORIGIN)
        self.said: list[Statement] = []

    def log(self, statements: Sequence[bytes], _seconds: float = 60) -> list[int]:
        first = len(self.said)
        for data in statements:
            one = statement.parse(data)
            kinds.fold_one(self.tx, self.registry, len(self.said), one)
            self.said.append(one)
        return list(range(first, len(self.said)))

    def put_blob(self, data: bytes, *_: object, public: bool) -> str:
        assert public
        return cid.of_bytes(data)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[InMemory, Cast]]:
    server = InMemory()
    registrar = Voice(REGISTRAR, keys.PrivateKey.generate())
    root = enrolment(
        registrar.key,
        registrar.key,
        issuer=REGISTRAR,
        origin=names.ORIGIN,
        holder=REGISTRAR,
        roles=("registrar",),
        place=names.PROVINCE,
        name="office",
    )
    server.log([root.data])
    folder = tmp_path_factory.mktemp("keys")
    cast = Cast(folder, server, names.ORIGIN, registrar, names.PROVINCE)
    now = datetime.fromisoformat("2026-11-24T09:00:00+07:00")
    for _ in province.tell(cast, printed, now):
        pass
    province.tell_live(cast, now, now + timedelta(minutes=9))
    yield server, cast
    server.tx.close()


def printed(cast: Cast, wish: stamps.Wish) -> Roll:
    number = 1 + stamps.WISHES.index(wish)
    order = printing.Wish(number, wish.count, wish.producer, wish.product)
    voice = cast.voices["printer"]
    said = printing.announce(voice.key, voice.holder, names.HOST, order, bytes(32))
    cast.server.log([said.data])
    codes = tuple(row[1] for row in printing.rows(SECRET, order, names.HOST))
    return Roll(number, f"{names.HOST}/roll/{number}", wish.maker, codes)


def test_every_stamp_shown_has_the_state_that_it_is_shown_for(told):
    server, cast = told
    found = {}
    for what, roll, index in (
        ("active", "sauce", 10),
        ("inactive", "shrimp", 1000),
        ("hold", "shrimp", 700),
        ("recalled", "shrimp", 400),
        ("void", "sauce", 4320),
        ("corrected", "shrimp", 300),
        ("gift", "gift", 0),
    ):
        one = trace.stamp(server.tx, cast.rolls[roll].number, index)
        lot = trace.lot(server.tx, one.binding.lot) if one.binding else None
        found[what] = (
            one.binding is not None,
            one.void is not None,
            len(one.earlier),
            bool(lot and lot.hold is not None),
            bool(lot and lot.recall is not None),
        )
    assert found == {
        "active": (True, False, 0, False, False),
        "inactive": (False, False, 0, False, False),
        "hold": (True, False, 0, True, False),
        "recalled": (True, False, 0, found["recalled"][3], True),
        "void": (False, True, 0, False, False),
        "corrected": (True, False, 1, False, False),
        "gift": (True, False, 0, False, False),
    }


def test_the_rows_are_made_again_from_the_entries(told):
    server, _ = told
    again = InMemory()
    again.log([one.data for one in server.said])
    assert derived_rows.dump(again.tx) == derived_rows.dump(server.tx)


def test_its_documents_are_epcis(told):
    path = os.environ.get("NGUON_EPCIS_SCHEMA", "")
    if not Path(path).is_file():
        require.missing("epcis-schema", "NGUON_EPCIS_SCHEMA is the official EPCIS 2.0 schema")
    official = jsonschema_rs.Draft7Validator(
        json.loads(Path(path).read_text(encoding="utf-8")), validate_formats=True
    )
    for one in told[0].said:
        if one.header.content_type == LD_JSON:
            assert [f"{one.kind}: {e.message}" for e in official.iter_errors(one.record)] == []
