"""Makes dossier.json: dossiers with the pins of their readers, changed in many ways.

A base is a dossier, or what differs from another base. A case is a base, values set at JSON
Pointers (`absent` takes the member away), and what a reader with these pins, at that time, must
find. A proof that ends in an empty line is to be completed by the dossier's checkpoint.
"""

import copy
import json

from attest import dossier, spell, stamp, trust, verify
from attest.errors import AttestError
from attest.log import note, policy

from . import coop
from .coop import (
    COOP,
    DAY,
    FACILITY,
    LAB,
    NOW_MS,
    OFFICE,
    OTHER,
    PRINTER,
    REGULATOR,
    ROLL_URI,
    TRUST,
    WORKER,
    Story,
)
from .said import ROOT, THIEF, b64, sign, uri
from .vector_keys import LOG, key
from .vectors_registry import enrol, revoke

ABSENT = {"absent": True}
ELSEWHERE = note.NoteSigner("other.example/log", LOG.key).verifier
FORGED_LOG = note.NoteSigner(LOG.name, key("forger's log"))


def corrected() -> Story:
    """The date on the packs was wrong; the entry that says so stands beside the first."""
    made = coop.coop()
    wrong = copy.deepcopy(coop.packaging())
    right = coop.packaging(21, bestBeforeDate="2028-12-31")
    wrong["errorDeclaration"] = {
        "declarationTime": "2026-11-19T08:00:00+07:00",
        "reason": "incorrect_data",
        "correctiveEventIDs": [right["eventID"]],
    }
    made.tell(WORKER, "correction", wrong, right)
    return made


def marked(*marks: str) -> Story:
    """Holds, recalls and releases of the lot, in this order."""
    made = coop.coop()
    for number, mark in enumerate(marks, 31):
        kind, _, what = mark.partition(" ")
        member = "unset" if kind == "release" else "set"
        made.tell(REGULATOR, kind, coop.marking(number, **{member: [what]}))
    return made


def voided(by: str) -> Story:
    """Stamps 2 to 5 are void, if the signer may say so."""
    made = coop.coop()
    made.tell(by, "void", coop.void(41, 2, 5), sub=ROLL_URI)
    return made


def stolen() -> Story:
    """The worker's phone was stolen after the packaging; the laboratory's key was replaced."""
    made = coop.coop()
    packed = made.find("packaging")
    made.add(revoke(ROOT, OFFICE, coop.SIGNERS[WORKER].key.kid, packed))
    made.add(enrol(ROOT, coop.Repeatable("new key of the laboratory"), LAB, ["laboratory"]))
    return made


def elsewhere() -> Story:
    """Something happened to another lot, in a zone of nobody."""
    made = coop.coop()
    recalled = coop.marking(51, lot=uri("lot/other"), set=["recalled"])
    made.tell(REGULATOR, "recall", recalled, sub=uri("lot/other"))
    return made


def forged() -> Story:
    """A thief's own log, root and keys, with the same coop."""
    made = Story()
    made.add(enrol(THIEF, THIEF, OFFICE, ["registrar"]))
    for holder, role in {COOP: "producer", PRINTER: "printer", WORKER: "worker"}.items():
        signer = coop.SIGNERS[holder]
        made.add(enrol(THIEF, signer, holder, [role], place=FACILITY))
    root = made.tree.root(made.key)
    made.tell(PRINTER, "roll", coop.rolled(root), sub=ROLL_URI)
    made.tell(COOP, "packaging", coop.packaging())
    made.tell(COOP, "activation", coop.activation(), sub=ROLL_URI)
    return made


def told(made: Story, index: int = 3, state: str = "active", **more: object) -> dossier.Dossier:
    activated = more.pop("activated", True)
    return made.dossier(made.stamp(index, state, activated), **more)


