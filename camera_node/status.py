"""Whether a camera's folder keeps its invariant, and how far the server is behind.

Every file is being written (`.part`), journaled, or proven; numbers never skip; what has no
proof is still there.
"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from attest.footage import manifest as manifests
from attest.payload import Json

from .keep.journal import Journal
from .keep.keeper import TROUBLE

CHECKED = 50  # newest segments and minutes that are read again


@dataclass(frozen=True, slots=True)
class Status:
    """One camera: counts, and what is wrong in words."""

    name: str
    segments: int
    unsent: int
    manifests: int
    unproven: int
    faults: tuple[str, ...]

    def record(self) -> dict[str, Json]:
        """Return it for programs."""
        return {
            "camera": self.name,
            "segments": self.segments,
            "unsent": self.unsent,
            "manifests": self.manifests,
            "unproven": self.unproven,
            "faults": list(self.faults),
        }

    def text(self) -> str:
        """Return it for people, one line and one more for each fault."""
        line = (
            f"{self.name}: {self.segments} segments ({self.unsent} not sent),"
            f" {self.manifests} minutes ({self.unproven} not proven)"
        )
        return "\n".join([line, *(f"  wrong: {fault}" for fault in self.faults)])


def look(data: Path, name: str) -> Status:
    """Look at a camera's folder without changing it, also while it is being written to."""
    folder = data / f"camera-{name}"
    if not (folder / "journal.db").exists():
        return Status(name, 0, 0, 0, 0, ("nothing was recorded yet",))
    journal = Journal(folder)
    try:
        strangers = journal.strangers()  # before the rows: a new row may explain one
        counts = journal.counts()
        faults = [*_holes(counts.segments, counts.last_segment, "segments")]
        faults += _holes(counts.manifests, counts.last_manifest, "manifests")
        faults += [*_files(journal), *_strange(journal, strangers), *_chain(journal)]
        faults += [f"segment {n} was forgotten early" for n in journal.forgotten_early()]
        faults += [f"server: {line}" for line in (journal.fact(TROUBLE) or "").splitlines()]
        return Status(
            name,
            counts.segments,
            counts.unsent,
            counts.manifests,
            counts.unproven,
            tuple(faults),
        )
    finally:
        journal.close()


def _holes(count: int, last: int | None, what: str) -> list[str]:
    wanted = 0 if last is None else last + 1
    return [] if count == wanted else [f"{wanted - count} numbers of {what} are missing"]


def _files(journal: Journal) -> list[str]:
    faults = []
    for at, kept in enumerate(journal.present()):
        seq, path = kept.stored.seq, journal.segment_path(kept.stored.seq)
        try:
            whole = at >= CHECKED or sha256(path.read_bytes()).digest() == kept.stored.digest
            there = path.exists()
        except FileNotFoundError:
            whole, there = True, False
        if not there and journal.is_present(seq):  # else it was forgotten just now
            faults.append(f"segment {seq} is journaled, but its file is gone")
        elif not whole:
            faults.append(f"segment {seq} changed on disk")
    return faults


def _strange(journal: Journal, found: list[Path]) -> list[str]:
    """Name files that no row explains: neither the next number nor one that was forgotten."""
    last = journal.last_segment()
    newest = last.stored.seq if last else -1
    known = [path for path in found if path.stem.isdecimal() and int(path.stem) <= newest + 1]
    return [f"{path.name} is in no journal" for path in found if path not in known]


def _chain(journal: Journal) -> list[str]:
    faults = []
    before = None
    for closed in journal.closed(CHECKED):
        if sha256(closed.data).digest() != closed.digest:
            faults.append(f"minute {closed.seq} changed in the journal")
        if before is not None and manifests.parse(closed.data).prev != before:
            faults.append(f"minute {closed.seq} does not follow the one before")
        before = closed.digest
    return faults
