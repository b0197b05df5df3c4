"""Keys in the rows are those of the registry, after every kind of key record."""

import pytest

from attest import registry, spell
from attest.errors import IssuerError, KeyEndedError, RoleError, UnknownKeyError
from ledger.kinds import refusals
from ledger.store.master_rows import KeyRow
from support.kinds_world import HOST, ORIGIN, PLACE, A, World, bulk, document, refused


@pytest.fixture
def world() -> World:
    return World.town()


def diary(world: World) -> dict:
    zone = {"id": f"{HOST}/zone/a-process"}
    event = world.object_event([bulk("x")], "OBSERVE", f"{HOST}/p#mix", readPoint=zone)
    return document(event)


def rotate(world: World, old: str, new: str) -> int:
    key = world.key(new).key
    message = registry.key_proof_message(ORIGIN, A, key.kid, world.key(old).key.kid)
    record = {
        "type": "key",
        "id": f"{HOST}/key/{new}",
        "action": "rotate",
        "kid": spell.base64url(key.kid),
        "key": spell.base64url(key.cose),
        "proof": spell.base64url(world.key(new).sign(message)),
    }
    return world.say(old, "key", record)


def revoke(world: World, who: str, name: str, since: int | None = None) -> int:
    record = {
        "type": "key",
        "id": f"{HOST}/key/end-{name}",
        "action": "revoke",
        "kid": spell.base64url(world.key(name).key.kid),
    }
    if since is not None:
        record["compromisedSince"] = since
    return world.say(who, "key", record)


def test_a_rotated_key_ends_and_the_new_one_speaks(world):
    at = rotate(world, "a", "a-new")
    refused(world, KeyEndedError, world.say, "a", "diary", diary(world))
    world.say("a-new", "diary", diary(world))
    rows = {row.kid: row for row in world.rows(KeyRow)}
    assert rows[world.key("a").key.kid].until == at
    assert rows[world.key("a-new").key.kid].start == at
    world.agree()


def test_a_revocation_ends_what_a_thief_brought_in(world):
    since = len(world.entries)
    rotate(world, "a", "thief")
    at = revoke(world, "registrar", "a", since)
    rows = {row.kid: row for row in world.rows(KeyRow)}
    assert rows[world.key("thief").key.kid].until == at
    assert rows[world.key("a").key.kid].compromised_since == since
    refused(world, KeyEndedError, world.say, "thief", "diary", diary(world))
    world.agree()


def test_a_key_refusal_leaves_rows_and_registry_as_they_were(world):
    before = world.registry.keys()
    refused(world, RoleError, revoke, world, "b", "a")
    assert world.registry.keys() == before


def test_a_stranger_a_foreign_role_and_another_s_name_are_refused(world):
    record = diary(world)
    said = world.sign("a", "diary", record, iss=f"{HOST}/party/shrimp-b")
    refused(world, IssuerError, world.fold, said)
    refused(world, RoleError, world.say, "lab", "diary", record)
    stranger = world.sign("a", "diary", record)
    world.registry = registry.Registry(ORIGIN)
    refused(world, UnknownKeyError, world.fold, stranger)


def test_a_replacement_without_consent_is_marked(world):
    world.enrol("a-second", A, ["producer"])
    rows = {row.kid: row for row in world.rows(KeyRow)}
    assert rows[world.key("a-second").key.kid].replaced
    world.agree()


def test_an_office_that_prints_for_itself_may_void_both_ways(world):
    world.enrol("both", A, ["producer", "printer"], PLACE)
    world.roll(1)
    world.void(1, 0, 1, who="both")
    world.roll(2, product=None, producer=f"{HOST}/party/shrimp-b")
    refused(world, refusals.ForeignRollError, world.void, 2, 0, 1, who="both")
