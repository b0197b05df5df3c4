"""An invented cooperative, one lot of fish sauce and its stamps, in a log held in memory.

Tests and vectors of dossiers are made from it; every name, number and key is made up.
"""

from dataclasses import replace
from uuid import UUID

from attest import compose, roll, spell, stamp, statement
from attest.anchoring import Anchor, Chain
from attest.compose import Telling
from attest.dossier import Dossier, Stamp
from attest.kinds import KINDS
from attest.log import merkle, note, policy
from attest.log.checkpoint import Checkpoint
from attest.log.proof import TlogProof
from attest.registry import Registry
from attest.statement import Statement
from attest.trust import Trust

from .said import EVENT, ORIGIN, ROOT, Repeatable, sign, uri
from .vector_keys import DAY, LOG, WITNESSES, lines_of
from .vectors_registry import enrol

NOW_MS = DAY * 1000 + 60_000
GTIN = "09521000001015"
PRODUCT = f"https://id.gs1.org/01/{GTIN}"
LOT = f"{PRODUCT}/10/L26-11"
SECRET = bytes(range(32))
ROLL, COUNT = 7, 40
ROLL_URI = uri(f"roll/{ROLL}")
OFFICE, COOP, PRINTER, LAB = (
    uri(f"party/{n}") for n in ("office", "coop-a", "printer", "lab-1")
)
REGULATOR, WORKER, OTHER = uri("party/regulator"), uri("party/worker-1"), uri("party/coop-b")
FACILITY = uri("facility/coop-a")
RAW, BLEND = uri("lot/coop-a/anchovy-1"), uri("lot/coop-a/blend-11")
CHAIN = Chain(31337, b"\x01" * 32, b"\x02" * 20, b"\x03" * 32, independent=False)
ZONE_PACK = uri("zone/coop-a-pack")

SIGNERS = {
    name: Repeatable(name, alg)
    for name, alg in {
        REGULATOR: -8,
        COOP: -7,
        PRINTER: -8,
        LAB: -8,
        WORKER: -7,
        OTHER: -8,
    }.items()
} | {OFFICE: ROOT}

TRUST = Trust(
    origin=ORIGIN,
    vkey=LOG.verifier,
    root=ROOT.key.kid,
    policy=policy.parse(lines_of("group g 2 w1 w2 w3", "quorum g")),
    chain_id=CHAIN.chain_id,
    genesis=CHAIN.genesis,
    contract=CHAIN.contract,
    origin_id=CHAIN.origin_id,
)


class MemoryLog:
    """A log of statements with one checkpoint, as `compose` reads it."""

    def __init__(
        self, entries: list[bytes], *, signer: note.NoteSigner = LOG, cosigned: int = 2
    ):
        self.entries = entries
        self.nodes = merkle.nodes_over([merkle.leaf_hash(entry) for entry in entries])
        self.head = Checkpoint(signer.name, len(entries), self.root(len(entries)))
        text = self.head.text()
        lines = [witness.sign(text, DAY) for witness in WITNESSES[:cosigned]]
        self._note = note.Note(text, (signer.sign(text), *lines)).to_text()

    def root(self, size: int) -> bytes:
        return merkle.tree_root(size, self.nodes)

    def checkpoint(self) -> str:
        return self._note

    def size(self) -> int:
        return len(self.entries)

    def statement(self, index: int) -> Statement:
        return statement.parse(self.entries[index])

    def proof(self, index: int) -> str:
        path = merkle.inclusion_proof(index, len(self.entries), self.nodes)
        return TlogProof(index, tuple(path), self._note).text()

    def consistency(self, m: int) -> tuple[bytes, ...]:
        return tuple(merkle.consistency_proof(m, len(self.entries), self.nodes))


def event(number: int, **members: object) -> dict:
    base = {
        "type": "ObjectEvent",
        "eventID": UUID(int=number, version=4).urn,
        "eventTime": f"2026-11-{number % 20 + 1:02}T10:00:00+07:00",
        "eventTimeZoneOffset": "+07:00",
        "action": "OBSERVE",
        "readPoint": {"id": ZONE_PACK},
        "bizLocation": {"id": FACILITY},
    }
    return {k: v for k, v in (base | members).items() if v is not None}


