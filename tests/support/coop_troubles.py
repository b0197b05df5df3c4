"""What goes wrong in the cooperative's story: corrections, recalls, thefts, a forger's log."""

import copy

from attest import dossier
from attest.log import note

from . import coop
from .coop import (
    COOP,
    FACILITY,
    LAB,
    OFFICE,
    OTHER,
    PRINTER,
    REGULATOR,
    ROLL_URI,
    WORKER,
    Story,
)
from .said import ROOT, THIEF, uri
from .vector_keys import LOG, key
from .vectors_registry import enrol, revoke

FORGED_LOG = note.NoteSigner(LOG.name, key("forger's log"))


def corrected() -> Story:
    """The date on the packs was wrong; the entry that says so stands beside the first."""
    made = coop.coop()
    wrong = copy.deepcopy(coop.packaging())
    right = coop.packaging(21, bestBeforeDate="2028-12-31")
    wrong["errorDeclaration"] = {
        "declarationTime": "2026-11-19T08:00:00+07:00",
        "reason": "incorrect_data",
        "correctiveEventIDs": [right["eventID"]],
    }
    made.tell(WORKER, "correction", wrong, right)
    return made


def marked(*marks: str) -> Story:
    """Holds, recalls and releases of the lot, in this order."""
    made = coop.coop()
    for number, mark in enumerate(marks, 31):
        kind, _, what = mark.partition(" ")
        member = "unset" if kind == "release" else "set"
        made.tell(REGULATOR, kind, coop.marking(number, **{member: [what]}))
    return made


def voided(by: str) -> Story:
    """Stamps 2 to 5 are void, if the signer may say so."""
    made = coop.coop()
    made.tell(by, "void", coop.void(41, 2, 5), sub=ROLL_URI)
    return made


def stolen() -> Story:
    """The worker's phone was stolen after the packaging; the laboratory's key was replaced."""
    made = coop.coop()
    packed = made.find("packaging")
    made.add(revoke(ROOT, OFFICE, coop.SIGNERS[WORKER].key.kid, packed))
    made.add(enrol(ROOT, coop.Repeatable("new key of the laboratory"), LAB, ["laboratory"]))
    return made


def elsewhere() -> Story:
    """Something happened to another lot, in a zone of nobody."""
    made = coop.coop()
    recalled = coop.marking(51, lot=uri("lot/other"), set=["recalled"])
    made.tell(REGULATOR, "recall", recalled, sub=uri("lot/other"))
    return made


def forged() -> Story:
    """A thief's own log, root and keys, with the same coop."""
    made = Story()
    made.add(enrol(THIEF, THIEF, OFFICE, ["registrar"]))
    for holder, role in {COOP: "producer", PRINTER: "printer", WORKER: "worker"}.items():
        signer = coop.SIGNERS[holder]
        made.add(enrol(THIEF, signer, holder, [role], place=FACILITY))
    root = made.tree.root(made.key)
    made.tell(PRINTER, "roll", coop.rolled(root), sub=ROLL_URI)
    made.tell(COOP, "packaging", coop.packaging())
    made.tell(COOP, "activation", coop.activation(), sub=ROLL_URI)
    return made


def told(made: Story, index: int = 3, state: str = "active", **more: object) -> dossier.Dossier:
    activated = more.pop("activated", True)
    return made.dossier(made.stamp(index, state, activated), **more)


def bases() -> dict[str, dossier.Dossier]:
    plain = coop.coop()
    fake = forged()
    thin = fake.log(signer=FORGED_LOG, cosigned=0)
    return {
        "active": told(plain),
        "inactive": told(plain, 33, "inactive", activated=False),
        "beyond the activation": told(plain, 33),
        "not anchored": told(plain, anchor=None, consistency=()),
        "no witnesses": told(plain, log=plain.log(cosigned=0)),
        "one witness": told(plain, log=plain.log(cosigned=1)),
        "corrected": told(corrected()),
        "hold": told(marked("hold nguon:hold"), state="hold"),
        "recalled, told active": told(marked("recall recalled")),
        "released": told(marked("hold nguon:hold", "release nguon:hold")),
        "held and recalled": told(marked("hold nguon:hold", "recall recalled"), state="hold"),
        "void, told active": told(voided(PRINTER)),
        "void by a stranger": told(voided(OTHER)),
        "recall of another lot": told(elsewhere()),
        "stolen key": told(stolen()),
        "forged": told(
            fake, log=thin, anchor=coop.anchor_at(thin, 3), consistency=thin.consistency(3)
        ),
    }
