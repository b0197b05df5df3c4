"""The invented people of the demo province, each with a key of their own, and how they speak.

Keys are made at random on the first start and kept in the demo's folder, 0600. A voice signs a
record and hands it in like anybody else; nothing here touches the server's files.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from attest import keys, spell, statement
from attest.client import files
from attest.client.commands import enrolment
from attest.client.server import Server
from attest.payload import Json

Record = dict[str, Json]
WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody who can sign: a holder and the holder's key."""

    holder: str
    key: keys.PrivateKey

    def says(self, kind: str, subject: str, record: Record, written: int) -> bytes:
        """Return the signed statement, claimed to be written at `written` (seconds UTC)."""
        signed = statement.sign(
            self.key,
            kind=kind,
            iss=self.holder,
            sub=subject,
            iat=written,
            record=record,
        )
        return signed.data


@dataclass(frozen=True, slots=True)
class Roll:
    """A printed roll: its number, its URI, its maker's short name, its codes in order."""

    number: int
    uri: str
    maker: str
    codes: tuple[str, ...]


@dataclass(slots=True)
class Cast:
    """Everybody of the story by a short name; `folder` keeps their keys."""

    folder: Path
    server: Server
    origin: str
    registrar: Voice
    place: str
    voices: dict[str, Voice] = field(default_factory=dict)
    rolls: dict[str, Roll] = field(default_factory=dict)
    _said: list[bytes] = field(default_factory=list)

    def enrol(self, short: str, holder: str, roles: Sequence[str], **more: str) -> Voice:
        """Let the registrar bring in somebody's key; `place` and `name` may be given."""
        voice = Voice(holder, self.key(short))
        signed = enrolment(
            voice.key,
            self.registrar.key,
            issuer=self.registrar.holder,
            origin=self.origin,
            holder=holder,
            roles=tuple(roles),
            place=more.get("place", self.place),
            name=more.get("name"),
        )
        self._said.append(signed.data)
        self.voices[short] = voice
        return voice

    def key(self, short: str) -> keys.PrivateKey:
        """Return somebody's key, made on the first call."""
        path = self.key_file(short)
        if not path.exists():
            files.make_folder(self.folder)
            files.write_secret(path, keys.PrivateKey.generate().to_pem())
        return keys.PrivateKey.from_pem(files.read_secret(path))

    def key_file(self, short: str) -> Path:
        """Where somebody's key is kept."""
        return self.folder / f"{short}.pem"

    def say(
        self, short: str, kind: str, subject: str, record: Record, written: int | None = None
    ) -> None:
        """Let somebody sign a record; it goes out with the next `send`.

        Written down when it happened, as on a phone without a network, unless it is told when.
        """
        voice = self.registrar if short == "registrar" else self.voices[short]
        self._said.append(voice.says(kind, subject, record, written or happened(record)))

    def plain(self, short: str, kind: str, uri: str, /, **members: Json) -> None:
        """Let somebody sign a plain record about the thing that its id names."""
        record: Record = {"type": kind, "id": uri}
        named = {name.replace("__", ":"): value for name, value in members.items()}
        self.say(short, kind, uri, record | named)

    def send(self) -> list[int]:
        """Hand in what was said, all or nothing, and wait until it is in the log."""
        said, self._said = self._said, []
        return self.server.log(said, WAIT_S) if said else []

    def picture(self, short: str, data: bytes) -> str:
        """Store a public picture under somebody's permit; return its CID."""
        voice = self.voices[short]
        return self.server.put_blob(data, voice.key, voice.holder, public=True)


def happened(record: Record) -> int:
    """Return when what a record says was done (seconds UTC); now, where it does not say."""
    at = record.get("at") or record.get("creationDate")
    return spell.time_ms(at) // 1000 if isinstance(at, str) else int(time.time())
