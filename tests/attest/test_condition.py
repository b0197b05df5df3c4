"""The state of a stamp follows from its entries, and is never bettered."""

import pytest

from support import coop, coop_troubles
from support.coop import COOP, NOW_MS, OTHER, REGULATOR, WORKER
from support.judging import judge, rebuilt
from support.said import uri


@pytest.mark.parametrize(
    ("marks", "state"),
    [
        (["hold nguon:hold"], "hold"),
        (["hold nguon:hold", "release nguon:hold"], "active"),
        (["release nguon:hold", "hold nguon:hold"], "hold"),
        (["recall recalled", "release nguon:hold"], "recalled"),
        (["recall recalled", "release recalled"], "active"),
        (["hold nguon:hold", "recall recalled", "release nguon:hold"], "recalled"),
    ],
    ids=" then ".join,
)
def test_holds_recalls_and_releases_are_read_in_order(marks, state):
    verdict = judge(coop_troubles.told(coop_troubles.marked(*marks)))
    assert (verdict.result, verdict.state) == ("held", state)


def test_the_maker_may_recall_and_another_maker_may_not():
    for by, state in ((COOP, "recalled"), (OTHER, "active")):
        story = coop.coop()
        story.tell(by, "recall", coop.marking(31, set=["recalled"]))
        assert judge(coop_troubles.told(story)).state == state


def test_a_recall_of_another_lot_is_not_of_this_stamp():
    story = coop.coop()
    story.tell(REGULATOR, "recall", coop.marking(31, lot=uri("lot/other"), set=["recalled"]))
    log = story.log()
    shown = story.dossier(log=log)
    assert judge(shown).state == "active"
    assert story.find("recall") not in {moment.index for moment in shown.timeline}


def test_a_void_range_holds_its_own_stamps_only():
    story = coop_troubles.voided(COOP)
    assert judge(coop_troubles.told(story, 5)).state == "void"
    assert judge(coop_troubles.told(story, 6)).state == "active"
    assert judge(coop_troubles.told(story, 4, "inactive", activated=False)).state == "void"


def test_a_state_is_never_bettered():
    for told in ("suspicious", "expired", "void", "hold", "recalled"):
        assert judge(coop_troubles.told(coop.coop(), state=told)).state == told


def test_without_an_expiry_the_best_before_date_counts_and_without_either_none():
    far = NOW_MS + 10**12
    story = coop.Story()
    coop.master(story)
    story.tell(coop.PRINTER, "roll", coop.rolled(story.tree.root(story.key)), sub=coop.ROLL_URI)
    pack = coop.packaging()
    del pack["ilmd"]["cbvmda:itemExpirationDate"]
    story.tell(WORKER, "packaging", pack)
    story.tell(COOP, "activation", coop.activation(), sub=coop.ROLL_URI)
    assert judge(coop_troubles.told(story), now_ms=far).state == "expired"
    bare = coop.Story()
    coop.master(bare)
    bare.tell(coop.PRINTER, "roll", coop.rolled(bare.tree.root(bare.key)), sub=coop.ROLL_URI)
    pack = coop.packaging()
    del pack["ilmd"]
    bare.tell(WORKER, "packaging", pack)
    bare.tell(COOP, "activation", coop.activation(), sub=coop.ROLL_URI)
    assert judge(coop_troubles.told(bare), now_ms=far).state == "active"


def test_days_that_are_not_said_do_not_pass():
    story = rebuilt({"ilmd": {"cbvmda:lotNumber": "L26-11"}}, "packaging")
    assert judge(coop_troubles.told(story), now_ms=NOW_MS + 10**12).state == "active"
