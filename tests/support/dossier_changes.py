"""What a liar would change in a dossier: values to set at JSON Pointers, by name."""

import copy

from attest import dossier, spell

from . import coop
from .coop import OTHER, WORKER
from .said import THIEF, b64, sign, uri

ABSENT = {"absent": True}


def changes(base: dossier.Dossier) -> dict[str, list]:
    """Every change, to be tried on this dossier."""
    at = Changes(base)
    found: dict[str, list] = {}
    for group in (_entries, _stamps, _values, _keys, _anchors, _forms):
        found |= group(at)
    return found


class Changes:
    """Values to set in the record of the base `active`."""

    def __init__(self, base: dossier.Dossier):
        self.base = base
        self.record = shortened(base.record())

    def statement(self, kind: str) -> tuple[str, dict]:
        index = next(m.index for m in self.base.timeline if m.kind == kind)
        return str(index), self.record["entries"][str(index)]

    def flipped(self, text: str, at: int) -> str:
        data = bytearray(spell.parse_base64url(text))
        data[at] ^= 1
        return b64(bytes(data))

    def entry(self, kind: str, at: int) -> list:
        index, entry = self.statement(kind)
        return [[f"/entries/{index}/statement", self.flipped(entry["statement"], at)]]

    def note(self, old: str, new: str) -> list:
        changed = self.record["checkpoint"].replace(old, new, 1)
        assert changed != self.record["checkpoint"]
        return [["/checkpoint", changed]]


def _entries(at: Changes) -> dict[str, list]:
    """Entries, proofs and the note."""
    record = at.record
    packed = at.statement("packaging")[0]
    activated = at.statement("activation")[0]
    stranger = sign(THIEF, uri("party/ghost"), {"type": "party", "id": uri("x"), "name": "X"})
    return {
        "bit in a payload": at.entry("packaging", 400),
        "bit in a signature": at.entry("packaging", -1),
        "bit that breaks the CBOR": at.entry("packaging", 0),
        "bit in a kid": at.entry("packaging", 35),
        "entry of a stranger": [[f"/entries/{packed}/statement", b64(stranger.data)]],
        "two entries swapped": [
            [f"/entries/{packed}", record["entries"][activated]],
            [f"/entries/{activated}", record["entries"][packed]],
        ],
        "proof of another entry": [
            [f"/entries/{packed}/proof", record["entries"][activated]["proof"]]
        ],
        "proof with another note": [
            [
                f"/entries/{packed}/proof",
                record["entries"][packed]["proof"] + record["checkpoint"] + "— x AAAAAAA=\n",
            ]
        ],
        "note with another size": at.note("\n18\n", "\n19\n"),
        "note of another log": at.note("trace.example/log\n18", "other.example/log\n18"),
        "note signature of nobody": at.note("— trace.example/log ", "— trace.example/lag "),
        "note without its last line": at.note("— w2", "— v2"),
        "bad cosignature": at.note(*_spoiled(record["checkpoint"], "w1.example")),
    }


def _stamps(at: Changes) -> dict[str, list]:
    """The stamp, its roll and its lot."""
    record = at.record
    packed = at.statement("packaging")[0]
    activated = at.statement("activation")[0]
    return {
        "blind": [["/stamp/blind", at.flipped(record["stamp"]["blind"], 0)]],
        "code of another stamp": [
            ["/stamp/code", "000007" + "0004" + record["stamp"]["code"][10:]]
        ],
        "index of another stamp": [["/stamp/index", 4]],
        "roll of another number": [["/stamp/roll", 8]],
        "roll proof": [["/stamp/rollProof/0", b64(bytes(32))]],
        "roll proof too short": [["/stamp/rollProof", record["stamp"]["rollProof"][:-1]]],
        "roll entry is another kind": [["/stamp/rollEntry", int(activated)]],
        "roll entry is not there": [["/stamp/rollEntry", 9_999]],
        "activation is another kind": [["/stamp/activationEntry", int(packed)]],
        "activation left out": [["/stamp/activationEntry", None]],
        "lot left out": [["/lot", None]],
    }


