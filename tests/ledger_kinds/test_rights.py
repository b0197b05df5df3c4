"""Whose things a producer or worker may speak of."""

import pytest

from attest.errors import RoleError
from attest.kinds.refusals import RecordError, UnknownKindError
from ledger.errors import NotLoggedError
from ledger.kinds import refusals
from ledger.store.lot_rows import BalanceRow, EventRow, LotRow
from ledger.store.master_rows import FacilityRow, RecordRow
from support.kinds_world import (
    HOST,
    PLACE,
    SAUCE,
    A,
    B,
    World,
    bulk,
    document,
    lot,
    refused,
)


@pytest.fixture
def world() -> World:
    return World.town()


def diary(world: World, zone: str, *lots: str, **more) -> dict:
    about = {"readPoint": {"id": f"{HOST}/zone/{zone}"}, **more}
    if lots:
        return document(world.object_event(list(lots), "OBSERVE", f"{HOST}/p#mix", **about))
    report = [{"sensorReport": [{"type": "nguon:clean", "booleanValue": True}]}]
    step = f"{HOST}/p#clean"
    return document(
        world.event(action="OBSERVE", bizStep=step, sensorElementList=report, **about)
    )


def accept(world: World, who: str, uri: str, source: str, **more) -> int:
    event = world.object_event(
        [(uri, 100, "KGM")],
        "OBSERVE",
        "receiving",
        readPoint={"id": f"{HOST}/zone/{'a' if who == 'worker' else who}-raw"},
        sourceList=[{"type": "possessing_party", "source": source}],
        **more,
    )
    return world.say(who, "acceptance", document(event))


@pytest.mark.parametrize("who", ["a", "worker"])
def test_producers_and_their_workers_speak_of_their_own_premises(world, who):
    world.say(who, "diary", diary(world, "a-process", bulk("mash")))
    world.say(who, "diary", diary(world, "a-process"))
    assert [row.producer for row in world.rows(EventRow)[-2:]] == [A, A]
    world.agree()


@pytest.mark.parametrize("who", ["a", "worker"])
@pytest.mark.parametrize(
    "more",
    [
        pytest.param({}, id="zone"),
        pytest.param({"readPoint": {"id": f"{HOST}/facility/b"}}, id="facility"),
        pytest.param(
            {
                "readPoint": {"id": f"{HOST}/zone/a-raw"},
                "bizLocation": {"id": f"{HOST}/facility/b"},
            },
            id="business location",
        ),
    ],
)
def test_another_producer_s_premises_are_refused(world, who, more):
    record = diary(world, "b-process", bulk("mash"), **more)
    refused(world, refusals.ForeignFacilityError, world.say, who, "diary", record)


def test_a_business_location_without_an_entry_is_refused(world):
    record = diary(world, "a-raw", bulk("x"), bizLocation={"id": f"{HOST}/facility/none"})
    refused(world, refusals.UnknownRecordError, world.say, "a", "diary", record)


def test_a_worker_whose_place_is_no_facility_speaks_for_nobody(world):
    world.enrol("drifter", "urn:uuid:7f2d8c1e-0000-4000-8000-000000000008", ["worker"], PLACE)
    record = diary(world, "a-process", bulk("mash"))
    refused(world, refusals.ForeignFacilityError, world.say, "drifter", "diary", record)


def test_another_producer_s_lot_is_refused_until_it_is_shipped(world):
    world.make("a", "processing", [(bulk("raw"), 9, "KGM")], [(bulk("mash"), 9, "KGM")])
    record = diary(world, "b-process", bulk("mash"))
    refused(world, refusals.ForeignLotError, world.say, "b", "diary", record)
    accept(world, "b", bulk("mash"), A)
    refused(world, refusals.ForeignLotError, world.say, "b", "diary", record)
    world.ship(bulk("mash"), f"{HOST}/facility/b")
    world.say("b", "diary", record)
    world.agree()


def test_a_shipped_lot_cannot_be_made_by_its_receiver(world):
    sauce = world.ready_lot()
    world.ship(sauce, B)
    with_inputs = ([(bulk("x"), 1, "LTR")], [(sauce, 10, None)])
    refused(world, refusals.ForeignLotError, world.make, "b", "packaging", *with_inputs)


def test_goods_of_a_supplier_without_a_key_are_the_receiver_s_to_use(world):
    accept(world, "worker", bulk("anchovy"), f"{HOST}/party/boat")
    foreign = ([(bulk("anchovy"), 1, "KGM")], [(bulk("b-mash"), 1, "KGM")])
    refused(world, refusals.ForeignLotError, world.make, "b", "processing", *foreign)
    world.make("a", "processing", [(bulk("anchovy"), 9, "KGM")], [(bulk("mash"), 9, "KGM")])
    owners = {row.uri: row.owner for row in world.rows(LotRow)}
    assert owners == {bulk("anchovy"): None, bulk("mash"): A}


