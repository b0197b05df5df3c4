"""Invented signers and records, the same on every run, that tests and vectors share."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from attest import spell, statement
from attest.keys import ES256, PrivateKey
from attest.statement import Statement

ORIGIN = "trace.example/log"
ORDER_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
TIME = 1_795_300_000

b64 = spell.base64url


class Repeatable:
    """Signs as a PrivateKey does, ECDSA by RFC 6979, so that vectors come out the same."""

    def __init__(self, name: str, alg: int = -8):
        self._private = PrivateKey.from_seed(name.encode(), alg)
        self.key = self._private.key

    def sign(self, message: bytes) -> bytes:
        if self._private.key.alg != ES256:
            return self._private.sign(message)
        native = ec.derive_private_key(
            self._private._native.private_numbers().private_value, ec.SECP256R1()
        )
        der = native.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        r, s = utils.decode_dss_signature(der)
        return r.to_bytes(32, "big") + min(s, ORDER_P256 - s).to_bytes(32, "big")


ROOT = Repeatable("root registrar")
MAKER = Repeatable("maker")
PHONE = Repeatable("phone of the maker", ES256)
THIEF = Repeatable("thief")


def uri(path: str) -> str:
    return f"https://trace.example/{path}"


def sign(signer: Repeatable, iss: str, record: dict, **more: object) -> Statement:
    kind = more.pop("kind", None) or record["type"]
    sub = more.pop("sub", None) or record["id"]
    return statement.sign(signer, kind=kind, iss=iss, sub=sub, iat=TIME, record=record, **more)


PARTY = {"type": "party", "id": uri("party/maker"), "name": "Xưởng Mẫu", "kind": "workshop"}
EVENT = {
    "@context": [
        "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        {"nguon": "https://w3id.org/nguon/v1/"},
    ],
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2026-11-22T07:15:00+07:00",
    "epcisBody": {
        "eventList": [
            {
                "type": "ObjectEvent",
                "eventID": "urn:uuid:5f2d8c1e-0000-4000-8000-000000000001",
                "eventTime": "2026-11-22T07:15:00+07:00",
                "eventTimeZoneOffset": "+07:00",
                "action": "OBSERVE",
                "bizStep": "receiving",
                "readPoint": {"id": uri("zone/raw")},
                "quantityList": [
                    {"epcClass": uri("lot/anchovy-1"), "quantity": 12.5, "uom": "KGM"}
                ],
                "nguon:limit": 1e-7,
            }
        ]
    },
}
