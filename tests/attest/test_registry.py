"""Who may sign what, by index: the key entries folded."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest import key_record, payload, spell, statement
from attest.errors import (
    AttestError,
    ConflictError,
    IssuerError,
    KeyProofError,
    KeyRefusal,
    MalformedError,
    RuleError,
    UnknownKeyError,
    WeakKeyError,
)
from attest.registry import ROLES, Key, Registry
from support import vectors_registry as made
from support import vectors_said
from support.said import MAKER, ORIGIN, PARTY, ROOT, THIEF, Repeatable, b64, sign, uri

VECTORS = json.loads((vectors_said.FOLDER / "registry.json").read_text())
OFFICE, HOLDER = made.OFFICE, made.HOLDER


def keys_of(registry: Registry) -> list[Key]:
    return registry.keys()


def folded(*entries: statement.Statement) -> Registry:
    registry = Registry(ORIGIN)
    for index, one in enumerate(entries):
        registry.apply(index, one)
    return registry


@pytest.mark.parametrize("name", VECTORS)
def test_histories_end_as_the_vectors_say(name):
    registry = Registry(VECTORS[name]["origin"])
    for row in VECTORS[name]["entries"]:
        one = statement.parse(spell.parse_base64url(row["statement"]))
        fold = registry.apply if one.kind == "key" else registry.check
        if row["code"] is None:
            fold(row["index"], one)
            continue
        before = keys_of(registry)
        with pytest.raises(AttestError) as caught:
            fold(row["index"], one)
        assert caught.value.code == row["code"]
        assert keys_of(registry) == before
    known = [(k.holder, k.start, k.until, k.compromised_since) for k in keys_of(registry)]
    wanted = VECTORS[name]["keys"]
    assert known == [
        (row["holder"], row["from"], row["until"], row["compromisedSince"]) for row in wanted
    ]
    assert [list(k.entries) for k in keys_of(registry)] == [row["entries"] for row in wanted]
    assert [k.replaced for k in keys_of(registry)] == [row["replaced"] for row in wanted]


@pytest.mark.parametrize("name", VECTORS)
def test_a_keys_own_entries_are_enough_to_know_it(name):
    full = Registry(ORIGIN)
    sparse = {}
    for row in VECTORS[name]["entries"]:
        one = statement.parse(spell.parse_base64url(row["statement"]))
        if one.kind == "key" and row["code"] is None:
            full.apply(row["index"], one)
            sparse[row["index"]] = one
    for key in keys_of(full):
        few = Registry(ORIGIN)
        for index in key.entries:
            few.apply(index, sparse[index])
        assert few.get(key.kid) == key


def test_the_root_is_what_entry_0_enrolled():
    assert Registry(ORIGIN).root is None
    registry = folded(made.FOUNDING)
    assert registry.root == ROOT.key.kid
    assert registry.get(ROOT.key.kid).valid_at(0)


def test_a_log_has_one_root():
    registry = folded(made.FOUNDING)
    other = made.enrol(THIEF, THIEF, OFFICE, ["registrar"])
    with pytest.raises(ConflictError):
        registry.apply(0, other)
    assert registry.root == ROOT.key.kid


def test_the_proof_is_for_this_log_only():
    with pytest.raises(KeyProofError):
        Registry("other.example/log").apply(0, made.FOUNDING)


def test_a_founder_names_itself():
    with pytest.raises(IssuerError):
        folded(made.enrol(ROOT, ROOT, OFFICE, ["registrar"], iss=HOLDER))


def test_only_key_entries_are_folded():
    with pytest.raises(RuleError):
        folded(sign(ROOT, OFFICE, PARTY))


def test_the_first_entry_must_enrol():
    with pytest.raises(UnknownKeyError):
        folded(made.revoke(ROOT, OFFICE, ROOT.key.kid))


def test_a_registry_can_be_put_together_from_its_keys():
    full = folded(made.FOUNDING, made.enrol(ROOT, MAKER, HOLDER, ["producer"]))
    again = Registry(ORIGIN, full.keys())
    again.apply(2, made.revoke(ROOT, OFFICE, MAKER.key.kid, 2))
    assert again.get(MAKER.key.kid).until == 2
    assert again.get(MAKER.key.kid).doubtful_at(2)
    assert not again.get(MAKER.key.kid).doubtful_at(1)
    assert not again.get(ROOT.key.kid).doubtful_at(2)


def test_an_ended_key_can_still_be_called_stolen():
    registry = folded(
        made.FOUNDING,
        made.enrol(ROOT, MAKER, HOLDER, ["producer"]),
        made.rotate(MAKER, made.NEXT, HOLDER),
        made.revoke(ROOT, OFFICE, MAKER.key.kid, 2),
        made.revoke(ROOT, OFFICE, MAKER.key.kid, 1),
        made.revoke(ROOT, OFFICE, MAKER.key.kid, 3),
    )
    old, new = registry.get(MAKER.key.kid), registry.get(made.NEXT.key.kid)
    assert (old.until, old.compromised_since) == (2, 1)
    assert (new.until, new.compromised_since) == (3, None)


def test_a_stolen_root_takes_all_its_keys_with_it():
    registry = folded(
        made.FOUNDING,
        made.enrol(ROOT, made.SECOND, OFFICE, ["registrar"]),
        made.enrol(made.SECOND, MAKER, HOLDER, ["producer"]),
        made.revoke(ROOT, OFFICE, ROOT.key.kid, 0),
    )
    assert [key.until for key in keys_of(registry)] == [3, 3, 3]


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        ("registrar", "party"),
        ("producer", "activation"),
        ("worker", "diary"),
        ("laboratory", "labtest"),
        ("printer", "roll"),
        ("inspector", "rapidtest"),
        ("regulator", "decision"),
        ("helper", "visit"),
        ("camera", "footage"),
        ("server", "scans"),
    ],
)
def test_each_role_may_sign_its_kinds_and_not_the_others(role, kind):
    assert kind in ROLES[role]
    assert {"key", "permit", "correction"} <= ROLES[role]
    holder = uri("party/someone")
    registry = folded(made.FOUNDING, made.enrol(ROOT, MAKER, holder, [role]))
    every = frozenset().union(*ROLES.values())
    for each in sorted(every - {"key"}):
        one = sign(MAKER, holder, PARTY, kind=each)
        if each in ROLES[role]:
            assert registry.check(2, one).holder == holder
        else:
            with pytest.raises(KeyRefusal):
                registry.check(2, one)


SIGNERS = [ROOT, MAKER, THIEF, made.SECOND, made.NEXT, made.LAB]


@st.composite
def random_entries(draw: st.DrawFn) -> list[statement.Statement]:
    """Key entries by anybody about anybody: most are refused, some are not."""
    entries = [made.FOUNDING]
    holders = {}
    for index in range(1, draw(st.integers(2, 12))):
        known = [ROOT, *(s for s in SIGNERS if s.key.kid in holders)]
        signer, new = draw(st.sampled_from(known)), draw(st.sampled_from(SIGNERS))
        iss = holders.get(signer.key.kid, OFFICE)
        action = draw(st.sampled_from(["enrol", "enrol", "rotate", "revoke", "stolen"]))
        if action == "enrol":
            holder = draw(st.sampled_from([OFFICE, HOLDER]))
            roles = draw(st.sampled_from([["registrar"], ["producer"]]))
            consent = draw(st.sampled_from([None, *known]))
            entries.append(made.enrol(signer, new, holder, roles, iss=iss, consent=consent))
            holders.setdefault(new.key.kid, holder)
        elif action == "rotate":
            entries.append(made.rotate(signer, new, iss))
            holders.setdefault(new.key.kid, iss)
        else:
            since = draw(st.integers(0, index)) if action == "stolen" else None
            entries.append(made.revoke(signer, iss, new.key.kid, since))
    return entries


@given(random_entries())
def test_laws_of_the_fold_hold_in_any_history(entries):
    registry, taken = Registry(ORIGIN), {}
    for index, one in enumerate(entries):
        before = keys_of(registry)
        try:
            registry.apply(index, one)
        except AttestError:
            assert keys_of(registry) == before  # a refusal has no effect
            continue
        taken[index] = one
        for old in before:  # no key comes back, begins anew or loses its past
            now = registry.get(old.kid)
            assert (now.start, now.key, now.holder) == (old.start, old.key, old.holder)
            assert old.until is None or now.until == old.until
            assert set(old.entries) <= set(now.entries)
    for key in keys_of(registry):  # and what a dossier carries is enough
        few = Registry(ORIGIN)
        for index in key.entries:
            few.apply(index, taken[index])
        assert few.get(key.kid) == key


ENROL = payload.parse(made.enrol(ROOT, MAKER, HOLDER, ["producer"], name="Office").payload)
ROTATE = payload.parse(made.rotate(MAKER, made.NEXT, HOLDER).payload)
REVOKE = payload.parse(made.revoke(ROOT, OFFICE, MAKER.key.kid, 3).payload)


@pytest.mark.parametrize(
    "record",
    [
        ENROL,
        ENROL | {"consent": ENROL["proof"], "reason": "new phone", "example:note": [1]},
        ROTATE,
        ROTATE | {"nguon:evidence": []},
        REVOKE,
        REVOKE | {"reason": "lost"},
    ],
)
def test_key_records_print_back(record):
    assert key_record.parse(record).record() == record


def without(record: dict, name: str) -> dict:
    return {k: v for k, v in record.items() if k != name}


@pytest.mark.parametrize(
    ("record", "refusal"),
    [
        pytest.param({}, MalformedError, id="empty"),
        pytest.param(ENROL | {"type": "party"}, MalformedError, id="another type"),
        pytest.param(ENROL | {"action": "renew"}, MalformedError, id="another action"),
        pytest.param(ENROL | {"action": ["enrol"]}, MalformedError, id="action is a list"),
        pytest.param(without(ENROL, "proof"), MalformedError, id="no proof"),
        pytest.param(without(ENROL, "place"), MalformedError, id="no place"),
        pytest.param(ENROL | {"compromisedSince": 1}, MalformedError, id="member of revoke"),
        pytest.param(ENROL | {"until": 9}, MalformedError, id="foreign member"),
        pytest.param(ROTATE | {"holder": HOLDER}, MalformedError, id="rotate with a holder"),
        pytest.param(REVOKE | {"roles": []}, MalformedError, id="revoke with roles"),
        pytest.param(REVOKE | {"a:b": 1}, MalformedError, id="revoke with a prefix"),
        pytest.param(REVOKE | {"compromisedSince": None}, MalformedError, id="since null"),
        pytest.param(REVOKE | {"compromisedSince": -1}, MalformedError, id="since negative"),
        pytest.param(REVOKE | {"compromisedSince": 1.5}, MalformedError, id="since a fraction"),
        pytest.param(REVOKE | {"compromisedSince": True}, MalformedError, id="since true"),
        pytest.param(REVOKE | {"reason": ""}, MalformedError, id="empty reason"),
        pytest.param(REVOKE | {"kid": "AAAA"}, MalformedError, id="short kid"),
        pytest.param(REVOKE | {"kid": 5}, MalformedError, id="kid is a number"),
        pytest.param(REVOKE | {"kid": REVOKE["kid"] + "="}, MalformedError, id="padding"),
        pytest.param(ENROL | {"kid": REVOKE["kid"][::-1]}, MalformedError, id="not the kid"),
        pytest.param(ENROL | {"kid": b64(THIEF.key.kid)}, MalformedError, id="another kid"),
        pytest.param(ENROL | {"key": b64(b"\xa0")}, MalformedError, id="no key"),
        pytest.param(ENROL | {"proof": b64(bytes(63))}, MalformedError, id="short proof"),
        pytest.param(ENROL | {"consent": b64(bytes(65))}, MalformedError, id="long consent"),
        pytest.param(ENROL | {"holder": "maker"}, MalformedError, id="holder is no URI"),
        pytest.param(ENROL | {"roles": []}, MalformedError, id="no role"),
        pytest.param(ENROL | {"roles": "producer"}, MalformedError, id="roles is a text"),
        pytest.param(ENROL | {"roles": ["king"]}, MalformedError, id="unknown role"),
        pytest.param(ENROL | {"roles": [["producer"]]}, MalformedError, id="role is a list"),
        pytest.param(
            ENROL | {"roles": ["producer", "producer"]}, MalformedError, id="role twice"
        ),
        pytest.param(
            ENROL | {"key": b64(bytes.fromhex("a3010120062158200100") + bytes(30))},
            WeakKeyError,
            id="key of order 1",
        ),
    ],
)
def test_other_key_records_are_refused(record, refusal):
    with pytest.raises(refusal):
        key_record.parse(record)


def test_an_unknown_kid_is_no_key():
    assert folded(made.FOUNDING).get(MAKER.key.kid) is None


def test_keys_of_many_holders_do_not_meet():
    registry = folded(made.FOUNDING)
    for index in range(1, 5):
        new = Repeatable(f"holder {index}")
        registry.apply(index, made.enrol(ROOT, new, uri(f"party/{index}"), ["producer"]))
    assert not any(key.replaced for key in keys_of(registry))
