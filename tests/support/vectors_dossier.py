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

from .coop import (
    DAY,
    NOW_MS,
    REGULATOR,
    TRUST,
)
from .coop_troubles import FORGED_LOG, bases
from .dossier_changes import ABSENT, changes, shortened
from .said import THIEF, b64
from .vector_keys import LOG

ELSEWHERE = note.NoteSigner("other.example/log", LOG.key).verifier


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