def document(*events: dict) -> dict:
    return EVENT | {"epcisBody": {"eventList": list(events)}}


def amount(lot: str, quantity: float, uom: str | None = None) -> list[dict]:
    return [{"epcClass": lot, "quantity": quantity} | ({"uom": uom} if uom else {})]


def packaging(number: int = 14, **ilmd: str) -> dict:
    days = {"bestBeforeDate": "2028-11-18", "itemExpirationDate": "2029-05-18"} | ilmd
    named = {"cbvmda:lotNumber": "L26-11"} | {f"cbvmda:{k}": v for k, v in days.items()}
    return event(
        number,
        type="TransformationEvent",
        action=None,
        inputQuantityList=amount(BLEND, 20, "LTR"),
        outputQuantityList=amount(LOT, COUNT),
        bizStep="packing",
        ilmd=named | {"nguon:made": "2025-09-01"},
    )


def ranged(number: int, first: int, last: int, **members: object) -> dict:
    numbers = {"nguon:roll": ROLL, "nguon:first": first, "nguon:last": last}
    return event(number, **(members | numbers))


def activation(number: int = 15, lot: str = LOT, first: int = 0, last: int = 29) -> dict:
    return ranged(
        number,
        first,
        last,
        action="ADD",
        bizStep="commissioning",
        quantityList=amount(lot, last - first + 1),
    )


def void(number: int, first: int, last: int) -> dict:
    more = {"action": "DELETE", "bizStep": "decommissioning", "nguon:reason": "torn"}
    return ranged(number, first, last, epcList=[ROLL_URI], **more)


def marking(number: int, lot: str = LOT, **marks: list[str]) -> dict:
    more = {"nguon:authority": "Tỉnh Mẫu", "nguon:reason": "a test"}
    return event(
        number,
        bizStep="holding",
        persistentDisposition=marks,
        quantityList=[{"epcClass": lot}],
        **more,
    )


def rolled(root: bytes, number: int = 10, **more: object) -> dict:
    members = {
        "nguon:roll": ROLL,
        "nguon:count": COUNT,
        "nguon:rollRoot": spell.ni(root),
        "nguon:product": PRODUCT,
        "nguon:producer": COOP,
    }
    return event(
        number, action="ADD", bizStep="encoding", epcList=[ROLL_URI], **(members | more)
    )


class Story:
    """Statements in order, the registry they fold to, and the dossiers of their stamps."""

    def __init__(self, origin: str = ORIGIN):
        self.registry = Registry(origin)
        self.entries: list[Statement] = []
        self.key = stamp.roll_key(SECRET, ROLL)
        self.tree = roll.build(self.key, ROLL, COUNT)

    def add(self, one: Statement) -> int:
        index = len(self.entries)
        KINDS[one.kind].parse(one.record)
        if one.kind == "key":
            self.registry.apply(index, one)
        else:
            self.registry.check(index, one)
        self.entries.append(one)
        return index

    def say(self, iss: str, record: dict, **more: object) -> int:
        return self.add(sign(SIGNERS[iss], iss, record, **more))

    def tell(self, iss: str, kind: str, *events: dict, sub: str = LOT) -> int:
        return self.say(iss, document(*events), kind=kind, sub=sub)

    def log(self, **more: object) -> MemoryLog:
        return MemoryLog([one.data for one in self.entries], **more)

    def find(self, kind: str) -> int:
        return next(i for i, one in enumerate(self.entries) if one.kind == kind)

    def stamp(self, index: int = 3, state: str = "active", activated: bool = True) -> Stamp:
        return Stamp(
            code=stamp.code(self.key, ROLL, index),
            blind=stamp.blind(self.key, index),
            state=state,
            roll=ROLL,
            index=index,
            roll_entry=self.find("roll"),
            roll_proof=tuple(self.tree.proof(self.key, index)),
            activation_entry=self.find("activation") if activated else None,
        )

    def dossier(
        self, shown: Stamp | None = None, log: MemoryLog | None = None, **more: object
    ) -> Dossier:
        log = log or self.log()
        anchored = min(12, log.size() - 1)
        told = Telling(
            "2025-11-24T16:00:00Z",
            anchor=anchor_at(log, anchored),
            consistency=log.consistency(anchored),
            chain=CHAIN,
            first_check={"day": "2026-11-20", "province": "Tỉnh Mẫu"},
            check_count=3,
            lot={"coverage": 97},
            summary=lambda _, said: f"a {said.kind}",
        )
        wanted = [i for i, one in enumerate(self.entries) if one.kind != "key"]
        line = compose.gather(shown or self.stamp(), wanted, log, self.registry)
        return compose.compose(line, log, replace(told, **more))


