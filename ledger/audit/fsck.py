"""What is stored here checked against the numbered invariants of docs/design/log.md.

An audit that may look behind the counter: besides the public log it reads the lock database,
the rows and the blob store. It changes nothing; a writer may go on meanwhile, since everything
is compared as of one published head.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, select

from attest import cid as cids
from attest.errors import AttestError
from attest.log import checkpoint, tile
from attest.trust import Trust
from ledger.anchor import history
from ledger.blobs import Blobs
from ledger.errors import NotFoundError
from ledger.log import tiles
from ledger.log.fold import ENTRIES
from ledger.log.lock import Signed
from ledger.settings import Settings
from ledger.store import db, watch_rows
from ledger.store.derived_rows import table

from .report import Report
from .rules import dump, replaying
from .source import FolderSource
from .walk import Progress, Walk, Walker, read_head

FIRST, SECOND, THIRD, FOURTH = "invariant 1", "invariant 2", "invariant 3", "invariant 4"
FIFTH, SIXTH, EIGHTH = "invariant 5", "invariant 6", "invariant 8"
ALL_ANCHORS = 1_000_000
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Stored:
    """Everything that one installation keeps, and what it pins about itself."""

    settings: Settings
    trust: Trust
    engine: Engine
    blobs: Blobs


def fsck(stored: Stored, progress: Progress = lambda *_: None) -> Report:
    """Check every invariant that the stored state can show."""
    source = FolderSource(stored.settings.log)
    report = Report(f"state in {stored.settings.data}")
    signed = Signed(stored.settings.lock, stored.trust.origin)
    try:
        head = read_head(source, stored.trust.vkey)
        lock = signed.head()
    except (AttestError, NotFoundError) as e:
        report.find(FOURTH, e.code, str(e))
        return report
    if lock is None or lock.size < head.size:
        known = lock.size if lock else 0
        report.find(THIRD, "newer-than-signed", f"{head.size} published, {known} signed")
    anchored = history.anchors(stored.engine, limit=ALL_ANCHORS)
    sizes = [h.size for h in signed.heads()] + [row.size for row in anchored]
    walker = Walker(source, head, report, sizes)
    with replaying(head.origin, walker.nodes, report) as replay:
        walked = walker.run(progress, replay.take)
        if report.holds:
            _compare_rows(stored, head.size, replay.dump(), report)
    _check_partials(stored.settings.log, head.size, report)
    _check_signed(signed, stored.trust, walked, report)
    for row in anchored:
        report.count("anchors")
        if row.size <= head.size and walked.roots.get(row.size) != row.root:
            report.find(FIFTH, "fork", f"the anchor of size {row.size} has another root")
    _check_blobs(stored, report)
    return report


def _check_partials(folder: Path, size: int, report: Report) -> None:
    """Files of smaller trees that are still there say what the present ones say."""
    for newest in tile.tiles_between(0, size):
        if newest.width == tile.WIDTH:
            continue
        data = (folder / newest.path()).read_bytes()
        for file in (folder / newest.path()).parent.iterdir():
            if not file.name.isdecimal() or int(file.name) >= newest.width:
                continue
            report.count("older partial files")
            if file.read_bytes() != tiles.prefix(newest, data, int(file.name)):
                name = file.relative_to(folder)
                report.find(FIRST, "corrupt", f"{name} is not what it was")


def _check_signed(signed: Signed, trust: Trust, walked: Walk, report: Report) -> None:
    """Every head ever signed is of this very tree, and its note says what was recorded."""
    for head in signed.heads():
        report.count("signed heads")
        try:
            note = checkpoint.open_note(head.note, trust.vkey)
        except AttestError as e:
            report.find(THIRD, e.code, f"the note of size {head.size}: {e}")
            continue
        beyond = head.size > walked.head.size
        if (note.size, note.root) != (head.size, head.root) or (
            not beyond and walked.roots.get(head.size) != head.root
        ):
            report.find(THIRD, "fork", f"two roots were signed at size {head.size}")


def _compare_rows(
    stored: Stored, size: int, made: dict[str, list[tuple[object, ...]]], report: Report
) -> None:
    """Invariant 8, when no entry was added meanwhile."""
    with db.read(stored.engine) as tx:
        newest = tx.execute(select(ENTRIES.c.index).order_by(ENTRIES.c.index.desc()).limit(1))
        if newest.scalar() != size - 1:
            report.notes.append("the log grew meanwhile: rows were not compared")
            return
        kept = dump(tx)
    for name, rows in made.items():
        report.count("derived rows", len(rows))
        if kept[name] != rows:
            report.find(EIGHTH, "corrupt", f"table {name} is not what the log makes")


def _check_blobs(stored: Stored, report: Report) -> None:
    """Invariant 6, for what the log itself names: manifests and public evidence."""
    manifests = table(watch_rows.FootageRow)
    with db.read(stored.engine) as tx:
        named = [row.manifest for row in tx.execute(select(manifests.c.manifest))]
    for cid in named:
        report.count("blobs")
        try:
            with stored.blobs.path(cid).open("rb") as file:
                found = cids.of_stream(iter(lambda: file.read(CHUNK), b""))
        except (NotFoundError, OSError) as e:
            report.find(SIXTH, "not-found", f"blob {cid} is missing: {e}")
            continue
        if found != cid:
            report.find(SIXTH, "other-bytes", f"blob {cid} has other bytes")
