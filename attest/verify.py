"""Says which steps of a dossier hold for a reader who pins a trust, and how far that reaches.

The steps, their order and their results are those of docs/formats/dossier.md, and of the page.
Nothing here asks anybody: what an RPC of the reader's choice said comes in as an argument.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from . import condition, facts, spell, stamp, statement
from .dossier import STATES, Dossier
from .errors import (
    AttestError,
    MalformedError,
    ProofError,
    TrustError,
    UnknownKeyError,
)
from .lineage import Lineage, MissingError
from .log import checkpoint, merkle, note, proof
from .log.checkpoint import Checkpoint
from .registry import Registry
from .stamp import Code
from .statement import Statement
from .trust import Trust

Result = Literal["held", "told", "absent", "failed", "unable", "waiting"]

REQUIRED: Final = ("keys", "signature", "promise", "inclusion", "stamp", "facts")
LEVELS: Final = {
    "signed": ("keys", "signature"),
    "logged": ("promise", "inclusion"),
    "witnessed": ("witness",),
    "anchored": ("anchor",),
    "fresh": ("fresh",),
}
DAY_MS = 24 * 3_600_000
AHEAD_MS = 10 * 60_000  # a reader's clock may be behind that of a witness


@dataclass(frozen=True, slots=True)
class Step:
    """What came out of one step; `detail` says it with the values."""

    result: Result
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The steps in order, and what follows from them."""

    steps: dict[str, Step]
    state: str
    levels: tuple[str, ...]
    pinned: bool

    @property
    def result(self) -> Result:
        """`failed`, `unable`, or `held` when every required step is; without pins `told`."""
        results = [step.result for step in self.steps.values()]
        if "failed" in results:
            return "failed"
        required = {name: self.steps[name].result for name in REQUIRED}
        if required["stamp"] == "absent":  # it was never activated, and nobody says it was
            del required["stamp"]
        if "unable" in required.values():
            return "unable"
        return "held" if self.pinned and set(required.values()) == {"held"} else "told"

    @property
    def alarm(self) -> str | None:
        """The first contradiction, as `step: what it is`."""
        failed = (f"{n}: {s.detail}" for n, s in self.steps.items() if s.result == "failed")
        return next(failed, None)


@dataclass
class Case:
    """What the steps share: each fills in what the later ones need."""

    dossier: Dossier
    trust: Trust | None
    now_ms: int
    note: note.Note
    head: Checkpoint
    statements: dict[int, Statement]
    broken: dict[int, AttestError]
    registry: Registry
    steps: dict[str, Step] = field(default_factory=dict)
    derived: str | None = None
    rooted: bytes | None = None
    asked: Code | None = None

    @cached_property
    def lineage(self) -> Lineage:
        """Which entries speak of the stamp; asked for once the keys are known."""
        return Lineage(self.dossier.stamp, self.statements, self.registry)


def verify(
    dossier: Dossier,
    trust: Trust | None,
    now_ms: int,
    *,
    rooted: bytes | None = None,
    asked: Code | None = None,
) -> Verdict:
    """Say which steps hold for a reader who pins `trust`, stopping at a contradiction.

    trust      the note names the pinned log
    keys       every signer leads to the pinned root, by role and index
    signature  every entry's
    promise    the checkpoint is signed by the pinned log
    inclusion  every entry is in its tree
    witness, anchor, fresh  may be absent or told: the level is lower
    stamp      it is in its roll, and activated by the roll's producer
    facts      each value is where the format says that it comes from

    `now_ms` is the reader's clock. `rooted` is what an RPC address that the reader chose gave
    as `rootAt` the anchor's size; None when none was asked. `asked` is the stamp in hand: the
    dossier of another one fails. Raises MalformedError when the note is no checkpoint.
    """
    case = _open(dossier, trust, now_ms)
    case.rooted, case.asked = rooted, asked
    for name, check in STEPS.items():
        try:
            case.steps[name] = check(case)
        except (MissingError, UnknownKeyError) as lack:
            case.steps[name] = Step("unable", str(lack))
        except AttestError as refusal:
            case.steps[name] = Step("failed", str(refusal))
            break
    steps = {name: case.steps.get(name, Step("waiting")) for name in STEPS}
    held = {name for name, step in steps.items() if step.result == "held"}
    levels = tuple(level for level, needs in LEVELS.items() if trust and held.issuperset(needs))
    draft = Verdict(steps, dossier.stamp.state, levels, trust is not None)
    return Verdict(steps, _state(case, draft), levels, trust is not None)