def anchor_at(log: MemoryLog, size: int, **more: object) -> Anchor:
    members = {
        "size": size,
        "root": log.root(size),
        "note_hash": bytes(32),
        "block": 12,
        "block_hash": b"\x04" * 32,
        "tx": b"\x05" * 32,
        "time": "2025-11-24T15:59:00Z",
        "final": True,
    }
    return Anchor(**(members | more))


def master(story: Story) -> None:
    """Keys, and the things that their holders name."""
    for holder, role in {
        OFFICE: "registrar",
        REGULATOR: "regulator",
        COOP: "producer",
        PRINTER: "printer",
        LAB: "laboratory",
        OTHER: "producer",
    }.items():
        story.add(enrol(ROOT, SIGNERS[holder], holder, [role]))
    place = {"place": uri("place/mau")}
    maker = {"type": "party", "id": COOP, "name": "HTX Nước mắm Mẫu", "kind": "cooperative"}
    story.say(OFFICE, maker | place)
    workshop = {"type": "facility", "id": FACILITY, "name": "Xưởng A", "producer": COOP}
    story.say(COOP, workshop | place)
    story.add(enrol(ROOT, SIGNERS[WORKER], WORKER, ["worker"], place=FACILITY))
    story.say(
        COOP,
        {
            "type": "product",
            "id": PRODUCT,
            "gtin": GTIN,
            "name": "Nước mắm Mẫu 30°N",
            "names": {"zh": "示例鱼露 30°N", "en": "Sample fish sauce 30°N"},
            "maker": COOP,
            "netContent": "500 ml",
            "ingredients": "cá cơm, muối",
            "storage": "Nơi khô mát",
        },
    )


def making(story: Story) -> None:
    """From the raw fish to a test of the bulk."""
    taken = event(11, bizStep="receiving", quantityList=amount(RAW, 6000, "KGM"))
    story.tell(COOP, "acceptance", taken, sub=RAW)
    blended = event(
        12,
        type="TransformationEvent",
        action=None,
        inputQuantityList=amount(RAW, 6000, "KGM"),
        outputQuantityList=amount(BLEND, 2200, "LTR"),
    )
    story.tell(COOP, "processing", blended, sub=BLEND)
    tested = event(
        13,
        bizStep="inspecting",
        disposition="conformant",
        quantityList=amount(BLEND, 3, "LTR"),
        sensorElementList=[{"sensorReport": [{"type": "nguon:histamine", "value": 210}]}],
    )
    story.tell(LAB, "labtest", tested, sub=BLEND)


def coop() -> Story:
    """The whole story up to a shipment: stamps 0 to 29 are active, 30 to 39 are not."""
    story = Story()
    master(story)
    story.tell(PRINTER, "roll", rolled(story.tree.root(story.key)), sub=ROLL_URI)
    making(story)
    story.tell(WORKER, "packaging", packaging())
    story.tell(COOP, "activation", activation(), sub=ROLL_URI)
    story.say(
        REGULATOR,
        {
            "type": "certificate",
            "id": uri("certificate/ocop-a"),
            "about": PRODUCT,
            "scheme": "OCOP",
            "stars": 4,
            "from": "2026-03-01",
            "issuer": "Tỉnh Mẫu",
        },
    )
    sent = event(
        16,
        bizStep="shipping",
        quantityList=amount(LOT, 24),
        destinationList=[{"type": "possessing_party", "destination": uri("party/shop-1")}],
    )
    story.tell(COOP, "shipment", sent)
    return story
