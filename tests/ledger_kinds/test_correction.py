"""Corrections: nothing is edited, the wrong effect ends, the right one begins."""

from typing import Any

import pytest

from ledger.kinds import refusals
from ledger.store.lot_rows import EventRow, LotRow
from ledger.store.stamp_rows import RangeRow
from support.kinds_world import HOST, B, World, document, refused


@pytest.fixture
def world() -> World:
    return World.town()


def event_of(world: World, index: int) -> dict[str, Any]:
    return dict(world.entries[index].record["epcisBody"]["eventList"][0])


def correction(wrong: dict[str, Any], *right: dict[str, Any]) -> dict[str, Any]:
    declared: dict[str, Any] = {"declarationTime": "2026-11-19T08:00:00+07:00"}
    declared["reason"] = "incorrect_data" if right else "did_not_occur"
    if right:
        declared["correctiveEventIDs"] = [event["eventID"] for event in right]
    return document({**wrong, "errorDeclaration": declared}, *right)


def correct(world: World, who: str, wrong: dict[str, Any], *right: dict[str, Any]) -> int:
    record = correction(wrong, *right)
    return world.say(who, "correction", record)


def lot_row(world: World, uri: str) -> Any:
    return next(row for row in world.rows(LotRow) if row.uri == uri)


def bound(world: World) -> tuple[str, str, int]:
    """Bind ten stamps to the wrong of two lots; return both lots and the entry."""
    wrong, right = world.ready_lot("L1"), world.ready_lot("L2")
    world.roll(1)
    return wrong, right, world.activate(1, 0, 9, wrong)


def test_a_wrong_binding_is_replaced_and_both_stay_visible(world):
    wrong, right, entry = bound(world)
    at = correct(world, "a", event_of(world, entry), world.activation(1, 0, 9, right))
    ranges = [(row.entry, row.lot, row.corrected) for row in world.rows(RangeRow)]
    assert ranges == [(entry, wrong, at), (at, right, None)]
    assert (lot_row(world, wrong).stamps, lot_row(world, right).stamps) == (0, 10)
    world.agree()


def test_a_binding_that_never_was_frees_its_stamps(world):
    _, right, entry = bound(world)
    correct(world, "a", event_of(world, entry))
    world.activate(1, 5, 9, right)
    world.agree()


def test_stamps_that_became_void_meanwhile_stay_void(world):
    wrong, right, entry = bound(world)
    world.void(1, 0, 4)
    again = world.activation(1, 0, 9, right)
    refused(
        world, refusals.RangeOverlapError, correct, world, "a", event_of(world, entry), again
    )
    correct(world, "a", event_of(world, entry), world.activation(1, 5, 9, right))
    assert (lot_row(world, wrong).stamps, lot_row(world, right).stamps) == (0, 5)
    world.agree()


def test_a_corrective_event_that_is_refused_leaves_the_wrong_one_in_force(world):
    wrong, right, entry = bound(world)
    too_many = world.activation(1, 0, 200, right)
    refused(
        world,
        refusals.TooManyStampsError,
        correct,
        world,
        "a",
        event_of(world, entry),
        too_many,
    )
    assert lot_row(world, wrong).stamps == 10


def test_a_binding_stands_once_its_lot_was_shipped(world):
    wrong, right, entry = bound(world)
    world.ship(wrong, B)
    again = world.activation(1, 0, 9, right)
    refused(world, refusals.TooLateError, correct, world, "a", event_of(world, entry), again)
    world.void(1, 0, 9)


def test_a_shipment_that_never_was_gives_the_time_back(world):
    wrong, right, entry = bound(world)
    shipped = world.ship(wrong, B)
    correct(world, "a", event_of(world, shipped))
    assert lot_row(world, wrong).shipped is None
    correct(world, "a", event_of(world, entry), world.activation(1, 0, 9, right))
    world.agree()


def test_a_binding_stands_once_scans_were_published_after_it(world):
    digest = {
        "day": "2026-11-18",
        "count": 0,
        "root": "uU0nuZNNPgilLlLX2n2r-sSE7-N6U4DukIj3rOLvzek",
    }
    world.say("server", "scans", world.plain("scans", "2026-11-17", **digest))
    _, right, entry = bound(world)
    again = world.activation(1, 0, 9, right)
    world.say("server", "scans", world.plain("scans", "2026-11-18", **digest))
    refused(world, refusals.TooLateError, correct, world, "a", event_of(world, entry), again)


