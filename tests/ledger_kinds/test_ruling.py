"""Answers, decisions, appeals, ratings, lists; inspections."""

import pytest

from attest.errors import RoleError
from ledger.kinds import refusals
from ledger.store.master_rows import ListingRow, RecordRow
from support.kinds_world import HOST, TIME, World, refused

FACILITY = f"{HOST}/facility/a"


@pytest.fixture
def world() -> World:
    return World.town()


def inspect(world: World, facility: str = FACILITY, verdict: str = "conditional") -> int:
    record = world.plain(
        "inspection",
        "1",
        facility=facility,
        at=TIME,
        mode="site",
        checklist={"id": f"{HOST}/checklist/1", "version": "1"},
        verdict=verdict,
    )
    return world.say("inspector", "inspection", record)


def answer(world: World, who: str, kind: str, on: str) -> int:
    return world.say(who, kind, world.plain(kind, "1", on=on, at=TIME, text="done"))


def test_a_case_goes_from_inspection_to_appeal(world):
    inspect(world)
    answer(world, "a", "response", f"{HOST}/inspection/1")
    world.decide("1", f"{HOST}/inspection/1", "confirmed")
    answer(world, "a", "appeal", f"{HOST}/decision/1")
    concerned = {
        row.facility
        for row in world.rows(RecordRow)
        if row.kind in ("inspection", "response", "decision", "appeal")
    }
    assert concerned == {FACILITY}
    world.agree()


def test_answers_and_appeals_are_the_concerned_producer_s(world):
    inspect(world)
    world.suspect("v1", 1)
    world.decide("1", f"{HOST}/violation/v1", "confirmed")
    for kind, on in [
        ("response", f"{HOST}/inspection/1"),
        ("response", f"{HOST}/violation/v1"),
        ("appeal", f"{HOST}/decision/1"),
    ]:
        refused(world, refusals.ForeignRecordError, answer, world, "b", kind, on)


@pytest.mark.parametrize("on", [f"{HOST}/inspection/none", FACILITY])
def test_an_answer_needs_something_to_answer(world, on):
    refused(world, refusals.UnknownRecordError, answer, world, "a", "response", on)


def test_a_decision_is_on_something_in_the_log(world):
    refused(
        world, refusals.UnknownRecordError, world.decide, "1", f"{HOST}/violation/x", "closed"
    )


def test_a_decision_keeps_its_subject(world):
    world.suspect("v1", 1)
    world.suspect("v2", 2)
    world.decide("1", f"{HOST}/violation/v1", "dismissed")
    on = f"{HOST}/violation/v2"
    refused(world, refusals.IdTakenError, world.decide, "1", on, "confirmed")


@pytest.mark.parametrize("who", ["a", "inspector", "registrar", "box"])
def test_only_regulators_decide(world, who):
    record = world.plain("decision", "1", on=FACILITY, at=TIME, ruling="closed", reason="x")
    refused(world, RoleError, world.say, who, "decision", record)


def rate(world: World, *inputs: int) -> int:
    record = world.plain("rating", "1", facility=FACILITY, formula="1", points=86)
    record |= {"inputs": list(inputs), "proposed": "exemplary"}
    return world.say("regulator", "rating", record)


def test_a_rating_only_proposes_and_a_decision_lists(world):
    rate(world, 3, 4)
    assert world.rows(ListingRow) == []
    on = f"{HOST}/rating/1"
    listed = world.decide("1", on, "listed", list="exemplary", facility=FACILITY)
    assert [(row.list, row.entry) for row in world.rows(ListingRow)] == [("exemplary", listed)]
    world.decide("2", on, "unlisted", list="exemplary", facility=FACILITY)
    assert world.rows(ListingRow) == []


def test_a_rating_counts_only_what_is_in_the_log(world):
    refused(world, refusals.UnknownRecordError, rate, world, len(world.entries))


def test_an_inspection_is_of_premises_in_the_log(world):
    refused(world, refusals.UnknownRecordError, inspect, world, f"{HOST}/facility/none")
