"""Puts a dossier together from a log, so that `verify` finds in it all that it asks for.

The caller says which entries the page relies on; their keys are added here, down to entry 0.
What only a server knows (counts, coverage, summaries) comes in as told values.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from . import facts, key_record, payload
from .anchoring import Anchor, Chain
from .dossier import LOT, LOT_TOLD, NOT_PROVEN, PRODUCT, Dossier, Entry, Stamp
from .errors import MalformedError
from .lineage import EVENTS, Lineage
from .payload import Json
from .registry import Registry
from .shown import Fact, Moment, Told
from .statement import Statement

NO_CHAIN = Chain(None, None, None, None, independent=False)
_TIMES = (f"{EVENTS}/0/eventTime", "/at", "/from", "/day")


class Log(Protocol):
    """A published log, at one checkpoint."""

    def checkpoint(self) -> str:
        """Return the note."""
        ...

    def size(self) -> int:
        """Return how many entries the note promises."""
        ...

    def statement(self, index: int) -> Statement:
        """Return an entry."""
        ...

    def proof(self, index: int) -> str:
        """Return the tlog-proof of an entry, which ends in the note."""
        ...


@dataclass(frozen=True, slots=True)
class Telling:
    """What only the server says, and what it knows of the chain."""

    checkpoint_time: str
    anchor: Anchor | None = None
    consistency: tuple[bytes, ...] = ()
    chain: Chain = NO_CHAIN
    first_check: Mapping[str, str] | None = None
    check_count: int = 0
    lot: Mapping[str, Json] = field(default_factory=dict)
    summary: Callable[[int, Statement], Json] = lambda _index, _said: None


def gather(stamp: Stamp, wanted: Iterable[int], log: Log, registry: Registry) -> Lineage:
    """Return the entries that speak of a stamp, with those that make their signers' keys.

    `registry` is the log's, folded at least as far as the checkpoint.
    """
    said = {index: log.statement(index) for index in set(wanted)}
    keys = with_keys(said, log, registry)
    return Lineage(stamp, said, keys)


def compose(line: Lineage, log: Log, told: Telling) -> Dossier:
    """Return the dossier of a stamp from what was gathered in the same log."""
    said, keys = line.statements, line.registry
    return Dossier(
        stamp=line.stamp,
        product=_facts(said, facts.places(line), "product", PRODUCT),
        lot=None if line.lot is None else _facts(said, facts.places(line), "lot", LOT),
        lot_told={} if line.lot is None else {name: _told(told.lot, name) for name in LOT_TOLD},
        timeline=tuple(_timeline(said, line, told)),
        entries={i: Entry(said[i].data, log.proof(i)) for i in sorted(said)},
        keys=_signers(said, keys),
        checkpoint=log.checkpoint(),
        anchor=told.anchor,
        consistency=told.consistency,
        checkpoint_time=told.checkpoint_time,
        chain=told.chain,
        first_check=told.first_check,
        check_count=told.check_count,
        not_proven=NOT_PROVEN,
    )


def with_keys(said: dict[int, Statement], log: Log, registry: Registry) -> Registry:
    """Add the key entries that make each signer valid; return what they come to alone."""
    size = log.size()
    waiting = {one.header.kid for one in said.values()}
    known: set[bytes] = set()
    while waiting:
        key = registry.get(waiting.pop())
        if key is None or key.kid in known:
            continue
        known.add(key.kid)
        for index in key.entries:
            if index < size and index not in said:  # the registry may be ahead of the note
                said[index] = log.statement(index)
                waiting |= {said[index].header.kid, key_record.parse(said[index].record).kid}
    found = [key for key in map(registry.get, known) if key]
    if all(key.entries[-1] < size for key in found):  # then these entries come to these keys
        return Registry(registry.origin, sorted(found, key=lambda key: key.start))
    few = Registry(registry.origin)
    for index in sorted(said):
        if said[index].kind == "key":
            few.apply(index, said[index])
    return few


def _signers(said: Mapping[int, Statement], keys: Registry) -> dict[bytes, tuple[int, ...]]:
    kids = sorted({one.header.kid for one in said.values()})
    found = ((kid, keys.get(kid)) for kid in kids)
    return {kid: key.entries for kid, key in found if key}


def _facts(
    said: Mapping[int, Statement],
    places: Mapping[str, facts.Place],
    what: str,
    names: Iterable[str],
) -> dict[str, Fact | None]:
    return {name: _fact(said, places[f"{what}.{name}"]) for name in names}


def _fact(said: Mapping[int, Statement], place: facts.Place) -> Fact | None:
    if place is None:
        return None
    index, pointer = place
    try:
        value = payload.pointer(said[index].record, pointer)
    except MalformedError:
        return None
    return Fact(value, index, pointer) if isinstance(value, str | int | float) else None


def _told(values: Mapping[str, Json], name: str) -> Told | None:
    value = values.get(name)
    return None if value is None else Told(value)


def _timeline(said: Mapping[int, Statement], line: Lineage, told: Telling) -> list[Moment]:
    moments = []
    for index in sorted(line.belonging):
        one = said[index]
        times = (_fact(said, (index, pointer)) for pointer in _TIMES)
        value = told.summary(index, one)
        moments.append(
            Moment(
                one.kind,
                index,
                one.header.iss,
                next((time for time in times if time), None),
                None if value is None else Told(value),
            )
        )
    return moments