def test_packs_are_counted_anew(world):
    sauce = world.ready_lot("L1", packs=100)
    packed = next(i for i, said in enumerate(world.entries) if said.kind == "packaging")
    wrong = event_of(world, packed)
    right = {**wrong, "eventID": "urn:uuid:00000000-0000-4000-8000-00000000aaaa"}
    right["outputQuantityList"] = [{"epcClass": sauce, "quantity": 90}]
    right["ilmd"] = {"cbvmda:bestBeforeDate": "2028-11-18"}
    at = correct(world, "a", wrong, right)
    row = lot_row(world, sauce)
    assert (row.packs, row.packed, row.position, row.best_before) == (90, at, 1, "2028-11-18")
    world.roll(1)
    refused(world, refusals.TooManyStampsError, world.activate, 1, 0, 90, sauce)
    world.activate(1, 0, 89, sauce)
    world.agree()


def test_a_corrected_test_no_longer_releases(world):
    sauce = world.ready_lot("L1")
    world.roll(1)
    tested = next(i for i, said in enumerate(world.entries) if said.kind == "labtest")
    wrong = event_of(world, tested)
    right = {**wrong, "eventID": "urn:uuid:00000000-0000-4000-8000-00000000aaaa"}
    right["disposition"] = "non_conformant"
    at = correct(world, "lab", wrong, right)
    refused(world, refusals.NotReleasedError, world.activate, 1, 0, 9, sauce)
    row = next(row for row in world.rows(EventRow) if row.entry == at)
    assert (row.kind, row.position, row.corrected) == ("labtest", 1, None)


def test_everybody_corrects_their_own_alone(world):
    _, right, entry = bound(world)
    again = world.activation(1, 0, 9, right)
    for who in ("b", "worker", "regulator", "registrar"):
        refused(
            world,
            refusals.ForeignEventError,
            correct,
            world,
            who,
            event_of(world, entry),
            again,
        )


def test_an_event_is_corrected_once(world):
    _, right, entry = bound(world)
    wrong = event_of(world, entry)
    at = correct(world, "a", wrong, world.activation(1, 0, 9, right))
    refused(world, refusals.CorrectedError, correct, world, "a", wrong)
    second = dict(world.entries[at].record["epcisBody"]["eventList"][1])
    correct(world, "a", second, world.activation(1, 0, 8, right))
    assert [row.corrected is None for row in world.rows(RangeRow)] == [False, False, True]
    world.agree()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"eventTime": "2026-11-18T10:00:01+07:00"}, id="a second later"),
        pytest.param({"nguon:first": 1}, id="another stamp"),
        pytest.param({"nguon:note": "added"}, id="a member more"),
    ],
)
def test_the_copy_is_the_event_as_it_was(world, change):
    _, _, entry = bound(world)
    altered = {**event_of(world, entry), **change}
    refused(world, refusals.AlteredCopyError, correct, world, "a", altered)


def test_what_is_not_in_the_log_cannot_be_corrected(world):
    sauce = world.ready_lot()
    event = world.activation(1, 0, 9, sauce)
    refused(world, refusals.UnknownEventError, correct, world, "a", event)


@pytest.mark.parametrize("kind", ["roll", "void", "hold", "recall", "release", "footage"])
def test_what_has_another_way_back_is_not_corrected(world, kind):
    sauce = world.ready_lot()
    signer = {"roll": "printer", "void": "a", "footage": "box"}.get(kind, "regulator")
    entry = world.roll(1)
    if kind == "void":
        entry = world.void(1, 0, 3)
    elif kind == "footage":
        entry = world.say("box", "footage", world.minute(0), seen=True)
    elif kind != "roll":
        entry = world.mark(kind, sauce)
    wrong = event_of(world, entry)
    refused(world, refusals.NotCorrectableError, correct, world, signer, wrong)


def test_the_subject_of_a_correction_is_that_of_the_original(world):
    _, _, entry = bound(world)
    record = correction(event_of(world, entry))
    said = world.sign("a", "correction", record, sub=f"{HOST}/roll/9")
    refused(world, refusals.SubjectError, world.fold, said)
