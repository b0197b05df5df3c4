"""One ledger as web processes see it: what they read, and the one way in for statements.

Everything is an attribute made once per process; `open_ledger` is the only place that knows how
the parts fit together. Nothing here signs: that is `nguon work`.
"""

import time
from functools import cached_property
from typing import TYPE_CHECKING

from attest import trust as trusts
from attest.registry import Registry
from attest.trust import Trust
from ledger.anchor import history
from ledger.anchor.errors import ChainUnreachableError
from ledger.blobs.local import LocalBlobs
from ledger.blobs.shelf import Shelf
from ledger.log import fold, queue
from ledger.log.door import Door
from ledger.log.lock import Signed
from ledger.log.queue import Job, JobEntry, Logged
from ledger.log.reader import LogReader
from ledger.people.scans import Checks
from ledger.read import directory, watched
from ledger.read.directory import Product
from ledger.read.footage import Footage
from ledger.read.stamp import Stamps
from ledger.read.watched import Gap
from ledger.store import db

from . import kinds
from .errors import SettingsError, StartError
from .settings import EMBEDDED, NO_CHAIN, Settings
from .vault import Vault

if TYPE_CHECKING:
    from ledger.anchor.chain import ChainClient

PAUSE_S = 0.02
MEGABYTE = 1_000_000


class Ledger:
    """The parts of one ledger, for one process."""

    def __init__(self, settings: Settings) -> None:
        pins = read_trust(settings)
        self.settings = settings
        self.origin = pins.origin
        self.engine = db.open_database(settings.database)
        self.signed = Signed(settings.lock, pins.origin)
        self.log = LogReader(settings.log, self.signed)
        self.door = Door(self.engine, pins.origin)
        self.vault = Vault(settings.keys)
        self.blobs = LocalBlobs(settings.blobs)
        self.shelf = Shelf(self.engine, self.blobs, settings.upload_quota_mb * MEGABYTE)
        self._trust: tuple[int, Trust] = (-1, pins)
        self._registry: tuple[int, Registry] = (-1, Registry(pins.origin))
        self._chain: ChainClient | None = None

    @cached_property
    def stamp_secret(self) -> bytes:
        """The secret that stamp codes are made with."""
        return self.vault.stamp_secret()

    @cached_property
    def checks(self) -> Checks:
        """How often stamps were looked at."""
        return Checks(self.engine, self.stamp_secret)

    @cached_property
    def stamps(self) -> Stamps:
        """Dossiers."""
        return Stamps(self)

    @cached_property
    def footage(self) -> Footage:
        """What cameras recorded."""
        return Footage(self.engine, self.blobs)

    @property
    def chain(self) -> "ChainClient":
        """The chain's node; raises `ChainUnreachableError` where there is none."""
        url = chain_url(self.settings)
        if url is None:
            raise ChainUnreachableError("this server follows no chain")
        from ledger.anchor.chain import ChainClient  # noqa: PLC0415  two seconds, for /chain alone

        if self._chain is None or self._chain.url != url:
            self._chain = ChainClient(url)
        return self._chain

    @property
    def independent(self) -> bool:
        """Say whether the chain is one that we do not run ourselves."""
        known = history.identity(self.engine)
        return known is not None and known.independent

    def trust(self) -> Trust:
        """Return what readers pin, as `nguon work` last wrote it."""
        changed = self.settings.trust.stat().st_mtime_ns
        if changed != self._trust[0]:
            self._trust = (changed, read_trust(self.settings))
        return self._trust[1]

    def keys(self) -> tuple[int, Registry]:
        """Return the index that the next entry will have, and every key as of then."""
        with db.read(self.engine) as tx:
            size, newest = fold.size(tx), fold.newest(tx, "key")
            if newest != self._registry[0]:
                self._registry = (newest, kinds.load_registry(tx, self.origin))
        return size, self._registry[1]

    def product(self, gtin: str) -> Product | None:
        """Return the product of a GTIN as its maker last described it."""
        with db.read(self.engine) as tx:
            return directory.product_of_gtin(tx, gtin)

    def gaps(self, lot: str) -> tuple[Gap, ...]:
        """Return the times of a lot's step windows in which no camera recorded."""
        with db.read(self.engine) as tx:
            return watched.coverage(tx, lot).gaps

    def capture(self, body: bytes, media: str, rollback: bool = True) -> str:
        """Queue a body's statements durably and return the id of the job.

        Raises for the body as a whole, as `Door.admit` says; each statement by itself is
        refused in the job.
        """
        items = self.door.admit(body, media)
        with db.write(self.engine) as tx:
            return queue.enqueue(tx, items, rollback)

    def job(self, job_id: str) -> Job:
        """Return what became of a request, with proofs once they are published."""
        with db.read(self.engine) as tx:
            job = queue.job(tx, job_id)
        if job.running or not job.indexes:
            return job
        if max(job.indexes) >= self.log.size():  # signed, and to be published in a moment
            return Job(True, (None,) * len(job.outcomes))
        return queue.with_entries(job, [self._entry(outcome) for outcome in job.outcomes])

    def wait(self, job_id: str, seconds: float) -> Job:
        """Return a job when it is done, or as it is after so many seconds."""
        deadline = time.monotonic() + seconds
        job = self.job(job_id)
        while job.running and time.monotonic() < deadline:
            time.sleep(PAUSE_S)
            job = self.job(job_id)
        return job

    def close(self) -> None:
        """Let the connections go."""
        self.engine.dispose()

    def _entry(self, outcome: queue.Outcome | None) -> JobEntry | None:
        if not isinstance(outcome, Logged):
            return None
        return JobEntry(outcome.index, self.log.proof(outcome.index))


def open_ledger(settings: Settings) -> Ledger:
    """Open a ledger; raises `StartError` where `nguon init` has not made one."""
    return Ledger(settings)


def read_trust(settings: Settings) -> Trust:
    """Return the pins of the log here, which must be the one that the settings name."""
    try:
        pins = trusts.parse(settings.trust.read_bytes())
    except FileNotFoundError as e:
        raise StartError(f"there is no log in {settings.data}: say `nguon init` first") from e
    if settings.origin and settings.origin != pins.origin:
        raise SettingsError(f"origin is {settings.origin!r}, the log here is {pins.origin!r}")
    return pins


def chain_url(settings: Settings) -> str | None:
    """Return the address of the chain's node now; None where there is none."""
    if settings.chain == NO_CHAIN:
        return None
    if settings.chain != EMBEDDED:
        return settings.chain
    try:
        return (settings.chain_folder / "url").read_text("ascii").strip()
    except OSError:
        return None  # it never started
