"""What cameras are there, what they recorded, and what they suspect."""
# ruff: noqa: RUF009  (`member` is dataclasses.field)

from dataclasses import dataclass
from typing import ClassVar, Final

from attest import spell
from attest.payload import Json

from . import form
from .epcis import AssociationEvent, ObjectEvent
from .form import member, several
from .kind import Events, Plain, Shape, events, plain
from .parts import Sensed
from .refusals import RecordError

FOOTAGE = "nguon:footage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera(Events):
    """A camera hung in a zone (ADD) or taken down (DELETE), and whose box records it."""

    TYPE: ClassVar[str] = "camera"
    SHAPE: ClassVar[Shape] = Shape(AssociationEvent, "ADD DELETE", single=True)

    node: str = member(form.uri, "nguon:node")
    purpose: str | None = member(form.text, "nguon:purpose", optional=True)
    notice: str | None = member(form.text, "nguon:notice", optional=True)
    retention_days: int | None = member(
        form.integer(0, 36_500), "nguon:retentionDays", optional=True
    )
    calibration: Json = member(form.anything, "nguon:calibration", optional=True)

    @property
    def camera(self) -> str:
        """The camera's URI."""
        camera: str = self.event.child_epcs[0]
        return camera

    @property
    def zone(self) -> str:
        """The zone's URI."""
        zone: str = self.event.parent_id
        return zone

    @property
    def up(self) -> bool:
        """Whether it hangs from now on."""
        return bool(self.event.action == "ADD")

    def check(self) -> None:
        """Refuse several cameras, or none."""
        if not self.event.child_epcs or len(self.event.child_epcs) != 1:
            raise RecordError("childEPCs of a camera is the camera's URI alone")
        if self.event.place != self.zone:
            raise RecordError("readPoint and parentID of a camera are its zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time without pictures, and why."""

    from_: str = member(form.time, "from")
    to: str = member(form.time)
    reason: str = member(form.text)
    record = form.record_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Footage(Events):
    """A minute of one camera: the digest and address of its manifest."""

    TYPE: ClassVar[str] = "footage"
    SHAPE: ClassVar[Shape] = Shape(
        ObjectEvent, "OBSERVE", frozenset({"sensor_reporting"}), single=True
    )

    seq: int = member(form.integer(0), "nguon:seq")
    recorded_ms: int | None = member(form.integer(0), "nguon:recorded", optional=True)
    gaps: tuple[Gap, ...] | None = member(
        several(form.nested(Gap), 0), "nguon:gaps", optional=True
    )

    @property
    def camera(self) -> str:
        """The camera's URI."""
        camera: str = self.event.sensor_element_list[0].sensor_metadata.device_id
        return camera

    @property
    def start_ms(self) -> int:
        """Where the footage starts, milliseconds UTC."""
        return form.time_ms(self.event.sensor_element_list[0].sensor_metadata.start_time)

    @property
    def end_ms(self) -> int:
        """Where it ends."""
        return form.time_ms(self.event.sensor_element_list[0].sensor_metadata.end_time)

    @property
    def digest(self) -> bytes:
        """SHA-256 of the manifest's bytes."""
        return spell.parse_ni(self.event.sensor_element_list[0].sensor_report[0].uri_value)

    @property
    def manifest(self) -> str:
        """CID of the manifest."""
        address: str = self.event.sensor_element_list[0].sensor_report[0].raw_data
        return address.removeprefix("ipfs://")

    def check(self) -> None:
        """Refuse an event that does not lead to one manifest of one camera."""
        event = self.event
        elements: tuple[Sensed, ...] = event.sensor_element_list or ()
        if len(elements) != 1 or event.quantity_list or event.epc_list or not event.read_point:
            raise RecordError("footage is one sensor element at a readPoint")
        about, reports = elements[0].sensor_metadata, elements[0].sensor_report
        if about is None or not (about.device_id and about.start_time and about.end_time):
            raise RecordError("footage lacks deviceID, startTime or endTime")
        if len(reports) != 1 or reports[0].device_id not in (None, about.device_id):
            raise RecordError("footage has one report, of its camera")
        form.at("uriValue", form.digest, reports[0].uri_value)
        form.at("rawData", form.ipfs, reports[0].raw_data)
        if self.end_ms < self.start_ms:
            raise RecordError(f"footage ends at {about.end_time}, before {about.start_time}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation(Plain):
    """A suspicion of a camera's rules; everything but time and camera is sealed."""

    TYPE: ClassVar[str] = "violation"

    camera: str = member(form.uri)
    at: str = member(form.time)

    def check(self) -> None:
        """Refuse a suspicion without its sealed part."""
        if not self.sealed:
            raise RecordError("nguon:sealed is missing")


KINDS: Final = (*map(events, (Camera, Footage)), plain(Violation))
