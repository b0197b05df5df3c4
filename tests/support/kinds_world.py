"""A log in memory with invented parties: `say` folds one record as the writer would.

`World.town()` holds two producers, their premises, a laboratory, a printer, offices, and a
box with a camera; tests add to it. `agree` is the world checker: rows made again from the
entries are equal.
"""

import itertools
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine
from sqlmodel import SQLModel

from attest import cid as cids
from attest import spell, statement
from attest.errors import AttestError
from attest.keys import PrivateKey
from attest.registry import Registry, key_proof_message
from attest.statement import Seen, Statement
from ledger import kinds
from ledger.store import derived_rows

ORIGIN = "trace.example/log"
HOST = "https://trace.example"
CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
TIME = "2026-11-18T10:00:00+07:00"
DIGEST = "ni:///sha-256;uU0nuZNNPgilLlLX2n2r-sSE7-N6U4DukIj3rOLvzek"
SAUCE = "https://id.gs1.org/01/09521000001015"
PEANUT = "https://id.gs1.org/01/09521000001022"
SHRIMP = "https://id.gs1.org/01/09521000002012"
GIFT = "https://id.gs1.org/01/09521000004016"
A, B = f"{HOST}/party/coop-a", f"{HOST}/party/shrimp-b"
PLACE = f"{HOST}/place/mau"
WORKER = "urn:uuid:7f2d8c1e-0000-4000-8000-000000000007"
ROLES = {
    "registrar": (f"{HOST}/party/office", ["registrar"], PLACE),
    "regulator": (f"{HOST}/party/authority", ["regulator"], PLACE),
    "inspector": (f"{HOST}/party/inspectors", ["inspector"], PLACE),
    "a": (A, ["producer"], PLACE),
    "b": (B, ["producer"], PLACE),
    "worker": (WORKER, ["worker"], f"{HOST}/facility/a"),
    "lab": (f"{HOST}/party/lab-1", ["laboratory"], PLACE),
    "printer": (f"{HOST}/party/printer", ["printer"], PLACE),
    "box": (f"{HOST}/node/a", ["camera"], f"{HOST}/facility/a"),
    "box-b": (f"{HOST}/node/b", ["camera"], f"{HOST}/facility/b"),
    "server": (f"{HOST}/party/server", ["server"], PLACE),
    "helper": (f"{HOST}/party/helpers", ["helper"], PLACE),
}


def lot(product: str, number: str) -> str:
    """Return the URI of a lot under a GTIN."""
    return f"{product}/10/{number}"


def bulk(name: str) -> str:
    """Return the URI of a lot without a GTIN."""
    return f"{HOST}/lot/{name}"


def cid(number: int) -> str:
    """Return the CID of some blob."""
    return cids.of_bytes(number.to_bytes(4, "big"))


def amounts(*lots: tuple[str, float, str | None] | str) -> list[dict[str, Any]]:
    """Return a quantity list from (lot, quantity, unit) or lots alone."""
    rows = []
    for item in lots:
        uri, quantity, unit = (item, None, None) if isinstance(item, str) else item
        row: dict[str, Any] = {"epcClass": uri}
        if quantity is not None:
            row["quantity"] = quantity
        if unit is not None:
            row["uom"] = unit
        rows.append(row)
    return rows


