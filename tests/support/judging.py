"""A reader with the cooperative's pins judges a dossier."""

import json
from dataclasses import replace

from attest import dossier, trust, verify
from attest.verify import Verdict

from . import coop, coop_troubles
from .coop import NOW_MS, TRUST


def judge(shown: dossier.Dossier, pins: trust.Trust | None = TRUST, **more: object) -> Verdict:
    return verify.verify(shown, pins, more.pop("now_ms", NOW_MS), **more)


def results(verdict: Verdict) -> dict[str, str]:
    return {name: step.result for name, step in verdict.steps.items()}


def rebuilt(change: dict, kind: str, **more: object) -> coop.Story:
    """The story with other members in the event of one kind, past the rules of the fold."""
    story = coop.Story()
    for said in coop.coop().entries:
        record = json.loads(said.payload)
        if said.kind == kind:
            record["epcisBody"]["eventList"][0] |= change
            signer = coop.SIGNERS[more.get("by", said.header.iss)]
            iss = more.get("by", said.header.iss)
            said = coop.sign(signer, iss, record, kind=kind, sub=said.header.sub)  # noqa: PLW2901
        if said.kind == "key":
            story.registry.apply(len(story.entries), said)
        story.entries.append(said)
    return story


def swapped_in(story: coop.Story) -> dossier.Dossier:
    """The good dossier over a log in which entries are others."""
    shown, log = coop_troubles.told(coop.coop()), story.log()
    entries = {i: dossier.Entry(story.entries[i].data, log.proof(i)) for i in shown.entries}
    return replace(
        shown, entries=entries, checkpoint=log.checkpoint(), anchor=None, consistency=()
    )
