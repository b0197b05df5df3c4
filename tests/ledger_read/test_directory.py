"""What the log knows of premises, products, papers, rulings; and which events it has."""

import pytest

from ledger.read import directory, events
from support.kinds_world import HOST, SAUCE, TIME, A, B, World, cid, document

FACILITY = f"{HOST}/facility/a"


@pytest.fixture
def world() -> World:
    return World.town()


def test_premises_products_and_cameras_are_listed_by_whose_they_are(world):
    tx = world.tx
    assert [row.id for row in directory.facilities(tx, A)] == [FACILITY]
    assert len(directory.facilities(tx)) == 2
    assert {row.kind for row in directory.zones(tx, FACILITY)} == {"raw", "process", "pack"}
    assert directory.product_of_gtin(tx, "09521000001015") == directory.product(tx, SAUCE)
    assert {row.maker for row in directory.products(tx, B)} == {B}
    assert [row.id for row in directory.cameras(tx, FACILITY)] == [f"{HOST}/camera/cam-1"]
    world.camera("cam-1", f"{HOST}/zone/a-process", f"{HOST}/node/a", action="DELETE")
    assert directory.cameras(tx) == []
    assert not directory.camera(tx, f"{HOST}/camera/cam-1").up
    assert directory.party(tx, A).name == "a"
    assert directory.facility(tx, FACILITY).producer == A
    assert directory.party(tx, FACILITY) is None


def test_a_confirmed_paper_hides_the_same_one_as_submitted(world):
    members = {"about": SAUCE, "scheme": "OCOP", "from": "2026-03-01", "issuer": "x"}
    first = world.plain("certificate", "1", **members)
    world.say("a", "certificate", first)
    world.say("a", "certificate", world.plain("certificate", "2", **members))
    world.say("regulator", "certificate", first)
    shown = [(row.id[-1], row.confirmed) for row in directory.papers(world.tx, [SAUCE])]
    assert shown == [("2", False), ("1", True)]


def test_the_public_sees_confirmed_suspicions_and_a_number_of_the_old_open_ones(world):
    world.suspect("v1", 1)
    world.suspect("v2", 2)
    assert directory.violations(world.tx, FACILITY) == []
    assert directory.open_violations(world.tx, FACILITY, 2**50) == 2
    assert directory.open_violations(world.tx, FACILITY, 0) == 0
    world.decide("1", f"{HOST}/violation/v1", "confirmed")
    assert [row.id[-2:] for row in directory.violations(world.tx, FACILITY)] == ["v1"]
    states = [directory.sealed_blob_is_public(world.tx, cid(n)) for n in (1, 2, 3)]
    assert states == [True, False, None]


def test_records_are_found_by_what_they_are_about_and_by_facility(world):
    record = world.plain("inspection", "1", facility=FACILITY, at=TIME, mode="site")
    record |= {"checklist": {"id": f"{HOST}/c", "version": "1"}, "verdict": "pass"}
    world.say("inspector", "inspection", record)
    listed = {"list": "sunshine", "facility": FACILITY, "until": "2027-11-01"}
    decided = world.decide("1", f"{HOST}/inspection/1", "listed", **listed)
    (newest,) = directory.of_facility(world.tx, "inspection", FACILITY)
    assert (newest.state, newest.about) == ("pass", FACILITY)
    assert directory.record(world.tx, newest.id) == [newest]
    assert directory.records(world.tx, "inspection", [FACILITY, A]) == [newest]
    assert directory.listings(world.tx, FACILITY) == [("sunshine", decided, "2027-11-01")]


def test_events_are_found_by_the_query_s_parameters(world):
    sauce = world.ready_lot()
    world.ship(sauce, B)
    world.say("box", "footage", world.minute(0), seen=True)

    def kinds(**asked) -> list[str]:
        return [found.kind for found in events.find(world.tx, events.Query(**asked))]

    assert kinds(event_type="TransformationEvent") == ["processing", "packaging"]
    assert kinds(eq_biz_step="shipping") == ["shipment"]
    assert kinds(eq_disposition="conformant") == ["labtest"]
    assert kinds(eq_read_point=FACILITY) == ["shipment"]
    assert kinds(match_epc_class=sauce) == ["packaging", "shipment"]
    assert kinds(eq_device_id=f"{HOST}/camera/cam-1") == ["footage"]
    assert kinds(eq_biz_location=FACILITY) == []
    assert kinds(ge_event_time=2**50) == []
    assert len(kinds(lt_event_time=2**50)) == 6


def test_pages_of_events_go_on_behind_the_last(world):
    world.ready_lot()
    everything = events.find(world.tx, events.Query())
    first = events.find(world.tx, events.Query(), most=2)
    after = (first[-1].entry, first[-1].position)
    assert first + events.find(world.tx, events.Query(), after) == everything


def test_an_event_is_found_by_its_id(world):
    event = world.event(
        action="OBSERVE",
        bizStep=f"{HOST}/p#mix",
        quantityList=[{"epcClass": f"{HOST}/lot/1"}],
    )
    at = world.say("a", "diary", document(event))
    found = events.by_id(world.tx, event["eventID"])
    assert (found.entry, found.kind) == (at, "diary")
    assert events.by_id(world.tx, "urn:uuid:0") is None
