"""Lots with a whole story and their stamps, entered by the real door and fold; all invented.

Every lot of packs comes from a bulk lot that was received, watched, made and tested, and is
packed, tested, stamped and shipped itself: a page of it relies on about thirty entries.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from attest import stamp
from attest.client.commands import enrolment
from attest.keys import PrivateKey
from attest.payload import Json
from ledger import founding, kinds, printing
from ledger.ledger import Ledger, open_ledger
from ledger.log.door import BATCH
from ledger.log.lock import hold
from ledger.log.writer import Writer
from ledger.printing import Wish
from ledger.settings import NO_CHAIN, Settings
from webapp.demo import events
from webapp.demo.events import Amount, document, made, measured, observed
from webapp.demo.voices import Voice, happened

HOST = "https://bench.example"
GTIN = "09521000001015"
PRODUCT = f"https://id.gs1.org/01/{GTIN}"
PLACE = f"{HOST}/place/root"
MAKER, LAB, PRINTER, SHOP = (f"{HOST}/party/{n}" for n in ("maker", "lab", "printer", "shop"))
FACILITY = f"{HOST}/facility/1"
RAW, PROCESS, PACK = (f"{HOST}/zone/{n}" for n in ("raw", "process", "pack"))
ROLES = {MAKER: "producer", LAB: "laboratory", PRINTER: "printer", SHOP: "inspector"}
OFFICE = f"{HOST}/party/office"
HERE: Json = {"id": FACILITY}
ROLL = 7
PER_BULK = 20  # lots of packs made from one bulk lot
SIZE = 200  # statements in a batch


@dataclass(frozen=True, slots=True)
class Market:
    """A log full of lots: lot n has the stamps from n * `each` on, `each` of them."""

    settings: Settings
    lots: int
    each: int
    entries: int
    maker: Voice

    def lot(self, number: int) -> str:
        """Return the URI of a lot."""
        return _lot(number)

    def codes(self, ledger: Ledger) -> "Codes":
        """Return its stamps' codes."""
        return Codes(stamp.roll_key(ledger.stamp_secret, ROLL), self.each)


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes by lot and place in it."""

    key: bytes
    each: int

    def of(self, lot: int, place: int = 0) -> str:
        """Return the code of one stamp of a lot."""
        return stamp.code(self.key, ROLL, lot * self.each + place).text


def fill(folder: Path, lots: int, each: int) -> Market:
    """Found a log in a folder and enter lots with `each` stamps."""
    settings = Settings(data=folder, public_url=HOST, chain=NO_CHAIN)
    founding.found(settings, founding.office(settings, "Bench", OFFICE, PLACE))
    ledger = open_ledger(settings)
    with hold(settings.data):
        signer = ledger.vault.log_signer()
        writer = Writer(settings, ledger.engine, signer, rules=kinds)
        writer.start()
        people = _people(ledger)
        for batch in _batches(ledger, people, lots, each):
            job = ledger.capture(batch, BATCH)
            while writer.step():
                pass
            if (found := ledger.job(job)).refusals:
                raise SystemExit(f"a lot was refused: {found.refusals[0]}")
        entries = writer.edge.size
        writer.lock.close()
    ledger.close()
    return Market(settings, lots, each, entries, people[MAKER])


def _people(ledger: Ledger) -> dict[str, Voice]:
    own = {holder: Voice(holder, PrivateKey.generate()) for holder in ROLES}
    return {OFFICE: Voice(OFFICE, ledger.vault.root()), **own}


def _lot(number: int) -> str:
    return f"{PRODUCT}/10/L{number:05d}"


def _batches(ledger: Ledger, people: dict[str, Voice], lots: int, each: int) -> Iterator[bytes]:
    enrolled, root = [], people[OFFICE].key
    for holder, role in ROLES.items():
        voice = people[holder]
        said = enrolment(
            voice.key,
            root,
            issuer=OFFICE,
            origin=ledger.origin,
            holder=holder,
            roles=(role,),
            place=PLACE,
            name="Bench",
        )
        enrolled.append(said.data)
    yield b"".join(enrolled)
    yield b"".join(_premises(people))
    wish = Wish(ROLL, lots * each, MAKER, PRODUCT)
    tree = printing.make(ledger.stamp_secret, wish)
    printing.keep(ledger.settings.rolls, tree)
    root_hash = tree.root(printing.key_of(ledger.stamp_secret, wish))
    yield printing.announce(people[PRINTER].key, PRINTER, HOST, wish, root_hash).data
    waiting: list[bytes] = []
    now = datetime.now(UTC).replace(microsecond=0)
    for n in range(lots):
        if n % PER_BULK == 0:
            waiting += _bulk(people, n // PER_BULK, now - timedelta(days=9))
        waiting += _packs(people, n, each, now - timedelta(days=5))
        if len(waiting) >= SIZE:
            yield b"".join(waiting)
            waiting = []
    if waiting:
        yield b"".join(waiting)


def _premises(people: dict[str, Voice]) -> Iterator[bytes]:
    party: dict[str, Json] = {"kind": "workshop", "place": PLACE, "phone": "+84 000 000 001"}
    yield _plain(people[OFFICE], "party", MAKER, name="Bench maker", **party)
    where: dict[str, Json] = {"name": "Bench room", "producer": MAKER, "place": PLACE}
    yield _plain(people[MAKER], "facility", FACILITY, **where)
    for uri, kind in ((RAW, "raw"), (PROCESS, "process"), (PACK, "pack")):
        yield _plain(people[MAKER], "zone", uri, facility=FACILITY, kind=kind)
    label: dict[str, Json] = {
        "gtin": GTIN,
        "name": "Nước mắm Mẫu 30°N",
        "names": {"zh": "示例鱼露 30°N", "en": "Sample fish sauce 30°N"},
        "maker": MAKER,
        "netContent": "500 ml",
        "ingredients": "cá cơm, muối",
        "allergens": "cá",
        "storage": "Nơi khô mát, tránh nắng",
        "phone": "+84 000 000 001",
    }
    yield _plain(people[MAKER], "product", PRODUCT, **label)
    for n, about in enumerate((PRODUCT, FACILITY)):
        paper = {"about": about, "scheme": "food-safety", "number": f"M-{n}"}
        days = {"from": "2026-01-01", "until": "2031-01-01", "issuer": "Bench"}
        yield _plain(people[MAKER], "certificate", f"{HOST}/certificate/{n}", **paper, **days)


def _bulk(people: dict[str, Voice], n: int, at: datetime) -> Iterator[bytes]:
    """Yield what is said of a bulk lot until it is ready to be packed."""
    maker, lab = people[MAKER], people[LAB]
    names = [f"{HOST}/lot/maker/{what}-{n}" for what in ("fish", "salt", "barrel", "blend")]
    fish, salt, barrel, blend = names
    for lot, days in ((fish, 15), (salt, 14), (fish, 13)):
        seen: dict[str, Json] = {
            "sourceList": [{"type": "possessing_party", "source": f"{HOST}/party/boat"}]
        }
        when, much = at - timedelta(days=days), [Amount(lot, 6000, "KGM")]
        came = _at(observed(when, "receiving", RAW, much, **seen), 3.4)
        yield _said(maker, "acceptance", lot, came)
    salted = [Amount(fish, 6000, "KGM"), Amount(salt, 2000, "KGM")]
    for day, inputs, output in (
        (12, salted, barrel),
        (2, [Amount(barrel, 2200, "LTR")], blend),
    ):
        step = f"{HOST}/process/1#{output.rsplit('/', 1)[1]}"
        out = [Amount(output, 2200, "LTR")]
        when = at - timedelta(days=day)
        event = made(when, step, PROCESS, inputs, out, bizLocation=HERE)
        yield _said(maker, "processing", output, event)
    for day in range(4):
        watched: dict[str, Json] = {"quantityList": [{"epcClass": barrel}]}
        look = observed(at - timedelta(days=day + 3), f"{HOST}/process/1#look", PROCESS, [])
        yield _said(maker, "diary", barrel, _at(look | watched, 31.5 + day))
    yield _said(lab, "labtest", blend, _test(at, blend))


def _packs(people: dict[str, Voice], n: int, each: int, at: datetime) -> Iterator[bytes]:
    """Yield what is said of a lot of packs."""
    maker, lab = people[MAKER], people[LAB]
    bulk, lot = f"{HOST}/lot/maker/blend-{n // PER_BULK}", _lot(n)
    dates: Json = {
        "cbvmda:lotNumber": f"L{n:05d}",
        "cbvmda:bestBeforeDate": str((at + timedelta(days=730)).date()),
    }
    packs = [Amount(lot, each)]
    more: dict[str, Json] = {"bizLocation": HERE, "ilmd": dates}
    filled = made(at, "packing", PACK, [Amount(bulk, 50, "LTR")], packs, **more)
    yield _said(maker, "packaging", lot, filled)
    checks: list[Json] = [{"item": f"item {i}", "ok": True} for i in range(6)]
    look: dict[str, Json] = {"facility": FACILITY, "lot": lot, "period": "daily"}
    when = at.isoformat()
    uri = f"{HOST}/selfcheck/{n}"
    yield _plain(maker, "selfcheck", uri, at=when, **look, items=checks)
    yield _said(lab, "labtest", lot, _test(at + timedelta(hours=1), lot))
    bound: dict[str, Json] = {
        "action": "ADD",
        "disposition": "active",
        "quantityList": [packs[0].record()],
        "nguon__roll": ROLL,
        "nguon__first": n * each,
        "nguon__last": (n + 1) * each - 1,
    }
    on = events.event("ObjectEvent", at + timedelta(hours=2), "commissioning", PRINTER, **bound)
    yield _said(maker, "activation", f"{HOST}/roll/{ROLL}", on)
    for hour in (3, 4):
        parties: dict[str, Json] = {
            "sourceList": [{"type": "possessing_party", "source": MAKER}],
            "destinationList": [{"type": "possessing_party", "destination": SHOP}],
        }
        part = [Amount(lot, each // 2)]
        sent = observed(at + timedelta(hours=hour), "shipping", FACILITY, part, **parties)
        yield _said(maker, "shipment", lot, sent | {"disposition": "in_transit"})


def _test(at: datetime, lot: str) -> events.Event:
    results = (
        measured("nguon:total-nitrogen", 30.9, "GL", at_least=30, basis="label"),
        measured("nguon:salt", 262, "GL", at_least=245, basis="example"),
        measured("nguon:histamine", 210, "NA", at_most=400, basis="example"),
    )
    amount, found = [Amount(lot, 2)], events.reports(*results)
    more: dict[str, Json] = {"disposition": "conformant", "sensorElementList": found}
    return observed(at, "inspecting", LAB, amount, **more)


def _at(event: events.Event, celsius: float) -> events.Event:
    report = events.reports(measured("Temperature", celsius, "CEL", at_most=40))
    return event | {"bizLocation": HERE, "sensorElementList": report}


def _said(voice: Voice, kind: str, subject: str, event: events.Event) -> bytes:
    record = document(event)
    return voice.says(kind, subject, record, happened(record))


def _plain(voice: Voice, kind: str, uri: str, /, **members: Json) -> bytes:
    record: dict[str, Json] = {"type": kind, "id": uri, **members}
    return voice.says(kind, uri, record, int(datetime.now(UTC).timestamp()))
