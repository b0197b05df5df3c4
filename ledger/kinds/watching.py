"""Cameras, footage, suspicions: only the box that a camera's newest entry names may speak."""

import json
from dataclasses import dataclass

from sqlalchemy import bindparam, insert, update

from attest import spell
from attest.errors import SeenError
from attest.kinds.watching import Camera as SaidCamera
from attest.kinds.watching import Footage, Violation
from ledger.store.derived_rows import table
from ledger.store.watch_rows import FootageRow

from . import events, records, sealed
from .case import Case
from .events import Planned
from .prepared import Prepared, Value
from .records import Standing
from .refusals import FootageSeqError, ForeignCameraError, IdTakenError, UnknownRecordError
from .view import CAMERA, VIOLATION, Camera, Zone

FOOTAGE = table(FootageRow)
_INSERT_CAMERA = Prepared(insert(CAMERA))
_UPDATE_CAMERA = Prepared(
    update(CAMERA).where(CAMERA.c.id == bindparam("which")),
    ("zone", "facility", "node", "up", "entry"),
)
_NEXT = Prepared(update(CAMERA).where(CAMERA.c.id == bindparam("which")), ("next_seq",))
_INSERT_FOOTAGE = Prepared(insert(FOOTAGE))
_INSERT_VIOLATION = Prepared(insert(VIOLATION))


@dataclass(frozen=True, slots=True)
class Hung:
    """A camera's entry that may take effect."""

    planned: tuple[Planned, ...]
    zone: Zone
    before: Camera | None


@dataclass(frozen=True, slots=True)
class Minute:
    """A minute of footage that may take effect."""

    planned: tuple[Planned, ...]
    camera: Camera


@dataclass(frozen=True, slots=True)
class Suspected:
    """A suspicion that may take effect."""

    standing: Standing
    camera: Camera


def check_camera(case: Case) -> Hung:
    """Refuse a camera in a zone that the log does not have."""
    record: SaidCamera = case.record
    planned = events.check(case)
    zone = case.view.zone(record.zone)
    if zone is None:
        raise UnknownRecordError(f"zone {record.zone} has no entry")
    return Hung(planned, zone, case.view.camera(record.camera))


def apply_camera(case: Case, hung: Hung) -> None:
    """Hang a camera, or move it, give it to another box, take it down; its minutes go on."""
    record: SaidCamera = case.record
    events.apply(case, hung.planned)
    values: dict[str, Value] = {
        "zone": hung.zone.id,
        "facility": hung.zone.facility,
        "node": record.node,
        "up": record.up,
        "entry": case.index,
    }
    if hung.before is None:
        case.view.database.run(_INSERT_CAMERA, id=record.camera, next_seq=0, **values)
    else:
        case.view.database.run(_UPDATE_CAMERA, which=record.camera, **values)


def check_footage(case: Case) -> Minute:
    """Refuse another box's camera, a hole or repeat in the numbers, a minute without `seen`."""
    record: Footage = case.record
    events.require_subject(case, {record.camera})
    camera = _own_camera(case, record.camera)
    if case.statement.header.seen is None:
        raise SeenError("footage names no checkpoint that its box had seen")
    if record.seq != camera.next_seq:
        raise FootageSeqError(f"minute {record.seq} of {camera.id}, next is {camera.next_seq}")
    return Minute(events.plan(case), camera)


def apply_footage(case: Case, minute: Minute) -> None:
    """Keep where the minute is."""
    record: Footage = case.record
    events.apply(case, minute.planned)
    gaps = [gap.record() for gap in record.gaps or ()]
    case.view.database.run(
        _INSERT_FOOTAGE,
        camera=record.camera,
        seq=record.seq,
        entry=case.index,
        node=case.issuer,
        zone=record.event.place,
        start_ms=record.start_ms,
        end_ms=record.end_ms,
        manifest=record.manifest,
        digest=record.digest,
        recorded_ms=record.recorded_ms,
        gaps=json.dumps(gaps, separators=(",", ":"), ensure_ascii=False) if gaps else None,
    )
    case.view.database.run(_NEXT, which=record.camera, next_seq=record.seq + 1)


def check_violation(case: Case) -> Suspected:
    """Refuse another box's camera, an id that was used, and blobs that are another record's."""
    record: Violation = case.record
    events.require_subject(case, {record.camera})
    camera = _own_camera(case, record.camera)
    if records.check_id(case) is not None:
        raise IdTakenError(f"violation {record.id} cannot be said again")
    sealed.check_unnamed(case)
    return Suspected(Standing(None, record.camera, camera.facility), camera)


def apply_violation(case: Case, suspected: Suspected) -> None:
    """Keep the suspicion, sealed and open."""
    record: Violation = case.record
    records.apply(case, suspected.standing)
    case.view.database.run(
        _INSERT_VIOLATION,
        id=record.id,
        camera=record.camera,
        facility=suspected.camera.facility,
        zone=suspected.camera.zone,
        at_ms=spell.time_ms(record.at),
        entry=case.index,
        ruling=None,
        decision=None,
        decided=None,
    )


def _own_camera(case: Case, uri: str) -> Camera:
    camera = case.view.camera(uri)
    if camera is None:
        raise ForeignCameraError(f"no entry hangs camera {uri}")
    if camera.node != case.issuer:
        raise ForeignCameraError(f"camera {uri} is recorded by {camera.node}")
    return camera