def test_a_load_that_was_sent_back_gives_no_right(world):
    accept(world, "a", bulk("warm"), f"{HOST}/party/boat", disposition="non_conformant")
    accept(world, "b", bulk("warm"), f"{HOST}/party/boat")
    use = ([(bulk("warm"), 1, "KGM")], [(bulk("mash"), 1, "KGM")])
    refused(world, refusals.ForeignLotError, world.make, "a", "processing", *use)


def test_a_lot_of_a_product_without_an_entry_is_refused(world):
    unknown = "https://id.gs1.org/01/09521000003019/10/W1"
    out = ([(bulk("x"), 1, "LTR")], [(unknown, 10, None)])
    refused(world, refusals.UnknownRecordError, world.make, "a", "packaging", *out)


def test_another_maker_s_gtin_cannot_be_packed(world):
    out = ([(bulk("x"), 1, "LTR")], [(lot(SAUCE, "FAKE"), 10, None)])
    refused(world, refusals.ForeignLotError, world.make, "b", "packaging", *out)


def test_a_laboratory_may_name_any_lot_and_owns_none(world):
    world.test(bulk("anything"))
    assert [row.owner for row in world.rows(LotRow)] == [None]
    world.say("a", "diary", diary(world, "a-process", bulk("anything")))
    assert [row.owner for row in world.rows(LotRow)] == [A]


def test_more_output_than_input_is_kept_as_an_alarm(world):
    world.make("a", "processing", [(bulk("raw"), 500, "KGM")], [(bulk("mash"), 0.6, "TNE")])
    world.make("a", "processing", [(bulk("mash"), 0.3, "TNE")], [(bulk("m2"), 300, "KGM")])
    assert [row.over for row in world.rows(BalanceRow)] == [True, False]


def test_the_subject_is_a_lot_of_the_event_or_its_place(world):
    record = diary(world, "a-process", bulk("mash"))
    other = world.sign("a", "diary", record, sub=bulk("other"))
    refused(world, refusals.SubjectError, world.fold, other)
    clean = world.sign("a", "diary", diary(world, "a-process"), sub=f"{HOST}/zone/a-raw")
    refused(world, refusals.SubjectError, world.fold, clean)
    party = {"type": "place", "id": PLACE, "name": "x", "level": "province"}
    refused(
        world,
        refusals.SubjectError,
        world.fold,
        world.sign("registrar", "place", party, sub=f"{HOST}/x"),
    )


def test_an_event_id_is_used_once(world):
    record = diary(world, "a-process", bulk("mash"))
    world.say("a", "diary", record)
    refused(world, refusals.EventIdTakenError, world.say, "a", "diary", record)
    event = record["epcisBody"]["eventList"][0] | {
        "eventID": "urn:uuid:00000000-0000-4000-8000-ffffffffffff"
    }
    twice = document(event, event)
    refused(world, refusals.EventIdTakenError, world.say, "a", "diary", twice)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("permit", NotLoggedError),
        ("segment", NotLoggedError),
        ("gossip", UnknownKindError),
    ],
)
def test_kinds_that_are_not_the_log_s_are_refused(world, kind, code):
    record = {"type": kind, "id": f"{HOST}/{kind}/1"}
    refused(world, code, world.say, "box", kind, record)


def test_a_kind_is_what_typ_says_not_what_the_payload_looks_like(world):
    record = {"type": "party", "id": f"{HOST}/party/x", "name": "x", "kind": "office"}
    refused(world, RecordError, world.say, "registrar", "place", {**record, "place": PLACE})
    refused(world, RecordError, world.say, "registrar", "camera", {**record, "place": PLACE})


FACILITY = {"type": "facility", "id": f"{HOST}/facility/new", "name": "x", "place": PLACE}


def test_a_producer_enters_only_its_own_premises(world):
    foreign = {**FACILITY, "producer": B}
    refused(world, refusals.ForeignFacilityError, world.say, "a", "facility", foreign)
    zone = {"type": "zone", "id": f"{HOST}/zone/z", "facility": f"{HOST}/facility/b"}
    zone["kind"] = "raw"
    refused(world, refusals.ForeignFacilityError, world.say, "a", "zone", zone)
    zone["facility"] = f"{HOST}/facility/none"
    refused(world, refusals.UnknownRecordError, world.say, "a", "zone", zone)


