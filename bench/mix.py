"""Signed statements of several kinds in a log of their own, for benches; all invented."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from attest import spell, statement
from attest.key_record import Enrol
from attest.keys import PrivateKey
from attest.kinds import epcis
from attest.payload import Json
from attest.registry import key_proof_message
from attest.statement import Statement
from ledger import founding
from ledger.ledger import Ledger, open_ledger
from ledger.settings import NO_CHAIN, Settings

HOST = "https://bench.example"
MAKER = f"{HOST}/party/maker"
FACILITY = f"{HOST}/facility/1"
ZONE = f"{HOST}/zone/raw"
STEP = f"{HOST}/process/1#ferment"
START = datetime(2026, 11, 1, tzinfo=UTC)
IAT = int(START.timestamp())


@dataclass(frozen=True, slots=True)
class Bench:
    """A log in a folder, and who speaks in it."""

    settings: Settings
    registrar: PrivateKey
    holder: str
    maker: PrivateKey

    def open(self) -> Ledger:
        """Open the ledger."""
        return open_ledger(self.settings)


def found(folder: Path) -> tuple[Bench, bytes]:
    """Make a log; return it with the batch that must be entered before any other."""
    settings = Settings(data=folder, public_url=HOST, chain=NO_CHAIN)
    office = founding.office(settings, "Bench")
    founding.found(settings, office)
    ledger = open_ledger(settings)
    bench = Bench(settings, ledger.vault.root(), office.holder, PrivateKey.generate())
    ledger.close()
    return bench, b"".join(said.data for said in _first(bench, ledger.origin))


def statements(bench: Bench, count: int, first: int = 0) -> Iterator[Statement]:
    """Yield statements of six kinds, most of them events as a workshop makes them."""
    makers = (_acceptance, _diary, _acceptance, _diary, _acceptance, _selfcheck, _place, _diary)
    for n in range(first, first + count):
        yield makers[n % len(makers)](bench, n)


def _first(bench: Bench, origin: str) -> Iterator[Statement]:
    yield _enrol(bench, origin)
    plain = {"name": "Bench", "place": f"{HOST}/place/1"}
    yield _place(bench, 1)
    yield _plain(bench, "party", MAKER, kind="workshop", **plain)
    yield _plain(bench, "facility", FACILITY, producer=MAKER, **plain)
    yield _plain(bench, "zone", ZONE, facility=FACILITY, kind="raw")


def _enrol(bench: Bench, origin: str) -> Statement:
    kid, root = bench.maker.key.kid, bench.registrar.key.kid
    record = Enrol(
        id=f"{HOST}/key/maker",
        key=bench.maker.key,
        holder=MAKER,
        name="Bench",
        roles=("producer",),
        place=f"{HOST}/place/1",
        proof=bench.maker.sign(key_proof_message(origin, MAKER, kid, root)),
    )
    return _sign(bench, "key", record.id, record.record())


def _place(bench: Bench, n: int) -> Statement:
    return _plain(bench, "place", f"{HOST}/place/{n}", name=f"Place {n}", level="commune")


def _selfcheck(bench: Bench, n: int) -> Statement:
    items: list[Json] = [{"item": f"item {i}", "ok": True} for i in range(6)]
    more: dict[str, Json] = {"facility": FACILITY, "at": _time(n), "period": "daily"}
    return _plain(bench, "selfcheck", f"{HOST}/selfcheck/{n}", **more, items=items)


def _acceptance(bench: Bench, n: int) -> Statement:
    lot = f"{HOST}/lot/maker/{n}"
    amount: Json = [{"epcClass": lot, "quantity": 600, "uom": "KGM"}]
    source: Json = [{"type": "possessing_party", "source": f"{HOST}/party/boat"}]
    more = {"quantityList": amount, "sourceList": source}
    return _event(bench, "acceptance", lot, n, bizStep="receiving", **more)


def _diary(bench: Bench, n: int) -> Statement:
    lot = f"{HOST}/lot/maker/{n - n % 8}"
    return _event(bench, "diary", lot, n, bizStep=STEP, quantityList=[{"epcClass": lot}])


def _event(bench: Bench, kind: str, sub: str, n: int, **more: Json) -> Statement:
    report: Json = [{"type": "Temperature", "value": 3.4, "uom": "CEL", "nguon:atMost": 4}]
    event: dict[str, Json] = {
        "type": "ObjectEvent",
        "eventID": f"urn:uuid:{UUID(int=n)}",
        "eventTime": _time(n),
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "readPoint": {"id": ZONE},
        "bizLocation": {"id": FACILITY},
        "sensorElementList": [{"sensorReport": report}],
        **more,
    }
    record = epcis.document(_time(n), epcis.parse_event(event)).record()
    return _sign(bench, kind, sub, record)


def _plain(bench: Bench, what: str, uri: str, **members: Json) -> Statement:
    return _sign(bench, what, uri, {"type": what, "id": uri, **members})


def _sign(bench: Bench, kind: str, sub: str, record: dict[str, Json]) -> Statement:
    office = kind in ("key", "place", "party", "facility")
    key, issuer = (bench.registrar, bench.holder) if office else (bench.maker, MAKER)
    return statement.sign(key, kind=kind, iss=issuer, sub=sub, iat=IAT, record=record)


def _time(n: int) -> str:
    return spell.time_text(int((START + timedelta(seconds=n)).timestamp() * 1000))
