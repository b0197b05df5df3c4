"""Cameras, footage and suspicions."""

import pytest

from attest.errors import RoleError, SeenError
from ledger.kinds import refusals
from ledger.store.watch_rows import CameraRow, FootageRow, SealedRow, ViolationRow
from support.kinds_world import HOST, TIME, World, cid, refused, sealed

CAM = f"{HOST}/camera/cam-1"


@pytest.fixture
def world() -> World:
    return World.town()


def film(world: World, seq: int, who: str = "box", *, seen: bool = True) -> int:
    return world.say(who, "footage", world.minute(seq), seen=seen)


def public(world: World) -> list[str]:
    return [row.cid for row in world.rows(SealedRow) if row.public is not None]


def test_minutes_count_from_zero_without_holes(world):
    for seq in range(3):
        film(world, seq)
    assert [row.seq for row in world.rows(FootageRow)] == [0, 1, 2]
    assert world.rows(CameraRow)[0].next_seq == 3
    world.agree()


@pytest.mark.parametrize("seq", [0, 1, 3, 4])
def test_a_hole_or_a_repeat_is_refused(world, seq):
    film(world, 0)
    film(world, 1)
    refused(world, refusals.FootageSeqError, film, world, seq)


def test_footage_names_a_checkpoint_that_its_box_had_seen(world):
    refused(world, SeenError, film, world, 0, seen=False)


def test_only_the_box_that_the_newest_entry_names_may_film(world):
    refused(world, refusals.ForeignCameraError, film, world, 0, who="box-b")
    film(world, 0)
    world.camera("cam-1", f"{HOST}/zone/b-process", f"{HOST}/node/b")
    refused(world, refusals.ForeignCameraError, film, world, 1, who="box")
    film(world, 1, who="box-b")
    refused(world, refusals.ForeignCameraError, world.suspect, "v", 1, who="box")
    world.agree()


def test_a_camera_without_an_entry_films_nothing(world):
    record = world.minute(0, camera="cam-9")
    refused(world, refusals.ForeignCameraError, world.say, "box", "footage", record, seen=True)


def test_a_camera_hangs_in_a_zone_that_has_an_entry(world):
    refused(world, refusals.UnknownRecordError, world.camera, "cam-2", f"{HOST}/zone/x", "u:x")


def test_producers_hang_no_cameras(world):
    record = world.entries[-1].record
    refused(world, RoleError, world.say, "a", "camera", record)


def test_the_subject_of_footage_is_its_camera(world):
    said = world.sign(
        "box", "footage", world.minute(0), sub=f"{HOST}/zone/a-process", seen=True
    )
    refused(world, refusals.SubjectError, world.fold, said)


def test_a_suspicion_is_sealed_until_a_decision_confirms_it_by_name(world):
    world.suspect("v1", 1)
    world.suspect("v2", 2)
    world.decide("d0", f"{HOST}/facility/a", "closed")
    assert public(world) == []
    confirmed = world.decide("d1", f"{HOST}/violation/v1", "confirmed")
    assert public(world) == [cid(1)]
    ruled = {row.id: (row.ruling, row.decided) for row in world.rows(ViolationRow)}
    assert ruled == {
        f"{HOST}/violation/v1": ("confirmed", confirmed),
        f"{HOST}/violation/v2": (None, None),
    }
    world.agree()


@pytest.mark.parametrize("ruling", ["dismissed", "closed", "upheld"])
def test_no_other_ruling_opens_a_suspicion(world, ruling):
    world.suspect("v1", 1)
    world.decide("d1", f"{HOST}/violation/v1", ruling)
    assert public(world) == []


def test_a_decision_that_is_said_again_otherwise_shuts_it(world):
    world.suspect("v1", 1)
    world.decide("d1", f"{HOST}/violation/v1", "confirmed")
    world.decide("d1", f"{HOST}/violation/v1", "closed")
    assert public(world) == []


def test_a_later_dismissal_shuts_it_and_a_closing_does_not(world):
    world.suspect("v1", 1)
    world.decide("d1", f"{HOST}/violation/v1", "confirmed")
    world.decide("d2", f"{HOST}/violation/v1", "closed")
    assert public(world) == [cid(1)]
    world.decide("d3", f"{HOST}/violation/v1", "dismissed")
    assert public(world) == []


def test_a_suspicion_cannot_be_said_again(world):
    world.suspect("v1", 1)
    refused(world, refusals.IdTakenError, world.suspect, "v1", 2)


def test_another_record_s_sealed_blob_cannot_be_published_by_naming_it(world):
    recipe = {"nguon:sealed": sealed(cid(7))}
    world.make(
        "a", "processing", [(f"{HOST}/l/1", 1, "KGM")], [(f"{HOST}/l/2", 1, "KGM")], **recipe
    )
    world.suspect("v1", 1)
    refused(world, refusals.IdTakenError, world.suspect, "v2", 7)
    refused(world, refusals.IdTakenError, world.suspect, "v2", 1)


def test_a_box_says_nothing_that_is_open(world):
    record = {"type": "violation", "id": f"{HOST}/violation/v", "camera": CAM, "at": TIME}
    with pytest.raises(Exception, match="sealed is missing"):
        world.say("box", "violation", record)