def bases() -> dict[str, dossier.Dossier]:
    plain = coop.coop()
    fake = forged()
    thin = fake.log(signer=FORGED_LOG, cosigned=0)
    return {
        "active": told(plain),
        "inactive": told(plain, 33, "inactive", activated=False),
        "beyond the activation": told(plain, 33),
        "not anchored": told(plain, anchor=None, consistency=()),
        "no witnesses": told(plain, log=plain.log(cosigned=0)),
        "one witness": told(plain, log=plain.log(cosigned=1)),
        "corrected": told(corrected()),
        "hold": told(marked("hold nguon:hold"), state="hold"),
        "recalled, told active": told(marked("recall recalled")),
        "released": told(marked("hold nguon:hold", "release nguon:hold")),
        "held and recalled": told(marked("hold nguon:hold", "recall recalled"), state="hold"),
        "void, told active": told(voided(PRINTER)),
        "void by a stranger": told(voided(OTHER)),
        "recall of another lot": told(elsewhere()),
        "stolen key": told(stolen()),
        "forged": told(
            fake, log=thin, anchor=coop.anchor_at(thin, 3), consistency=thin.consistency(3)
        ),
    }


def trusts() -> dict[str, object]:
    other_root = TRUST.record() | {"root": b64(THIEF.key.kid)}
    other_key = FORGED_LOG.verifier
    lines = TRUST.policy.text.replace(LOG.verifier.text(), other_key.text())
    fallen = policy.parse(TRUST.policy.text.replace("quorum g", "quorum none"))
    return {
        "pinned": TRUST.record(),
        "another root": other_root,
        "another log key": TRUST.record() | {"vkey": other_key.text(), "policy": lines},
        "another chain": TRUST.record() | {"chainId": 1},
        "no quorum asked": TRUST.record() | {"policy": fallen.text},
        "another log": TRUST.record()
        | {
            "origin": ELSEWHERE.name,
            "vkey": ELSEWHERE.text(),
            "policy": TRUST.policy.text.replace(LOG.verifier.text(), ELSEWHERE.text()),
        },
    }


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


def changes(base: dossier.Dossier) -> dict[str, list]:
    at = Changes(base)
    record = at.record
    packed, activated = at.statement("packaging")[0], at.statement("activation")[0]
    product = at.statement("product")[0]
    worker = next(m.issuer for m in base.timeline if m.kind == "packaging")
    assert worker == WORKER
    enrolment = base.keys[coop.SIGNERS[WORKER].key.kid][-1]
    stranger = sign(THIEF, uri("party/ghost"), {"type": "party", "id": uri("x"), "name": "X"})
    event = "/epcisBody/eventList/0"
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
        "timeline time": [[f"/timeline/{_line(base, 'packaging')}/time/value", "2026-11-16"]],
        "timeline time from elsewhere": [
            [
                f"/timeline/{_line(base, 'packaging')}/time/pointer",
                f"{event}/eventTimeZoneOffset",
            ]
        ],
        "summary": [["/timeline/0/summary/value", "anything"]],
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
        "anchor root": [["/anchor/root", "0x" + "00" * 32]],
        "anchor larger than the note": [["/anchor/size", 19]],
        "anchor of nothing": [["/anchor/size", 0]],
        "anchor left out": [["/anchor", None]],
        "anchor block": [["/anchor/block", 13]],
        "consistency": [["/consistency/0", b64(bytes(32))]],
        "consistency left out": [["/consistency", []]],
        "checks": [["/checks/count", 0]],
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


def _spoiled(text: str, name: str) -> tuple[str, str]:
    """The signature line of a name, and the same with another letter in it."""
    line = next(line for line in text.split("\n") if f" {name} " in line)
    return line, line[:-10] + ("B" if line[-10] == "A" else "A") + line[-9:]


def _line(base: dossier.Dossier, kind: str) -> int:
    return next(i for i, moment in enumerate(base.timeline) if moment.kind == kind)


def apply(record: dict, sets: list) -> dict:
    """Set values at JSON Pointers, in a copy."""
    changed = copy.deepcopy(record)
    for pointer, value in sets:
        *way, last = [p.replace("~1", "/").replace("~0", "~") for p in pointer.split("/")[1:]]
        place = changed
        for name in way:
            place = place[int(name) if isinstance(place, list) else name]
        if value == ABSENT:
            del place[last]
        else:
            place[int(last) if isinstance(place, list) else last] = value
    return changed


def shortened(record: dict) -> dict:
    """A dossier's proofs without the checkpoint that each ends in."""
    short = copy.deepcopy(record)
    for entry in short["entries"].values():
        entry["proof"] = entry["proof"].removesuffix(record["checkpoint"])
    return short


