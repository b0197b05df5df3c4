"""Whether a camera's folder keeps its invariant, and how far the server is behind.

Every file is being written (`.part`), journaled, or proven; numbers never skip; what has no
proof is still there.
"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from attest.payload import Json

from .keep.journal import Journal

CHECKED = 50  # newest segments whose bytes are hashed again


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
    """Look at a camera's folder without changing it."""
    folder = data / f"camera-{name}"
    if not (folder / "journal.db").exists():
        return Status(name, 0, 0, 0, 0, ("nothing was recorded yet",))
    journal = Journal(folder)
    try:
        counts = journal.counts()
        faults = [*_holes(counts.segments, counts.last_segment, "segments")]
        faults += _holes(counts.manifests, counts.last_manifest, "manifests")
        faults += _files(journal)
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
    known = set()
    for at, kept in enumerate(journal.present()):
        path = journal.segment_path(kept.stored.seq)
        known.add(path.name)
        if not path.exists():
            faults.append(f"segment {kept.stored.seq} is journaled, but its file is gone")
        elif at < CHECKED and sha256(path.read_bytes()).digest() != kept.stored.digest:
            faults.append(f"segment {kept.stored.seq} changed on disk")
    for path in (journal.folder / "segments").iterdir():
        if path.suffix == ".m4s" and path.name not in known:
            faults.append(f"{path.name} is in no journal")
    return faults
