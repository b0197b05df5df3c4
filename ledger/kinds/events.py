"""What every kind with EPCIS events requires, and the rows that all of them leave."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import bindparam, insert, update

from attest.kinds import form, making
from attest.kinds.epcis import AggregationEvent, AnyEvent, AssociationEvent, TransformationEvent
from attest.kinds.parts import Quantity
from attest.payload import Json
from ledger.store.derived_rows import table
from ledger.store.lot_rows import BalanceRow, MoveRow

from . import rights, sealed
from .case import Case
from .prepared import Prepared, Values
from .refusals import EventIdTakenError, SubjectError
from .view import EVENT, EVENT_LOT, LOT, Lot, View

# A correction's copy must equal the event that it corrects; these have no way back.
FINAL = frozenset({"roll", "void", "footage", "camera", "hold", "recall", "release"})
MOVES = frozenset({"shipment", "arrival", "acceptance", "return"})
UNITS = {  # UN/ECE Rec. 20, as a unit that adds up and its factor
    "KGM": ("kg", 1.0),
    "GRM": ("kg", 0.001),
    "TNE": ("kg", 1000.0),
    "LTR": ("l", 1.0),
    "MLT": ("l", 0.001),
    "HLT": ("l", 100.0),
}
ROUNDING = 1e-9  # of the input: sums of decimals do not add up exactly

_IN_ANY_ORDER = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":")
).encode
_INSERT_EVENT = Prepared(insert(EVENT))
_INSERT_LINE = Prepared(insert(EVENT_LOT))
_INSERT_LOT = Prepared(insert(LOT))
_INSERT_MOVE = Prepared(insert(table(MoveRow)))
_INSERT_BALANCE = Prepared(insert(table(BalanceRow)))
_OWN_LOT = Prepared(update(LOT).where(LOT.c.uri == bindparam("lot")), ("owner", "product"))


@dataclass(frozen=True, slots=True)
class Line:
    """A lot in an event: what the log knew of it, and whose it is from now on."""

    lot: str
    side: str
    quantity: Quantity | None
    known: Lot | None
    owner: str | None
    product: str | None


@dataclass(frozen=True, slots=True)
class Planned:
    """An event that may take effect, and what that needs."""

    event: AnyEvent
    facility: str | None
    lines: tuple[Line, ...]


def check(case: Case) -> tuple[Planned, ...]:
    """Check what all events must keep to; the subject is a lot or, without any, the place."""
    planned = plan(case)
    lots = {line.lot for item in planned for line in item.lines if line.side != "parent"}
    places = {item.event.place for item in planned}
    require_subject(case, lots or places)
    return planned


def plan(case: Case) -> tuple[Planned, ...]:
    """Check ids, places and lots of each event."""
    seen: set[str] = set()
    planned = []
    for event in case.record.events:
        if event.event_id in seen or case.view.event(event.event_id):
            raise EventIdTakenError(f"{event.event_id} is in the log, or twice in the document")
        seen.add(event.event_id)
        facility = rights.facility_of(case, event)
        planned.append(Planned(event, facility, tuple(_lines(case, event))))
    return tuple(planned)


def require_subject(case: Case, subjects: Iterable[str | None]) -> None:
    """Refuse a header whose `sub` is none of these."""
    allowed = {subject for subject in subjects if subject is not None}
    if case.statement.header.sub not in allowed:
        shown = ", ".join(sorted(allowed)[:3]) or "missing"
        raise SubjectError(f"sub {case.statement.header.sub} is not {shown}")


def apply(case: Case, planned: Sequence[Planned]) -> None:
    """Write the rows of events, their lots, moves and balances."""
    database = case.view.database
    raw = _raw_events(case)
    for position, item in enumerate(planned, first_position(case, planned)):
        _insert_event(case, position, item, raw[position])
        sealed.keep(case, item.event.event_id, item.event.extra.get("nguon:sealed"))
        _keep_lots(case, item.lines)
        database.run_many(_INSERT_LINE, _line_rows(case, position, item))
        if case.kind in MOVES:
            database.run_many(_INSERT_MOVE, _move_rows(case, position, item))
        if isinstance(item.event, TransformationEvent):
            database.run_many(_INSERT_BALANCE, _balance_rows(case.index, position, item.event))


def first_position(case: Case, planned: Sequence[Planned]) -> int:
    """Return where in the document these events begin: after a correction's copy, else 0."""
    return len(_raw_events(case)) - len(planned)


def digest(event: Json) -> bytes:
    """Return what a correction's copy is compared by: members in any order, values exact."""
    return sha256(_IN_ANY_ORDER(event).encode()).digest()


def _raw_events(case: Case) -> list[Json]:
    body = case.statement.record["epcisBody"]
    events = body["eventList"] if isinstance(body, dict) else None
    return events if isinstance(events, list) else []


