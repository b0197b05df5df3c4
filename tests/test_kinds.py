"""Every kind has all that a kind needs; what is missing is listed by name."""

import dataclasses
import json

import pytest

from attest import registry
from attest.kinds import KINDS
from ledger import kinds as rules
from support import vectors_kinds
from webapp import language

VECTORS = json.loads(vectors_kinds.FILE.read_text(encoding="utf-8"))
NEVER_LOGGED = {"permit", "segment"}
OWN_FOLD = {"key", "correction"}


def missing(kind: str) -> list[str]:
    """Return what a kind lacks."""
    known, vector = KINDS[kind], VECTORS.get(kind)
    lacks = []
    if vector is None or not vector["bad"]:
        lacks.append("vectors: an example in docs/formats, edits in support/vectors_kinds.py")
    else:
        record = known.parse(vector["good"])
        if not (dataclasses.is_dataclass(record) and record.__dataclass_params__.frozen):
            lacks.append("a frozen dataclass")
    if not known.roles:
        lacks.append("a role that may sign it")
    if kind not in rules.HANDLERS and kind not in OWN_FOLD:
        lacks.append("a handler in ledger/kinds")
    lacks += [
        f"a string in {code}"
        for code in language.LANGUAGES
        if not language.words_of(code).has(f"kind.{kind}")
    ]
    return lacks


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_lacks_nothing(kind):
    assert missing(kind) == []


def test_whatever_a_role_may_sign_is_a_kind():
    signed = {kind for kinds in registry.ROLES.values() for kind in kinds}
    assert signed - NEVER_LOGGED == KINDS.keys()
    assert rules.NOT_LOGGED == NEVER_LOGGED


def test_nothing_is_handled_or_shown_that_is_no_kind():
    assert rules.HANDLERS.keys() | OWN_FOLD == KINDS.keys()
    assert VECTORS.keys() == KINDS.keys()
