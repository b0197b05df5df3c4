"""The signed records inside a dossier, for texts that need more than its members say."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from attest import spell, statement
from attest.statement import Statement


class Records:
    """Statements of a dossier by index, parsed when they are asked for."""

    def __init__(self, dossier: Mapping[str, Any]) -> None:
        self._entries: Mapping[str, Mapping[str, str]] = dossier["entries"]

    @cached_property
    def statements(self) -> dict[int, Statement]:
        """Every statement in the dossier, by index."""
        return {
            int(index): statement.parse(spell.parse_base64url(entry["statement"]))
            for index, entry in self._entries.items()
        }

    @cached_property
    def names(self) -> dict[str, str]:
        """What organisations call themselves, by URI: from party and key records."""
        found: dict[str, str] = {}
        for said in self.statements.values():
            record, name = said.record, said.record.get("name")
            whose = {"party": record.get("id"), "key": record.get("holder")}.get(said.kind)
            if isinstance(whose, str) and isinstance(name, str):
                found.setdefault(whose, name)
        return found

    @cached_property
    def roles(self) -> dict[str, frozenset[str]]:
        """The roles of each holder, as the keys in the dossier have them."""
        found: dict[str, frozenset[str]] = {}
        for _, said in self.of_kind("key"):
            holder, roles = said.record.get("holder"), said.record.get("roles")
            if isinstance(holder, str) and isinstance(roles, list):
                found[holder] = found.get(holder, frozenset()) | frozenset(map(str, roles))
        return found

    def name(self, uri: str) -> str:
        """Return the name of an issuer, or the end of its URI."""
        return self.names.get(uri) or uri.rstrip("/").rsplit("/", 1)[-1]

    def of_kind(self, *kinds: str) -> Iterator[tuple[int, Statement]]:
        """Yield index and statement of some kinds, oldest first."""
        for index, said in sorted(self.statements.items()):
            if said.kind in kinds:
                yield index, said

    def signers(self) -> list[str]:
        """Return who signed the entries, apart from key records, by first appearance."""
        said = [s for _, s in sorted(self.statements.items()) if s.kind != "key"]
        return list(dict.fromkeys(s.header.iss for s in said))


def event(said: Statement) -> dict[str, Any]:
    """Return the first event of an EPCIS document; of a plain record, the record."""
    body: Any = said.record.get("epcisBody")
    if not isinstance(body, dict):
        return dict(said.record)
    first: dict[str, Any] = body["eventList"][0]
    return first


def item(index: int, said: Statement, name: str) -> dict[str, Any] | None:
    """Return one member of a record's (first) event in the dossier's form, or None."""
    found = event(said).get(name)
    if found is None:
        return None
    pointer = "/epcisBody/eventList/0/" if "epcisBody" in said.record else "/"
    return {"value": found, "entry": index, "pointer": pointer + name.replace("/", "~1")}
