"""Makes registry.json: histories of key entries, each refusal, and the keys they leave."""

from dataclasses import replace

from attest import key_record
from attest.errors import AttestError
from attest.registry import Registry, key_proof_message
from attest.statement import Seen, Statement

from .said import MAKER, ORIGIN, PARTY, PHONE, ROOT, THIEF, Repeatable, b64, sign, uri


def enrol(
    signer: Repeatable, new: Repeatable, holder: str, roles: list[str], **more: object
) -> Statement:
    consenting = more.pop("consent", None)
    message = key_proof_message(ORIGIN, holder, new.key.kid, signer.key.kid)
    record = key_record.Enrol(
        id=uri("key/" + b64(new.key.kid)[:8]),
        key=new.key,
        holder=holder,
        name=more.pop("name", None),
        roles=tuple(roles),
        place=more.pop("place", uri("place/mau")),
        proof=more.pop("proof", None) or new.sign(message),
        consent=consenting and consenting.sign(message),
    ).record()
    return sign(signer, more.pop("iss", OFFICE), record)


def rotate(old: Repeatable, new: Repeatable, holder: str) -> Statement:
    message = key_proof_message(ORIGIN, holder, new.key.kid, old.key.kid)
    record = key_record.Rotate(uri("key/rotated"), new.key, new.sign(message)).record()
    return sign(old, holder, record)


def revoke(signer: Repeatable, iss: str, kid: bytes, since: int | None = None) -> Statement:
    return sign(signer, iss, key_record.Revoke(uri("key/gone"), kid, since).record())


OFFICE = uri("party/office")
HOLDER = uri("party/maker")
LAB = Repeatable("laboratory")
NEXT = Repeatable("next key of the maker", -7)
SECOND = Repeatable("second registrar")
FOUNDING = enrol(ROOT, ROOT, OFFICE, ["registrar"], name="Office of the sample province")


class Mistaken(Repeatable):
    """Says ES256 in the header, though the kid is that of an Ed25519 key."""

    def __init__(self):
        super().__init__("maker")
        self.key = replace(self.key, alg=-7)


def histories() -> dict[str, list[tuple[int, Statement]]]:
    said = sign(MAKER, HOLDER, PARTY | {"type": "product"})
    maker_in = enrol(ROOT, MAKER, HOLDER, ["producer"])
    second_in = enrol(ROOT, SECOND, OFFICE, ["registrar"], consent=ROOT)
    thief_in = enrol(SECOND, THIEF, uri("party/ghost"), ["registrar"])
    lab_in = enrol(THIEF, LAB, uri("party/lab"), ["laboratory"], iss=uri("party/ghost"))
    other_origin = Seen("other.example/log", 1, bytes(32))
    return {
        "enrol, sign, revoke": [
            (0, FOUNDING),
            (3, maker_in),
            (3, said),
            (4, said),
            (5, sign(MAKER, HOLDER, PARTY | {"type": "decision"})),
            (6, sign(MAKER, uri("party/other"), PARTY | {"type": "product"})),
            (7, sign(MAKER, HOLDER, PARTY | {"type": "product"}, seen=other_origin)),
            (7, sign(Mistaken(), HOLDER, PARTY | {"type": "product"})),
            (8, sign(LAB, uri("party/lab"), PARTY | {"type": "labtest"})),
            (9, revoke(ROOT, OFFICE, MAKER.key.kid, 4)),
            (9, said),
            (10, said),
            (11, revoke(ROOT, OFFICE, MAKER.key.kid)),
            (12, enrol(ROOT, MAKER, HOLDER, ["producer"])),
        ],
        "rotate": [
            (0, FOUNDING),
            (1, maker_in),
            (2, rotate(MAKER, NEXT, HOLDER)),
            (2, said),
            (3, said),
            (3, sign(NEXT, HOLDER, PARTY | {"type": "product"})),
            (4, revoke(NEXT, HOLDER, NEXT.key.kid)),
            (5, sign(NEXT, HOLDER, PARTY | {"type": "product"})),
        ],
        "consent and replacement": [
            (0, FOUNDING),
            (1, maker_in),
            (2, enrol(ROOT, PHONE, HOLDER, ["producer"], consent=MAKER)),
            (3, enrol(ROOT, NEXT, HOLDER, ["producer"])),
            (4, enrol(ROOT, LAB, HOLDER, ["laboratory"], consent=THIEF)),
        ],
        "a stolen registrar": [
            (0, FOUNDING),
            (1, second_in),
            (2, enrol(SECOND, MAKER, HOLDER, ["producer"])),
            (5, thief_in),
            (6, lab_in),
            (9, revoke(ROOT, OFFICE, SECOND.key.kid, 10)),
            (9, revoke(ROOT, OFFICE, SECOND.key.kid, 4)),
            (10, sign(LAB, uri("party/lab"), PARTY | {"type": "labtest"})),
            (10, said),
        ],
        "wrong proofs": [
            (0, FOUNDING),
            (1, enrol(ROOT, MAKER, HOLDER, ["producer"], proof=bytes(64))),
            (2, enrol(ROOT, MAKER, HOLDER, ["producer"], iss=HOLDER)),
            (3, maker_in),
            (4, enrol(MAKER, LAB, uri("party/lab"), ["laboratory"], iss=HOLDER)),
            (5, revoke(MAKER, HOLDER, ROOT.key.kid)),
            (6, revoke(ROOT, OFFICE, LAB.key.kid)),
        ],
        "a founder without office": [
            (0, enrol(MAKER, MAKER, HOLDER, ["producer"], iss=HOLDER))
        ],
        "a founder for another": [(0, enrol(MAKER, ROOT, OFFICE, ["registrar"]))],
    }


def registry_rows(entries: list[tuple[int, Statement]]) -> dict:
    registry = Registry(ORIGIN)
    rows = []
    for index, said in entries:
        code = None
        try:
            if said.kind == "key":
                registry.apply(index, said)
            else:
                registry.check(index, said)
        except AttestError as refusal:
            code = refusal.code
        rows.append({"index": index, "statement": b64(said.data), "code": code})
    known = registry.keys()
    keys = [
        {
            "kid": b64(key.kid),
            "holder": key.holder,
            "roles": sorted(key.roles),
            "from": key.start,
            "until": key.until,
            "compromisedSince": key.compromised_since,
            "entries": list(key.entries),
            "replaced": key.replaced,
        }
        for key in known
    ]
    return {"origin": ORIGIN, "entries": rows, "keys": keys}


def registries() -> dict:
    return {name: registry_rows(entries) for name, entries in histories().items()}