def _open(dossier: Dossier, trust: Trust | None, now_ms: int) -> Case:
    signed = note.parse(dossier.checkpoint)
    statements: dict[int, Statement] = {}
    broken: dict[int, AttestError] = {}
    for index, entry in sorted(dossier.entries.items()):
        try:
            statements[index] = statement.parse(entry.statement)
        except AttestError as refusal:
            broken[index] = refusal
    head = checkpoint.parse(signed.text)
    registry = Registry(trust.origin if trust else head.origin)
    return Case(dossier, trust, now_ms, signed, head, statements, broken, registry)


def _trust(case: Case) -> Step:
    trust = case.trust
    if trust is None:
        return Step("told", f"nothing is pinned; the note names {case.head.origin}")
    if case.head.origin != trust.origin:
        raise TrustError(f"the note is of {case.head.origin}, pinned is {trust.origin}")
    chain = case.dossier.chain
    told = (chain.chain_id, chain.genesis, chain.contract, chain.origin_id)
    if told != (trust.chain_id, trust.genesis, trust.contract, trust.origin_id):
        return Step("told", "the server names another chain or contract than is pinned")
    return Step("held", f"log {trust.origin}, fingerprint {trust.fingerprint}")


def _keys(case: Case) -> Step:
    if 0 not in case.statements and 0 not in case.broken:
        raise MissingError("entry 0, which enrols the root, is not in the dossier")
    lacking = [index for index, said in case.statements.items() if not _fold(case, index, said)]
    lacking += [
        i for i, said in case.statements.items() if not _is_listed(case, said.header.kid)
    ]
    if lacking or case.broken:
        first = min([*lacking, *case.broken])
        raise MissingError(f"what makes the key of entry {first} is not all in the dossier")
    count = len({said.header.kid for said in case.statements.values()})
    if case.trust is None:
        return Step("told", f"{count} keys lead to an entry 0 that nobody pinned")
    return Step("held", f"{count} keys lead to the pinned root")


def _fold(case: Case, index: int, said: Statement) -> bool:
    """Take an entry in; False when the dossier lacks the key that it needs."""
    try:
        if said.kind == "key":
            case.registry.apply(index, said)
        else:
            case.registry.check(index, said)
    except UnknownKeyError:
        return False
    except AttestError as e:
        raise type(e)(f"entry {index}: {e}") from e
    if index == 0 and case.trust and case.registry.root != case.trust.root:
        raise TrustError("entry 0 enrols another root than the pinned one")
    return True


def _is_listed(case: Case, kid: bytes) -> bool:
    """Compare what the dossier lists of a signer with what its entries come to."""
    key = case.registry.get(kid)
    listed = case.dossier.keys.get(kid)
    if key is None or listed is None:
        return False
    if listed != key.entries and case.dossier.entries.keys() >= set(listed):
        raise ProofError(f"key {spell.base64url(kid)} lists {listed}, its are {key.entries}")
    return listed == key.entries


def _signature(case: Case) -> Step:
    for index, refusal in case.broken.items():
        raise MalformedError(f"entry {index} is no statement: {refusal}")
    lacking = None
    for index, said in case.statements.items():
        key = case.registry.get(said.header.kid)
        if key is None:
            lacking = lacking or f"the key of entry {index} is not in the dossier"
            continue
        try:
            statement.check_signature(said, key.key)
        except AttestError as e:
            raise type(e)(f"entry {index} by {said.header.iss}: {e}") from e
    if lacking:
        raise MissingError(lacking)
    return Step("held", f"{len(case.statements)} signatures hold")


def _promise(case: Case) -> Step:
    if case.trust is None:
        return Step("told", f"{case.head.size} entries, by a key that nobody pinned")
    checkpoint.open_note(case.dossier.checkpoint, case.trust.vkey)
    return Step("held", f"{case.head.size} entries, signed by {case.head.origin}")


def _inclusion(case: Case) -> Step:
    head = case.head
    for index, entry in case.dossier.entries.items():
        shown = proof.parse(entry.proof)
        if shown.checkpoint != case.dossier.checkpoint or shown.index != index:
            raise ProofError(f"the proof of entry {index} is of another entry or note")
        leaf = merkle.leaf_hash(entry.statement)
        if merkle.root_from_inclusion(leaf, index, head.size, shown.path) != head.root:
            raise ProofError(f"entry {index} is not in the tree of {head.size} entries")
    return Step("held", f"{len(case.dossier.entries)} entries of {head.size}")