def completed(record: dict) -> dict:
    """The dossier itself."""
    full = copy.deepcopy(record)
    for entry in full.get("entries", {}).values():
        if entry["proof"].endswith("\n\n"):
            entry["proof"] += full["checkpoint"]
    return full


def difference(old: object, new: object, at: str = "") -> list:
    """What to set in `old` so that it becomes `new`."""
    if old == new:
        return []
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return [[at, new]]
    sets = [[f"{at}/{name}", ABSENT] for name in old.keys() - new.keys()]
    for name, value in new.items():
        place = f"{at}/{name}"
        sets += difference(old[name], value, place) if name in old else [[place, value]]
    return sorted(sets, key=lambda row: row[0])


def judged(record: dict, pinned: dict | None, now_ms: int, **more: str | None) -> dict:
    """What a reader finds: why the dossier is refused, or the steps, state, levels, result."""
    pins = pinned and _pins(pinned)
    rooted, asked = more.get("rooted"), more.get("asked")
    data = json.dumps(completed(record), ensure_ascii=False).encode()
    try:
        verdict = verify.verify(
            dossier.parse(data),
            pins,
            now_ms,
            rooted=rooted and spell.parse_hex0x(rooted, 32),
            asked=asked and stamp.parse(asked),
        )
    except AttestError as refusal:
        return {"refused": refusal.code}
    return {
        "refused": None,
        "steps": {name: step.result for name, step in verdict.steps.items()},
        "state": verdict.state,
        "levels": list(verdict.levels),
        "result": verdict.result,
    }


def _pins(record: dict) -> trust.Trust:
    return trust.parse(json.dumps(record).encode())


def dossier_vectors() -> dict:
    made = {name: shortened(base.record()) for name, base in bases().items()}
    pins = trusts()
    cases = []

    def case(name: str, base: str, sets: list | None = None, **how: object) -> None:
        named = how.pop("trust", "pinned")
        now_ms = how.pop("now_ms", NOW_MS)
        found = judged(apply(made[base], sets or []), named and pins[named], now_ms, **how)
        row = {"name": name, "base": base, "set": sets or [], "trust": named, "nowMs": now_ms}
        cases.append(row | {"rooted": None, "asked": None} | how | found)

    elsewhere = made["recall of another lot"]
    foreign = str(max(int(index) for index in elsewhere["entries"]))
    line = {"kind": "recall", "index": int(foreign), "issuer": REGULATOR}
    sets = [["/timeline/0", line | {"time": None, "summary": None}]]
    case("entry of another lot in the timeline", "recall of another lot", sets)
    root = made["active"]["anchor"]["root"]
    for base in made:
        case(base, base)
        case(f"{base}, nothing pinned", base, trust=None)
    for name, sets in changes(bases()["active"]).items():
        case(name, "active", sets)
    for named in pins:
        case(f"pins: {named}", "active", trust=named)
    case("chain asked", "active", rooted=root)
    case("chain asked, another root", "active", rooted="0x" + "11" * 32)
    case("chain asked, no root", "active", rooted="0x" + "00" * 32)
    case("chain asked, not anchored", "not anchored", rooted=root)
    independent = [["/chain/independent", True]]
    case("independent chain, told", "no witnesses", independent)
    case("independent chain, asked", "no witnesses", independent, rooted=root)
    not_final = [*independent, ["/anchor/final", False]]
    case("independent chain, not final", "no witnesses", not_final)
    case("yesterday's", "active", now_ms=NOW_MS + 25 * 3_600_000)
    case("clock behind by an hour", "active", now_ms=DAY * 1000 - 3_600_000)
    case("past its date", "active", now_ms=spell.time_ms("2029-05-18T17:00:00Z"))
    case("last second of its date", "active", now_ms=spell.time_ms("2029-05-18T16:59:59Z"))
    case("asked for itself", "active", asked=made["active"]["stamp"]["code"])
    case("asked for another", "active", asked=made["inactive"]["stamp"]["code"])
    case("forged, forged pins", "forged", trust="another log key")
    first = made["active"]
    written = {n: {"base": "active", "set": difference(first, r)} for n, r in made.items()}
    assert all(apply(first, w["set"]) == made[name] for name, w in written.items())
    return {
        "trusts": pins,
        "bases": written | {"active": {"dossier": first}},
        "cases": cases,
    }
