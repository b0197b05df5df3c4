"""Whose signatures make a checkpoint believable: logs, witnesses and a quorum.

The text follows c2sp.org/tlog-policy. It is written by people, so comments and blanks are
allowed; everything else is strict, and names mean nothing outside of the file.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from attest.errors import MalformedError

from . import cosignature, note

MAX_LINES = 1000
NONE = "none"
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_NUMBER = re.compile("[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True)
class Group:
    """At least `threshold` of the members must have witnessed."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """The logs, the witnesses by name, and the rule over them; `text` is the file itself."""

    text: str
    quorum: str
    logs: tuple[note.VerifierKey, ...] = ()
    witnesses: Mapping[str, note.VerifierKey] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)

    def times(self, signed: note.Note) -> dict[str, int]:
        """Return when each witness cosigned a note, in POSIX seconds, by its name here.

        Raises what `cosignature.verify` raises: a bad line of a known witness is a refusal.
        """
        found = {name: cosignature.verify(signed, key) for name, key in self.witnesses.items()}
        return {name: time_s for name, time_s in found.items() if time_s is not None}

    def met(self, witnessed: Sequence[str] | set[str] | Mapping[str, int]) -> bool:
        """Say whether these witnesses, by name, make the quorum; `none` needs nobody."""
        return self.quorum == NONE or self._holds(self.quorum, set(witnessed))

    def quorum_time(self, times: Mapping[str, int]) -> int | None:
        """Return the newest second since which a whole quorum has cosigned, or None.

        One witness with a fast clock cannot make an old checkpoint fresh.
        """
        if self.quorum == NONE:
            return None
        for time_s in sorted(set(times.values()), reverse=True):
            if self.met({name for name, at in times.items() if at >= time_s}):
                return time_s
        return None

    def _holds(self, name: str, witnessed: set[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in witnessed
        return sum(self._holds(m, witnessed) for m in group.members) >= group.threshold


def parse(text: str) -> Policy:
    """Read a policy file, with a `MalformedError` that names the line."""
    lines = text.split("\n")
    if _CONTROL.search(text) or len(lines) > MAX_LINES or lines.pop():
        raise MalformedError("policy has a control character, no last newline or is too long")
    reading = _Reading()
    for number, line in enumerate(lines, 1):
        # Only space and tab separate; str.split() would also split at other Unicode spaces.
        words = [word for word in re.split("[ \t]+", line) if word]
        if words and not words[0].startswith("#"):
            try:
                reading.line(words)
            except MalformedError as e:
                raise MalformedError(f"policy line {number}: {e}") from e
    if reading.quorum is None:
        raise MalformedError("policy has no quorum line")
    return Policy(text, reading.quorum, tuple(reading.logs), reading.witnesses, reading.groups)


class _Reading:
    """What the lines read so far have defined."""

    def __init__(self) -> None:
        self.quorum: str | None = None
        self.logs: list[note.VerifierKey] = []
        self.witnesses: dict[str, note.VerifierKey] = {}
        self.groups: dict[str, Group] = {}
        self._members: set[str] = set()

    def line(self, words: list[str]) -> None:
        """Take one line in; the first word says which."""
        match words:
            case ["log", vkey] | ["log", vkey, _]:
                self.logs.append(self._key(vkey, note.ED25519, self.logs))
            case ["witness", name, vkey] | ["witness", name, vkey, _]:
                self._new(name)
                known = list(self.witnesses.values())
                self.witnesses[name] = self._key(vkey, note.COSIGNATURE, known)
            case ["group", name, threshold, *members] if members:
                self._new(name)
                self.groups[name] = self._group(threshold, members)
            case ["quorum", name] if self.quorum is None:
                if name != NONE:
                    self._known(name)
                self.quorum = name
            case _:
                raise MalformedError(f"{' '.join(words)[:100]!r} says nothing here")

    def _key(self, text: str, kind: int, known: list[note.VerifierKey]) -> note.VerifierKey:
        key = note.parse_key(text)
        if key.kind != kind or any(key.key == other.key for other in known):
            raise MalformedError(f"key of {key.name!r} is of another kind or is listed twice")
        return key

    def _new(self, name: str) -> None:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise MalformedError(f"name {name!r} is taken")

    def _known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise MalformedError(f"name {name!r} is not defined above")

    def _group(self, threshold: str, members: list[str]) -> Group:
        for member in members:
            self._known(member)
            if member in self._members:
                raise MalformedError(f"{member!r} is a member already")
            self._members.add(member)
        if threshold not in ("all", "any") and not _NUMBER.fullmatch(threshold):
            raise MalformedError(f"threshold {threshold!r} is not all, any or a number")
        count = {"all": len(members), "any": 1}.get(threshold) or int(threshold)
        if count > len(members):
            raise MalformedError(f"threshold {count} is above {len(members)} members")
        return Group(count, tuple(members))