def _witness(case: Case) -> Step:
    if case.trust is None:
        return Step("absent", "no policy is pinned")
    policy = case.trust.policy
    times = policy.times(case.note)
    if not policy.witnesses or policy.quorum_time(times) is None:
        return Step("absent", f"{len(times)} pinned witnesses cosigned, which is no quorum")
    return Step("held", f"{len(times)} pinned witnesses cosigned")


def _anchor(case: Case) -> Step:
    anchor, head = case.dossier.anchor, case.head
    if anchor is None:
        if case.dossier.consistency:
            raise ProofError("a consistency proof that starts from no anchor")
        return Step("absent", "not anchored yet")
    merkle.check_consistency(
        anchor.size, head.size, anchor.root, head.root, case.dossier.consistency
    )
    if case.trust and anchor.size == head.size:
        made = checkpoint.note_hash(case.dossier.checkpoint, case.trust.vkey)
        if made != anchor.note_hash:
            raise ProofError(f"the anchor of {anchor.size} keeps another note's hash")
    if case.rooted is None:
        return Step("told", f"{anchor.size} entries in block {anchor.block}, its server says")
    if case.rooted != anchor.root:
        raise ProofError(f"the chain has {case.rooted.hex()} at {anchor.size}")
    return Step("held", f"{anchor.size} entries, asked of the chain")


def _fresh(case: Case) -> Step:
    policy = case.trust.policy if case.trust else None
    time_s = policy.quorum_time(policy.times(case.note)) if policy else None
    if time_s is not None:
        return _age(case, time_s * 1000, "held", "a quorum of witnesses")
    anchor, chain = case.dossier.anchor, case.dossier.chain
    if anchor is None or not anchor.final or not chain.independent:
        return Step("absent", "no witnesses and no final block of an independent chain")
    found: Result = "held" if case.steps["anchor"].result == "held" else "told"
    return _age(case, spell.time_ms(anchor.time), found, "a block")


def _age(case: Case, time_ms: int, result: Result, by: str) -> Step:
    age_ms = case.now_ms - time_ms
    if -AHEAD_MS <= age_ms < DAY_MS:
        return Step(result, f"{by}, at {spell.time_text(time_ms)}")
    return Step("absent", f"{by}, last at {spell.time_text(time_ms)}")


def _stamp(case: Case) -> Step:
    shown, line = case.dossier.stamp, case.lineage
    root = spell.parse_ni(line.roll.text("nguon:rollRoot") or "")
    count = line.roll.number("nguon:count")
    if case.asked and shown.code != case.asked:
        raise ProofError(f"the dossier is of {shown.code.text}, asked was {case.asked.text}")
    if (shown.code.roll, shown.code.index) != (shown.roll, shown.index):
        raise ProofError(f"code {shown.code.text} is not {shown.index} of roll {shown.roll}")
    if line.roll.number("nguon:roll") != shown.roll:
        raise ProofError(f"entry {shown.roll_entry} is of another roll than {shown.roll}")
    leaf = stamp.leaf(shown.code, shown.blind)
    if merkle.root_from_inclusion(leaf, shown.index, count, shown.roll_proof) != root:
        raise ProofError(f"code {shown.code.text} is not in roll {shown.roll}")
    activation, lot, product = line.activation, line.lot, line.roll.text("nguon:product")
    if activation is None or lot is None:
        return Step("absent", "of an issued roll, never activated")
    if not line.holds(activation):
        raise ProofError(f"activation {activation.index} does not hold stamp {shown.index}")
    if product and "/10/" in lot and not lot.startswith(f"{product}/10/"):
        raise ProofError(f"lot {lot} is not of the roll's product {product}")
    return Step("held", f"stamp {shown.index} of roll {shown.roll}, activated for {lot}")


def _facts(case: Case) -> Step:
    count = facts.check(case.dossier, case.lineage, case.statements)
    case.derived = condition.state(case.lineage, case.now_ms)
    return Step("held", f"{count} values are what was signed")


STEPS: Final[dict[str, Callable[[Case], Step]]] = {
    "trust": _trust,
    "keys": _keys,
    "signature": _signature,
    "promise": _promise,
    "inclusion": _inclusion,
    "witness": _witness,
    "anchor": _anchor,
    "fresh": _fresh,
    "stamp": _stamp,
    "facts": _facts,
}


def _state(case: Case, draft: Verdict) -> str:
    """Return the worst of the dossier's state, the derived one and what the steps came to."""
    states = [case.dossier.stamp.state]
    if draft.result == "failed":
        states.append("mismatch")
    if draft.result == "unable":
        states.append("unable")
    if case.derived:
        states.append(case.derived)
    return max(states, key=STATES.index)
