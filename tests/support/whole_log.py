"""The smallest dossier over a real log: every entry, for a stamp that nobody activated."""

from typing import Any

from attest import spell
from support import pages
from support.web_world import WebWorld

EMPTY = (
    "id", "name", "maker", "brand", "gtin", "netContent", "ingredients", "allergens", "storage",
    "phone", "picture",
)  # fmt: skip


class WholeLog:
    """Answers every code with a dossier of the whole log."""

    def __init__(self, world: WebWorld) -> None:
        self._log = world.ledger.log

    def dossier(self, _code: str, _now_ms: int) -> dict[str, Any]:
        made = pages.dossier("inactive")
        entries = {
            str(index): {
                "statement": spell.base64url(self._log.entry(index)),
                "proof": self._log.proof(index),
            }
            for index in range(self._log.size())
        }
        return made | {
            "product": dict.fromkeys(EMPTY),
            "timeline": [],
            "entries": entries,
            "checkpoint": self._log.checkpoint(),
            "anchor": None,
        }
