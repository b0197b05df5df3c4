"""A dossier that is put together holds all that a stranger asks for, at its checkpoint."""

from attest import dossier
from support import coop
from support.coop import OFFICE, WORKER
from support.judging import judge
from support.said import ROOT
from support.vectors_registry import revoke


def test_keys_are_as_of_the_checkpoint_though_the_registry_is_ahead():
    story = coop.coop()
    log = story.log()  # published before the worker's phone was stolen
    worker = coop.SIGNERS[WORKER].key.kid
    story.add(revoke(ROOT, OFFICE, worker, story.find("packaging")))
    assert max(story.registry.get(worker).entries) == log.size()
    story.entries.pop()
    shown = story.dossier(log=log)
    assert max(shown.keys[worker]) < log.size()
    assert judge(shown).result == "held"


def test_a_key_entry_brings_the_keys_that_it_speaks_of():
    story = coop.coop()
    story.add(revoke(ROOT, OFFICE, coop.SIGNERS[WORKER].key.kid, 1))
    shown = story.dossier()
    assert judge(shown).result == "held"
    assert len(story.entries) - 1 in shown.entries


def test_what_only_the_server_says_is_marked_so():
    shown = coop.coop().dossier(lot={"coverage": 97, "rating": None}, summary=lambda *_: None)
    assert shown.record()["lot"]["coverage"] == {"value": 97, "by": "server"}
    assert shown.record()["lot"]["rating"] is None
    assert all(moment.summary is None for moment in shown.timeline)
    assert dossier.parse(shown.to_bytes()) == shown