def _values(at: Changes) -> dict[str, list]:
    """What the page shows."""
    packing = _line(at.base, "packaging")
    packed = at.statement("packaging")[0]
    product = at.statement("product")[0]
    event = "/epcisBody/eventList/0"
    return {
        "told suspicious": [["/stamp/state", "suspicious"]],
        "told recalled": [["/stamp/state", "recalled"]],
        "date on the page": [["/lot/bestBefore/value", "2029-11-18"]],
        "date from another place": [["/lot/bestBefore/pointer", f"{event}/ilmd/nguon:made"]],
        "date left out": [["/lot/bestBefore", None]],
        "date only told": [["/lot/bestBefore", {"value": "2029-11-18", "by": "server"}]],
        "name on the page": [["/product/name/value", "Nước mắm thật"]],
        "name from another entry": [["/product/name/entry", int(packed)]],
        "brand out of nowhere": [
            ["/product/brand", {"value": "Mẫu", "entry": int(product), "pointer": "/brand"}]
        ],
        "timeline kind": [["/timeline/0/kind", "roll"]],
        "timeline issuer": [["/timeline/0/issuer", OTHER]],
        "timeline of a missing entry": [["/timeline/0/index", 9_999]],
        "timeline time": [
            [f"/timeline/{_line(at.base, 'packaging')}/time/value", "2026-11-16"]
        ],
        "timeline time from elsewhere": [
            [
                f"/timeline/{packing}/time/pointer",
                f"{event}/eventTimeZoneOffset",
            ]
        ],
        "summary": [["/timeline/0/summary/value", "anything"]],
    }


def _keys(at: Changes) -> dict[str, list]:
    """Key entries, and what the dossier lists of them."""
    activated = at.statement("activation")[0]
    enrolment = at.base.keys[coop.SIGNERS[WORKER].key.kid][-1]
    return {
        "key entry left out": [[f"/entries/{enrolment}", ABSENT]],
        "root entry left out": [["/entries/0", ABSENT]],
        "keys left out": [["/keys", {}]],
        "key lists other entries": [
            [f"/keys/{b64(coop.SIGNERS[WORKER].key.kid)}/entries", [0]]
        ],
        "key lists an entry that is not there": [
            [f"/keys/{b64(coop.SIGNERS[WORKER].key.kid)}/entries", [0, enrolment, 9_999]]
        ],
        "activation entry left out": [[f"/entries/{activated}", ABSENT]],
    }


def _anchors(_: Changes) -> dict[str, list]:
    """The anchor and the way from it."""
    return {
        "anchor root": [["/anchor/root", "0x" + "00" * 32]],
        "anchor larger than the note": [["/anchor/size", 19]],
        "anchor of nothing": [["/anchor/size", 0]],
        "anchor left out": [["/anchor", None]],
        "anchor block": [["/anchor/block", 13]],
        "consistency": [["/consistency/0", b64(bytes(32))]],
        "consistency left out": [["/consistency", []]],
        "checks": [["/checks/count", 0]],
    }


def _forms(at: Changes) -> dict[str, list]:
    """What is no dossier."""
    record = at.record
    return {
        "another version": [["/version", 2]],
        "version is true": [["/version", True]],
        "a member too many": [["/verdict", "genuine"]],
        "a member too few": [["/stamp/blind", ABSENT]],
        "note that is none": [["/checkpoint", "hello"]],
        "index with a zero": [["/entries/007", record["entries"]["0"]]],
        "state of no stamp": [["/stamp/state", "mismatch"]],
        "value by the maker": [["/lot/coverage/by", "maker"]],
        "fact that is a list": [["/product/name/value", []]],
    }


def shortened(record: dict) -> dict:
    """A dossier's proofs without the checkpoint that each ends in."""
    short = copy.deepcopy(record)
    for entry in short["entries"].values():
        entry["proof"] = entry["proof"].removesuffix(record["checkpoint"])
    return short


def _spoiled(text: str, name: str) -> tuple[str, str]:
    """The signature line of a name, and the same with another letter in it."""
    line = next(line for line in text.split("\n") if f" {name} " in line)
    return line, line[:-10] + ("B" if line[-10] == "A" else "A") + line[-9:]


def _line(base: dossier.Dossier, kind: str) -> int:
    return next(i for i, moment in enumerate(base.timeline) if moment.kind == kind)