def document(*events: dict[str, Any]) -> dict[str, Any]:
    """Return the payload that holds some events."""
    return {
        "@context": [CONTEXT, {"nguon": "https://w3id.org/nguon/v1/"}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": TIME,
        "epcisBody": {"eventList": list(events)},
    }


def sealed(blob: str) -> list[dict[str, Any]]:
    """Return a sealed part."""
    return [{"uri": f"ipfs://{blob}", "digest": DIGEST, "salted": True, "to": "authority"}]


def refused(world: "World", code: type[AttestError], act: Any, *args: Any, **more: Any) -> str:
    """Check that an act is refused by this class and leaves no trace; return the text."""
    before = derived_rows.dump(world.tx)
    with pytest.raises(AttestError) as caught:
        act(*args, **more)
    assert type(caught.value) is code, repr(caught.value)
    assert derived_rows.dump(world.tx) == before
    return str(caught.value)


@dataclass
class World:
    """Entries, keys and rows."""

    tx: Connection
    registry: Registry = field(default_factory=lambda: Registry(ORIGIN))
    entries: list[Statement] = field(default_factory=list)
    ids: Any = field(default_factory=itertools.count)

    @classmethod
    def empty(cls) -> "World":
        engine = create_engine("sqlite://")
        connection = engine.connect()
        connection.begin()
        SQLModel.metadata.create_all(connection)
        return cls(connection)

    def key(self, name: str) -> PrivateKey:
        return PrivateKey.from_seed(name.encode())

    def enrol(self, name: str, holder: str, roles: list[str], place: str = PLACE) -> int:
        root, new = self.key("registrar"), self.key(name)
        message = key_proof_message(ORIGIN, holder, new.key.kid, root.key.kid)
        record = {
            "type": "key",
            "id": f"{HOST}/key/{name}",
            "action": "enrol",
            "kid": spell.base64url(new.key.kid),
            "key": spell.base64url(new.key.cose),
            "holder": holder,
            "roles": roles,
            "place": place,
            "proof": spell.base64url(new.sign(message)),
        }
        return self.say("registrar", "key", record)

    def sign(
        self,
        name: str,
        kind: str,
        record: dict[str, Any],
        sub: str | None = None,
        *,
        iss: str | None = None,
        seen: bool = False,
    ) -> Statement:
        """Sign a record; `sub` is what the kind asks for unless it is given."""
        known = self.registry.get(self.key(name).key.kid)
        holder = known.holder if known else ROLES[name][0]
        return statement.sign(
            self.key(name),
            kind=kind,
            iss=iss or holder,
            sub=sub or self.subject(kind, record),
            iat=1_795_300_000 + next(self.ids),
            record=record,
            seen=Seen(ORIGIN, 0, bytes(32)) if seen else None,
        )

    def subject(self, kind: str, record: dict[str, Any]) -> str:
        if kind == "violation":
            return str(record["camera"])
        if "epcisBody" not in record:
            return str(record["id"])
        event = record["epcisBody"]["eventList"][0]
        if "nguon:roll" in event:
            return f"{HOST}/roll/{event['nguon:roll']}"
        for name in ("outputQuantityList", "quantityList", "childQuantityList"):
            if event.get(name):
                return str(event[name][0]["epcClass"])
        if kind == "footage":
            return str(event["sensorElementList"][0]["sensorMetadata"]["deviceID"])
        return str(event["readPoint"]["id"])

    def fold(self, said: Statement) -> int:
        index = len(self.entries)
        kinds.fold_one(self.tx, self.registry, index, said)
        self.entries.append(said)
        return index

    def say(self, name: str, kind: str, record: dict[str, Any], **more: Any) -> int:
        return self.fold(self.sign(name, kind, record, **more))

    def event(self, kind: str = "ObjectEvent", **members: Any) -> dict[str, Any]:
        """Return an event with a fresh id; members by name, `nguon:` ones by keyword too."""
        return {
            "type": kind,
            "eventID": f"urn:uuid:00000000-0000-4000-8000-{next(self.ids):012x}",
            "eventTime": TIME,
            "eventTimeZoneOffset": "+07:00",
            **{name.replace("nguon_", "nguon:"): value for name, value in members.items()},
        }

    def rows(self, row: type[SQLModel]) -> list[Any]:
        """Return all rows of a class, sorted by primary key."""
        rows = derived_rows.table(row)
        return list(self.tx.execute(rows.select().order_by(*rows.primary_key.columns)))

    def agree(self) -> None:
        """Check that the entries make the same rows again, and the rows the same keys."""
        again = World.empty()
        for said in self.entries:
            again.fold(said)
        assert derived_rows.dump(again.tx) == derived_rows.dump(self.tx)
        loaded = kinds.load_registry(self.tx, ORIGIN)
        assert loaded.keys() == sorted(self.registry.keys(), key=lambda key: key.start)

    @classmethod
    def town(cls) -> "World":
        world = cls.empty()
        for name, (holder, roles, place) in ROLES.items():
            world.enrol(name, holder, roles, place)
        for party, letter in ((A, "a"), (B, "b")):
            world._premises(party, letter)
        for product, maker in ((SAUCE, "a"), (PEANUT, "a"), (SHRIMP, "b"), (GIFT, "b")):
            world.product(product, maker)
        world.camera("cam-1", f"{HOST}/zone/a-process", f"{HOST}/node/a")
        return world

    def _premises(self, party: str, letter: str) -> None:
        self.say(
            "registrar",
            "party",
            {"type": "party", "id": party, "name": letter, "kind": "workshop", "place": PLACE},
        )
        facility = f"{HOST}/facility/{letter}"
        record = {"type": "facility", "id": facility, "name": "xưởng", "producer": party}
        self.say("registrar", "facility", {**record, "place": PLACE})
        for kind in ("raw", "process", "pack"):
            zone = f"{HOST}/zone/{letter}-{kind}"
            zone_record = {"type": "zone", "id": zone, "facility": facility, "kind": kind}
            self.say(letter, "zone", zone_record)

    def product(self, uri: str, maker: str) -> int:
        party = ROLES[maker][0]
        record = {"type": "product", "id": uri, "name": "món", "maker": party}
        return self.say(maker, "product", record)

    def camera(self, name: str, zone: str, node: str, action: str = "ADD") -> int:
        event = self.event(
            "AssociationEvent",
            parentID=zone,
            childEPCs=[f"{HOST}/camera/{name}"],
            action=action,
            bizStep="installing",
            readPoint={"id": zone},
            nguon_node=node,
        )
        return self.say("registrar", "camera", document(event))

    def object_event(self, lots: list[Any], action: str, step: str, **more: Any) -> Any:
        return self.event(
            action=action,
            bizStep=step,
            readPoint=more.pop("readPoint", {"id": f"{HOST}/zone/a-pack"}),
            quantityList=amounts(*lots),
            **more,
        )

    def make(
        self, maker: str, kind: str, inputs: list[Any], outputs: list[Any], **more: Any
    ) -> int:
        event = self.event(
            "TransformationEvent",
            inputQuantityList=amounts(*inputs),
            outputQuantityList=amounts(*outputs),
            bizStep="packing" if kind == "packaging" else f"{HOST}/process/x#blend",
            readPoint=more.pop("readPoint", {"id": f"{HOST}/zone/{maker}-pack"}),
            **more,
        )
        return self.say(maker, kind, document(event))

    def test(self, uri: str, verdict: str = "conformant", who: str = "lab") -> int:
        event = self.object_event(
            [uri], "OBSERVE", "inspecting", disposition=verdict, readPoint={"id": PLACE}
        )
        return self.say(who, "labtest" if who == "lab" else "rapidtest", document(event))

    def roll(
        self, number: int, count: int = 5000, product: str | None = SAUCE, **more: Any
    ) -> int:
        members = {"nguon_product": product} if product else {}
        event = self.event(
            action="ADD",
            bizStep="encoding",
            readPoint={"id": f"{HOST}/party/printer"},
            epcList=[f"{HOST}/roll/{number}"],
            nguon_roll=number,
            nguon_count=count,
            nguon_rollRoot=DIGEST,
            nguon_producer=more.pop("producer", A),
            **members,
        )
        return self.say("printer", "roll", document(event))

    def activation(self, roll: int, first: int, last: int, uri: str, **more: Any) -> Any:
        amount = [(uri, last - first + 1, None)]
        numbers = {"nguon:roll": roll, "nguon:first": first, "nguon:last": last}
        return self.object_event(amount, "ADD", "commissioning", **numbers, **more)

    def activate(
        self, roll: int, first: int, last: int, uri: str, who: str = "a", **more: Any
    ) -> int:
        more = {"readPoint": {"id": f"{HOST}/zone/{who}-pack"}, **more}
        event = self.activation(roll, first, last, uri, **more)
        return self.say(who, "activation", document(event))

    def void(self, roll: int, first: int, last: int, who: str = "a") -> int:
        event = self.event(
            action="DELETE",
            bizStep="decommissioning",
            readPoint={"id": PLACE},
            epcList=[f"{HOST}/roll/{roll}"],
            nguon_roll=roll,
            nguon_first=first,
            nguon_last=last,
            nguon_reason="torn",
        )
        return self.say(who, "void", document(event))

    def ship(self, uri: str, to: str, who: str = "a") -> int:
        point = {"id": f"{HOST}/facility/{who}"}
        event = self.object_event(
            [(uri, 10, None)],
            "OBSERVE",
            "shipping",
            readPoint=point,
            destinationList=[{"type": "possessing_party", "destination": to}],
        )
        return self.say(who, "shipment", document(event))

    def mark(self, kind: str, uri: str, who: str = "regulator", **more: Any) -> int:
        changes = {
            "hold": {"set": ["nguon:hold"]},
            "recall": {"set": ["recalled"]},
            "release": {"unset": ["nguon:hold"]},
        }
        event = self.object_event(
            [uri],
            "OBSERVE",
            "holding",
            readPoint={"id": PLACE},
            persistentDisposition=more.pop("change", changes[kind]),
            nguon_reason="example",
        )
        return self.say(who, kind, document(event))

    def minute(self, seq: int, camera: str = "cam-1", **more: Any) -> dict[str, Any]:
        device = f"{HOST}/camera/{camera}"
        start = f"2026-11-18T03:{seq % 60:02d}:00Z"
        about = {"deviceID": device, "startTime": start, "endTime": f"{start[:-3]}59Z"}
        report = {"type": "nguon:footage", "uriValue": DIGEST, "rawData": f"ipfs://{cid(seq)}"}
        element = {"sensorMetadata": about, "sensorReport": [report]}
        return document(
            self.event(
                action="OBSERVE",
                bizStep="sensor_reporting",
                readPoint={"id": f"{HOST}/zone/a-process"},
                sensorElementList=[element],
                nguon_seq=seq,
                **more,
            )
        )

    def suspect(self, name: str, blob: int, who: str = "box", camera: str = "cam-1") -> int:
        record = {
            "type": "violation",
            "id": f"{HOST}/violation/{name}",
            "camera": f"{HOST}/camera/{camera}",
            "at": TIME,
            "nguon:sealed": sealed(cid(blob)),
        }
        return self.say(who, "violation", record)

    def plain(self, kind: str, name: str, **members: Any) -> dict[str, Any]:
        return {"type": kind, "id": f"{HOST}/{kind}/{name}", **members}

    def decide(self, name: str, on: str, ruling: str, **more: Any) -> int:
        record = self.plain("decision", name, on=on, at=TIME, ruling=ruling, reason="x", **more)
        return self.say("regulator", "decision", record)

    def ready_lot(self, number: str = "L1", packs: int = 100) -> str:
        """Make, pack and test a lot of sauce; its bulk lot carries the test."""
        barrel, sauce = bulk(f"barrel-{number}"), lot(SAUCE, number)
        self.make(
            "a", "processing", [(bulk(f"raw-{number}"), 60, "KGM")], [(barrel, 60, "LTR")]
        )
        self.make("a", "packaging", [(barrel, 50, "LTR")], [(sauce, packs, None)])
        self.test(barrel)
        return sauce
