"""All that shows one entry offline: its index, its path and the checkpoint it leads to.

The text follows c2sp.org/tlog-proof, version 1, without an `extra` line. Parsing is strict:
`parse(p.text()) == p`, and no other text parses to `p`.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass

from attest.errors import MalformedError, ProofError

from . import checkpoint, merkle, note
from .checkpoint import Checkpoint

HEADER = "c2sp.org/tlog-proof@v1"
MAX_PATH = 64
MAX_INDEX = 2**64


@dataclass(frozen=True, slots=True)
class TlogProof:
    """Entry `index` lies in the tree of the note `checkpoint`, as `path` shows."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str

    def text(self) -> str:
        """Return the proof as a file."""
        lines = [HEADER, f"index {self.index}", *(b64encode(h).decode() for h in self.path)]
        return "\n".join(lines) + "\n\n" + self.checkpoint

    def check(self, entry: bytes, vkey: note.VerifierKey) -> Checkpoint:
        """Return the head that holds this entry; raises what its parts raise."""
        head = checkpoint.open_note(self.checkpoint, vkey)
        leaf = merkle.leaf_hash(entry)
        if merkle.root_from_inclusion(leaf, self.index, head.size, self.path) != head.root:
            raise ProofError(f"entry {self.index} is not in the tree of {head.size}")
        return head


def parse(text: str) -> TlogProof:
    """Read a proof, refusing every spelling but the canonical one with `MalformedError`."""
    above, _, note_text = text.partition("\n\n")
    header, *lines = above.split("\n")
    if header != HEADER or not lines or not lines[0].startswith("index "):
        raise MalformedError(f"proof does not begin with {HEADER} and an index")
    try:
        index = int(lines[0].removeprefix("index "))
        path = tuple(b64decode(line, validate=True) for line in lines[1:])
    except ValueError as e:
        raise MalformedError(f"proof has a bad index or hash: {e}") from e
    if not 0 <= index < MAX_INDEX or len(path) > MAX_PATH:
        raise MalformedError(f"proof of entry {index} has {len(path)} hashes")
    if any(len(h) != merkle.HASH_SIZE for h in path):
        raise MalformedError(f"proof of entry {index} has a hash that is not 32 bytes")
    checkpoint.parse(note.parse(note_text).text)
    proof = TlogProof(index, path, note_text)
    if proof.text() != text:
        raise MalformedError(f"proof of entry {index} is not in canonical form")
    return proof