def test_an_id_is_its_first_holder_s(world):
    taken = {**FACILITY, "id": f"{HOST}/facility/b", "producer": A}
    refused(world, refusals.IdTakenError, world.say, "a", "facility", taken)
    taken = {"type": "product", "id": f"{HOST}/facility/b", "name": "x", "maker": A}
    refused(world, refusals.IdTakenError, world.say, "a", "product", taken)


def test_a_newer_record_of_the_same_kind_id_and_holder_counts(world):
    first = world.say("a", "facility", {**FACILITY, "producer": A})
    newer = world.say("a", "facility", {**FACILITY, "producer": A, "name": "new"})
    facility = next(row for row in world.rows(FacilityRow) if row.id == FACILITY["id"])
    assert (facility.name, facility.entry) == ("new", newer)
    row = next(row for row in world.rows(RecordRow) if row.id == FACILITY["id"])
    assert (row.first, row.entry) == (first, newer)
    world.agree()


def test_a_gtin_has_one_product(world):
    alias = {"type": "product", "id": "https://evil.example/01/09521000001015", "name": "x"}
    refused(world, refusals.IdTakenError, world.say, "b", "product", {**alias, "maker": B})


def test_a_product_names_its_signer_as_maker(world):
    record = {"type": "product", "id": f"{HOST}/product/x", "name": "x", "maker": A}
    refused(world, refusals.ForeignProductError, world.say, "b", "product", record)


def paper(about: str, **more) -> dict:
    return {
        "type": "certificate",
        "id": f"{HOST}/certificate/1",
        "about": about,
        "scheme": "OCOP",
        "from": "2026-03-01",
        "issuer": "Tỉnh Mẫu",
        **more,
    }


def test_a_certificate_is_submitted_by_its_producer_and_confirmed_by_a_regulator(world):
    world.say("a", "certificate", paper(SAUCE))
    world.say("regulator", "certificate", paper(SAUCE))
    rows = [row for row in world.rows(RecordRow) if row.kind == "certificate"]
    assert {(row.holder, row.confirmed) for row in rows} == {
        (A, False),
        (f"{HOST}/party/authority", True),
    }


@pytest.mark.parametrize(
    ("about", "code"),
    [
        (SAUCE, refusals.ForeignProductError),
        (f"{HOST}/facility/a", refusals.ForeignFacilityError),
        (A, refusals.ForeignRecordError),
        (f"{HOST}/nothing", refusals.UnknownRecordError),
    ],
)
def test_a_producer_submits_papers_about_its_own_only(world, about, code):
    refused(world, code, world.say, "b", "certificate", paper(about))


def test_selfchecks_labels_and_processes_are_about_one_s_own(world):
    look = world.plain(
        "selfcheck", "1", facility=f"{HOST}/facility/a", at="2026-11-18T06:00:00Z"
    )
    look |= {"period": "daily", "items": [{"item": "floor", "ok": True}]}
    refused(world, refusals.ForeignFacilityError, world.say, "b", "selfcheck", look)
    world.say("worker", "selfcheck", look)
    label = world.plain("label", "1", product=SAUCE, at="2026-11-18T06:00:00Z")
    refused(world, refusals.ForeignProductError, world.say, "b", "label", label)
    steps = [{"id": f"{HOST}/process/1#mix", "name": "mix"}]
    process = world.plain("process", "1", product=SAUCE, steps=steps)
    refused(world, refusals.ForeignProductError, world.say, "b", "process", process)
    world.say("a", "label", label)
    world.say("a", "process", process)
    world.agree()


def test_a_helper_never_speaks_for_a_producer(world):
    record = diary(world, "a-process", bulk("mash"))
    refused(world, RoleError, world.say, "helper", "diary", record)
    world.say("helper", "visit", world.plain("visit", "1", about=A, at="2026-11-18T06:00:00Z"))


def test_a_product_without_a_gtin_is_named_by_its_packaging(world):
    jar, own = bulk("jar-1"), f"{HOST}/product/jar"
    out = ([(bulk("x"), 5, "KGM")], [(jar, 20, None)])
    refused(
        world,
        refusals.UnknownRecordError,
        world.make,
        "a",
        "packaging",
        *out,
        nguon_product=own,
    )
    world.product(own, "a")
    foreign = {"nguon_product": own}
    other = ([(bulk("y"), 5, "KGM")], [(bulk("jar-2"), 20, None)])
    refused(
        world, refusals.ForeignProductError, world.make, "b", "packaging", *other, **foreign
    )
    world.make("a", "packaging", *out, nguon_product=own)
    world.test(jar)
    world.roll(8, product=SAUCE)
    refused(world, refusals.OtherProductError, world.activate, 8, 0, 1, jar)
    world.roll(9, product=own)
    world.activate(9, 0, 19, jar)
    world.agree()
