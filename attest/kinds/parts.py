"""The parts of EPCIS events: quantities, parties, sensor reports, dispositions."""

# ruff: noqa: RUF009  (`member` and `extra` are dataclasses.field)

import re
from dataclasses import dataclass

from attest.payload import Json

from . import cbv, form
from .form import Members, extra, member, several
from .refusals import RecordError

_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OFFSET = re.compile(r"[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)")
_UOM = re.compile("[A-Z0-9]{2,3}")
_HEX = re.compile("[A-Fa-f0-9]+")


def event_id(value: Json) -> str:
    """Take an event's id, `urn:uuid:` and a lower-case UUID."""
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise RecordError(f"{str(value)[: form.SHOWN]!r} is not urn:uuid: with a UUID")
    return value


def offset(value: Json) -> str:
    """Take a zone offset, +07:00."""
    if not isinstance(value, str) or not _OFFSET.fullmatch(value):
        raise RecordError(f"{str(value)[: form.SHOWN]!r} is not an offset like +07:00")
    return value


def unit(value: Json) -> str:
    """Take a unit of UN/ECE Recommendation 20, two or three characters."""
    if not isinstance(value, str) or not _UOM.fullmatch(value):
        raise RecordError(f"{str(value)[: form.SHOWN]!r} is not a unit of UN/ECE Rec. 20")
    return value


def hexadecimal(value: Json) -> str:
    """Take hexadecimal digits."""
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise RecordError(f"{str(value)[: form.SHOWN]!r} is not hexadecimal")
    return value


def ilmd(value: Json) -> Members:
    """Take instance or lot master data, each member's name with a prefix; days are days."""
    if not isinstance(value, dict) or not value:
        raise RecordError(f"{str(value)[: form.SHOWN]!r} is not an object of master data")
    for name, content in value.items():
        if ":" not in name or not form.is_uri(name):
            raise RecordError(f"master data {name[: form.SHOWN]!r} has no prefix")
        if name in cbv.DAYS:
            form.day(content)
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A thing by its URI: a read point or a business location."""

    id: str = member(form.uri)
    record = form.record_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """So much of a lot; without `uom` it is a count of pieces."""

    epc_class: str = member(form.uri)
    quantity: int | float | None = member(form.amount, optional=True)
    uom: str | None = member(unit, optional=True)
    record = form.record_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where goods come from."""

    type: str = member(cbv.party_type)
    source: str = member(form.uri)
    record = form.record_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where goods go."""

    type: str = member(cbv.party_type)
    destination: str = member(form.uri)
    record = form.record_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A paper of the trade that the event belongs to."""

    type: str | None = member(cbv.transaction, optional=True)
    biz_transaction: str = member(form.uri)
    record = form.record_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """By which device, when and how the reports of one element were made."""

    time: str | None = member(form.time, optional=True)
    device_id: str | None = member(form.uri, "deviceID", optional=True)
    device_metadata: str | None = member(form.uri, optional=True)
    raw_data: str | None = member(form.uri, optional=True)
    start_time: str | None = member(form.time, optional=True)
    end_time: str | None = member(form.time, optional=True)
    data_processing_method: str | None = member(form.uri, optional=True)
    biz_rules: str | None = member(form.uri, optional=True)
    extra: Members = extra()
    record = form.record_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One value that was observed."""

    type: str = member(cbv.measurement)
    exception: str | None = member(cbv.alert, optional=True)
    device_id: str | None = member(form.uri, "deviceID", optional=True)
    device_metadata: str | None = member(form.uri, optional=True)
    raw_data: str | None = member(form.uri, optional=True)
    data_processing_method: str | None = member(form.uri, optional=True)
    time: str | None = member(form.time, optional=True)
    microorganism: str | None = member(form.uri, optional=True)
    chemical_substance: str | None = member(form.uri, optional=True)
    coordinate_reference_system: str | None = member(form.uri, optional=True)
    value: int | float | None = member(form.number, optional=True)
    component: str | None = member(cbv.component, optional=True)
    string_value: str | None = member(form.text, optional=True)
    boolean_value: bool | None = member(form.boolean, optional=True)
    hex_binary_value: str | None = member(hexadecimal, optional=True)
    uri_value: str | None = member(form.uri, optional=True)
    min_value: int | float | None = member(form.number, optional=True)
    max_value: int | float | None = member(form.number, optional=True)
    mean_value: int | float | None = member(form.number, optional=True)
    s_dev: int | float | None = member(form.number, optional=True)
    perc_rank: int | float | None = member(form.number, optional=True)
    perc_value: int | float | None = member(form.number, optional=True)
    uom: str | None = member(form.text, optional=True)
    extra: Members = extra()
    record = form.record_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensed:
    """What one device observed."""

    sensor_metadata: Metadata | None = member(form.nested(Metadata), optional=True)
    sensor_report: tuple[Report, ...] = member(several(form.nested(Report)))
    extra: Members = extra()
    record = form.record_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Persistent:
    """Dispositions that stay with the lots until they are unset."""

    set: tuple[str, ...] | None = member(several(cbv.disposition), optional=True)
    unset: tuple[str, ...] | None = member(several(cbv.disposition), optional=True)
    record = form.record_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """Says that the event it stands in was wrong."""

    declaration_time: str = member(form.time)
    reason: str = member(cbv.error_reason)
    corrective_event_ids: tuple[str, ...] | None = member(
        several(event_id), "correctiveEventIDs", optional=True
    )
    extra: Members = extra()
    record = form.record_of
