"""A log's promise: its name, its size and its root, as three lines of text.

The text follows c2sp.org/tlog-checkpoint. Parsing is strict: `parse(c.text()) == c`,
and no other text parses to `c`, so a signature covers exactly one meaning.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256

from attest.errors import MalformedError, SignatureError

from . import note

HASH_SIZE = 32


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: the first `size` entries of log `origin` hash to `root`."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the exact text that keys sign."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def parse(text: str) -> Checkpoint:
    """Read a checkpoint, refusing every spelling but the canonical one."""
    try:
        origin, size, root, _ = text.split("\n")
        checkpoint = Checkpoint(origin, int(size), b64decode(root, validate=True))
    except ValueError as e:
        raise MalformedError(f"checkpoint is not three lines: {e}") from e
    if len(checkpoint.root) != HASH_SIZE or not 0 <= checkpoint.size < 2**64:
        raise MalformedError(f"checkpoint of {origin!r} has no valid size and root")
    if checkpoint.text() != text or not origin:
        raise MalformedError(f"checkpoint of {origin!r} is not in canonical form")
    return checkpoint


def sign(checkpoint: Checkpoint, signer: note.NoteSigner) -> str:
    """Return the note by which a log stands for a checkpoint of its own."""
    if signer.name != checkpoint.origin:
        raise SignatureError(f"key {signer.name!r} is not that of {checkpoint.origin!r}")
    text = checkpoint.text()
    return note.Note(text, (signer.sign(text),)).to_text()


def open_note(text: str, vkey: note.VerifierKey) -> Checkpoint:
    """Return the checkpoint in a note which the log of `vkey` signed.

    Raises `MalformedError`, or `SignatureError` when that log did not sign it.
    """
    parsed = note.parse(text)
    note.verify(parsed, [vkey])
    checkpoint = parse(parsed.text)
    if checkpoint.origin != vkey.name:
        raise SignatureError(f"checkpoint is of {checkpoint.origin!r}, not of {vkey.name!r}")
    return checkpoint


def own_note(text: str, vkey: note.VerifierKey) -> str:
    """Return the note with the log's own line only, in whatever company it came."""
    parsed = note.parse(text)
    return note.Note(parsed.text, (note.verify(parsed, [vkey])[0],)).to_text()


def note_hash(text: str, vkey: note.VerifierKey) -> bytes:
    """Return what an anchor keeps of a note: SHA-256 of the log's own form of it."""
    return sha256(own_note(text, vkey).encode()).digest()