def _lines(case: Case, event: AnyEvent) -> Iterable[Line]:
    """Name every lot of an event once a side, and whose it becomes."""
    match event:
        case TransformationEvent():
            sides = [("out", q) for q in event.output_quantity_list or ()]
            sides += [("in", q) for q in event.input_quantity_list or ()]
        case AggregationEvent():
            if event.parent_id:
                yield _line(case, event.parent_id, "parent", None)
            sides = [("child", q) for q in event.quantities()]
        case AssociationEvent():
            sides = []
        case _:
            sides = [("about", q) for q in event.quantities()]
    for side, quantity in sides:
        yield _line(case, quantity.epc_class, side, quantity)


def _line(case: Case, lot: str, side: str, quantity: Quantity | None) -> Line:
    known = case.view.lot(lot)
    owner = rights.lot_owner(case, lot, known, made=side == "out")
    product = known.product if known and known.product else rights.product_of(case.view, lot)
    return Line(lot, side, quantity, known, owner, product)


def _insert_event(case: Case, position: int, item: Planned, raw: Json) -> None:
    event = item.event
    start_ms, end_ms = _window(event)
    case.view.database.run(
        _INSERT_EVENT,
        entry=case.index,
        position=position,
        event_id=event.event_id,
        kind=case.kind,
        issuer=case.issuer,
        producer=case.producer,
        type=event.NAME,
        time_ms=event.time_ms,
        start_ms=start_ms,
        end_ms=end_ms,
        step=event.biz_step,
        disposition=event.disposition,
        read_point=event.place,
        biz_location=event.biz_location.id if event.biz_location else None,
        facility=item.facility,
        digest=None if case.kind in FINAL else digest(raw),
        corrected=None,
    )


def _window(event: AnyEvent) -> tuple[int, int]:
    """Return start and end of the work, milliseconds UTC."""
    starts, ends = [], []
    started = event.extra.get("nguon:started")
    if isinstance(started, str):
        starts.append(form.time_ms(started))
    for sensed in event.sensor_element_list or ():
        about = sensed.sensor_metadata
        if about and about.start_time:
            starts.append(form.time_ms(about.start_time))
        if about and about.end_time:
            ends.append(form.time_ms(about.end_time))
    end_ms = max(ends, default=event.time_ms)
    return min(starts, default=end_ms), end_ms


def _keep_lots(case: Case, lines: Sequence[Line]) -> None:
    done: set[str] = set()
    for line in lines:
        if line.lot in done:
            continue
        done.add(line.lot)
        if line.known is None and case.view.lot(line.lot) is None:
            _insert_lot(case, line)
        elif line.known is None or (line.owner, line.product) != (
            line.known.owner,
            line.known.product,
        ):
            case.view.database.run(
                _OWN_LOT, lot=line.lot, owner=line.owner, product=line.product
            )


def _insert_lot(case: Case, line: Line) -> None:
    case.view.database.run(
        _INSERT_LOT,
        uri=line.lot,
        owner=line.owner,
        product=line.product,
        first=case.index,
        packed=None,
        position=None,
        packs=0,
        stamps=0,
        best_before=None,
        expiry=None,
        hold=None,
        recall=None,
        shipped=None,
    )


def _line_rows(case: Case, position: int, item: Planned) -> Iterable[Values]:
    for number, line in enumerate(item.lines):
        quantity = line.quantity
        yield {
            "entry": case.index,
            "position": position,
            "line": number,
            "lot": line.lot,
            "side": line.side,
            "kind": case.kind,
            "quantity": quantity.quantity if quantity else None,
            "uom": quantity.uom if quantity else None,
        }


def _move_rows(case: Case, position: int, item: Planned) -> Iterable[Values]:
    event = item.event
    if event.disposition in making.REFUSED and case.kind == "acceptance":
        return  # the load did not come in
    sources = [(s.type, s.source) for s in event.source_list or ()]
    destinations = [(d.type, d.destination) for d in event.destination_list or ()]
    source = _party(case.view, sources)
    destination = _party(case.view, destinations)
    if case.kind != "shipment":
        destination = case.producer or destination
    for number, line in enumerate(item.lines):
        yield {
            "entry": case.index,
            "position": position,
            "line": number,
            "kind": case.kind,
            "lot": line.lot,
            "source": source,
            "destination": destination,
        }


def _party(view: View, named: list[tuple[str, str]]) -> str | None:
    """Return the party among sources or destinations: who holds, else who owns, else where."""
    by_type = dict(reversed(named))
    for kind in ("possessing_party", "owning_party", "location"):
        if kind in by_type:
            facility = view.facility(by_type[kind])
            return facility.producer if facility else by_type[kind]
    return named[0][1] if named else None


def _balance_rows(index: int, position: int, event: TransformationEvent) -> Iterable[Values]:
    """Compare input and output unit by unit, where both have one."""
    came = _sums(event.input_quantity_list or ())
    went = _sums(event.output_quantity_list or ())
    for unit in sorted(came.keys() & went.keys()):
        yield {
            "entry": index,
            "position": position,
            "unit": unit,
            "input": came[unit],
            "output": went[unit],
            "over": went[unit] > came[unit] * (1 + ROUNDING),
        }


def _sums(quantities: Iterable[Quantity]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for item in quantities:
        unit, factor = UNITS.get(item.uom or "", ("", 0.0))
        if unit and item.quantity is not None:
            sums[unit] = sums.get(unit, 0.0) + item.quantity * factor
    return sums
