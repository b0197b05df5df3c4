"""The fold is total: whatever is signed either counts or is refused by name."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attest import statement
from attest.errors import AttestError
from attest.kinds import KINDS
from attest.statement import Seen
from ledger import kinds
from ledger.errors import LedgerError
from support import vectors_kinds
from support.kinds_world import ORIGIN, ROLES, World

VECTORS = json.loads(vectors_kinds.FILE.read_text(encoding="utf-8"))
JUNK = [None, True, -1, 0, 7, 2**60, 1e300, 5e-324, 1.5, "", "x", "a\0b", [], {}, [[]], [None]]
JUNK += [{"a": 1}, "https://a.example/x", "2026-11-18T10:00:00Z", "9999-12-31T23:59:59Z"]
JUNK += ["0001-01-01T00:00:00+13:00", "confirmed", "nguon:hold", 2**53, {"id": "https://a.b/"}]
WORLD = World.town()
for good in ("facility", "zone"):
    WORLD.say("registrar" if good == "facility" else "a", good, VECTORS[good]["good"])
for zone in ("raw", "ferment", "pack"):
    shown = VECTORS["zone"]["good"]
    WORLD.say("a", "zone", {**shown, "id": shown["id"].replace("process", zone)})
WORLD.say("printer", "roll", VECTORS["roll"]["good"])
WORLD.say("a", "packaging", VECTORS["packaging"]["good"])
WORLD.say("lab", "labtest", VECTORS["labtest"]["good"])


def pointers(value: Any, path: str = "") -> list[str]:
    """Return a pointer to every value inside."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for name, inner in items:
        here = f"{path}/{name}"
        found.append(here)
        if isinstance(inner, dict | list):
            found += pointers(inner, here)
    return found


def signer(kind: str) -> str:
    return next(name for name, (_, roles, _) in ROLES.items() if set(roles) & KINDS[kind].roles)


def subject(kind: str, record: dict[str, Any]) -> str:
    try:
        return WORLD.subject(kind, record)
    except (AttributeError, KeyError, TypeError, IndexError):
        return "https://trace.example/x"


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.sampled_from(sorted(VECTORS.keys() - {"key"})))
def test_a_spoiled_record_counts_or_is_refused_by_name(data, kind):
    record = VECTORS[kind]["good"]
    for _ in range(data.draw(st.integers(0, 2))):
        path = data.draw(st.sampled_from(pointers(record)))
        edit = data.draw(st.one_of(st.just([path]), st.sampled_from([[path, j] for j in JUNK])))
        try:
            record = vectors_kinds.spoil(record, edit)
        except TypeError:  # a member of a list is not taken away by name
            continue
    WORLD.tx.exec_driver_sql("SAVEPOINT trial")
    try:
        said = statement.sign(
            WORLD.key(signer(kind)),
            kind=kind,
            iss=ROLES[signer(kind)][0],
            sub=subject(kind, record),
            iat=0,
            record=record,
            seen=Seen(ORIGIN, 0, bytes(32)),
        )
        kinds.fold_one(WORLD.tx, WORLD.registry, len(WORLD.entries), said)
    except (AttestError, LedgerError):
        pass  # by name: any other exception fails the test
    finally:
        WORLD.tx.exec_driver_sql("ROLLBACK TO SAVEPOINT trial")
        WORLD.tx.exec_driver_sql("RELEASE SAVEPOINT trial")
