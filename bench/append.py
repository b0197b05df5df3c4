"""Goal 1: signed statements through the door to a published checkpoint, fsync on, both cores.

    PYTHONPATH=. .venv/bin/python bench/append.py [statements]

The yardstick is a bare loop of `cryptography` verifying the same signatures, in one process a
core. The pipeline has as many door processes as there are cores and the one writer beside
them, each batch queued as `POST /capture` queues it; another row adds HTTP by the real server.
Statements are of six kinds, signed before the clock starts.
"""

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import quantiles
from time import perf_counter

from attest import cbor, cose, keys, statement
from bench import mix
from ledger import kinds
from ledger.ledger import open_ledger
from ledger.log import queue
from ledger.log.disk import LocalDisk
from ledger.log.door import BATCH
from ledger.log.lock import hold
from ledger.log.writer import Writer
from ledger.settings import Settings
from ledger.store import db
from ledger.work import runner

SIZE = 250  # statements in a batch
HALF_S = 5.0
SMALL = 10  # statements in a batch at half load
CORES = os.cpu_count() or 1
CLIENTS = 4
ACCEPTED = 202


def verify(part: Sequence[tuple[bytes, bytes, bytes]]) -> int:
    """Verify signatures with nothing around it: key, signature, message."""
    known = {cose_key: keys.parse_public(cose_key) for cose_key in {p[0] for p in part}}
    for cose_key, signature, message in part:
        known[cose_key].verify(signature, message)
    return len(part)


def capture(job: tuple[Settings, list[bytes]]) -> list[str]:
    """Queue batches as a web process does."""
    settings, batches = job
    ledger = open_ledger(settings)
    jobs = [ledger.capture(batch, BATCH) for batch in batches]
    ledger.close()
    return jobs


def write(settings: Settings, pipe: Connection) -> None:
    """Be `nguon work` until the pipe closes."""
    stop = threading.Event()
    threading.Thread(target=lambda: (_read(pipe), stop.set()), daemon=True).start()
    runner.work(settings, stop, lambda _: None)


def _read(pipe: Connection) -> None:
    with suppress(EOFError):
        pipe.recv()


@contextmanager
def working(settings: Settings) -> Iterator[None]:
    """Have the writer run beside the block, in a process of its own."""
    context = get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)
    child = context.Process(target=write, args=(settings, theirs))
    child.start()
    try:
        yield
    finally:
        ours.send(None)
        child.join()


@contextmanager
def serving(settings: Settings) -> Iterator[int]:
    """Have `nguon serve` run beside the block; yields its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    program = Path(sys.executable).with_name("nguon")
    command = [program, "serve", "--port", str(port), "--workers", str(CORES)]
    environment = os.environ | {"NGUON_DATA": str(settings.data)}
    child = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield port
    finally:
        child.terminate()
        child.wait()


def post(job: tuple[int, list[bytes]]) -> None:
    """Post batches one after another on one connection."""
    port, parts = job
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for part in parts:
        connection.request("POST", "/capture", part, {"Content-Type": BATCH})
        answer = connection.getresponse()
        if answer.status != ACCEPTED:
            raise SystemExit(f"POST /capture answers {answer.status}: {answer.read()!r}")
        answer.read()
    connection.close()


def over_http(bench: mix.Bench, said: list[bytes], size: int) -> float:
    """Return statements a second from the first request to the checkpoint that has them all."""
    ready = batches(said, SIZE)
    with serving(bench.settings) as port, ThreadPoolExecutor(CLIENTS) as pool:
        post((port, []))
        began = perf_counter()
        list(pool.map(post, [(port, ready[n::CLIENTS]) for n in range(CLIENTS)]))
        published(bench.settings, size + len(said))
        return len(said) / (perf_counter() - began)


def batches(said: Sequence[bytes], size: int) -> list[bytes]:
    """Join statements into batches."""
    return [b"".join(said[at : at + size]) for at in range(0, len(said), size)]


def published(settings: Settings, size: int) -> None:
    """Wait until a checkpoint covers `size` entries."""
    ledger = open_ledger(settings)
    while ledger.log.size() < size:
        time.sleep(0.002)
    ledger.close()


def half_load(bench: mix.Bench, rate: float, first: int) -> tuple[list[float], int]:
    """Hand small batches in at a rate; return seconds to published, and how many statements."""
    count = int(rate * HALF_S) // SMALL * SMALL
    ready = batches([s.data for s in mix.statements(bench, count, first)], SMALL)
    ledger = bench.open()
    jobs: list[tuple[str, float]] = []
    times: list[float] = []
    done = threading.Event()

    def watch() -> None:
        at = 0
        while at < len(jobs) or not done.is_set():
            if at < len(jobs) and not ledger.job(jobs[at][0]).running:
                times.append(perf_counter() - jobs[at][1])
                at += 1
            else:
                time.sleep(0.002)

    watcher = threading.Thread(target=watch)
    watcher.start()
    started = perf_counter()
    for n, batch in enumerate(ready):
        time.sleep(max(0.0, started + n * SMALL / rate - perf_counter()))
        jobs.append((ledger.capture(batch, BATCH), perf_counter()))
    done.set()
    watcher.join()
    ledger.close()
    return times, count


class TimedDisk(LocalDisk):
    """Counts the seconds that the disk takes."""

    spent = 0.0

    def write(self, name: str, data: bytes) -> None:
        """Write, timed."""
        self._timed(lambda: super(TimedDisk, self).write(name, data))

    def sync(self, name: str) -> None:
        """Sync, timed."""
        self._timed(lambda: super(TimedDisk, self).sync(name))

    def sync_folder(self, name: str) -> None:
        """Sync, timed."""
        self._timed(lambda: super(TimedDisk, self).sync_folder(name))

    def _timed(self, act: Callable[[], None]) -> None:
        started = perf_counter()
        act()
        self.spent += perf_counter() - started


def stages(bench: mix.Bench, said: list[bytes]) -> list[tuple[str, float]]:
    """Do the way of some statements in one process, and time each part of it.

    The writer's own steps are one measurement, less the disk, which is counted, and less
    parsing, which was timed alone: what is left over is named the rest.
    """
    ledger, found = bench.open(), []
    ready = batches(said, SIZE)
    clock = Clock(len(said))
    parsed = [statement.parse(data) for data in said]
    found.append(("door: parse", clock.lap()))
    for one in parsed:
        key = ledger.door.key(one.header.kid)
        if key is not None:
            statement.check_signature(one, key)
    found.append(("door: verify", clock.lap()))
    admitted = [ledger.door.admit(batch, BATCH) for batch in ready]
    clock.lap()
    for items in admitted:
        with db.write(ledger.engine) as tx:
            queue.enqueue(tx, items, rollback=True)
    found.append(("door: queue, durably", clock.lap()))
    for data in said:
        statement.parse(data)
    again = clock.lap()
    disk = TimedDisk(bench.settings.log)
    with hold(bench.settings.data):
        signer = ledger.vault.log_signer()
        writer = Writer(bench.settings, ledger.engine, signer, rules=kinds, disk=disk)
        writer.start()
        disk.spent = 0.0
        clock.lap()
        while writer.step():
            pass
        whole = clock.lap()
        writer.lock.close()
    ledger.close()
    on_disk = disk.spent / len(said)
    found += [
        ("writer: parse", again),
        ("writer: fold, rows, commit (the rest)", whole - again - on_disk),
        ("writer: bundles, tiles, checkpoint", on_disk),
    ]
    return found


class Clock:
    """Seconds per statement since the last look."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._at = perf_counter()

    def lap(self) -> float:
        """Return the time since the last lap, per statement."""
        before, self._at = self._at, perf_counter()
        return (self._at - before) / self._count


def signed(data: bytes, known: dict[bytes, bytes]) -> tuple[bytes, bytes, bytes]:
    """Return what the yardstick needs of a statement."""
    one, parts = statement.parse(data), cose.parse(data)
    return known[one.header.kid], parts.signature, parts.sig_structure()


def main(count: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        bench, first = mix.found(Path(folder) / "var")
        with working(bench.settings):
            capture((bench.settings, [first]))
            start = 1 + len(cbor.split(first))
            published(bench.settings, start)
            said = [s.data for s in mix.statements(bench, count, 100)]
            known = {k.kid: k.cose for k in (bench.registrar.key, bench.maker.key)}
            bare = [signed(data, known) for data in said]
            ready = batches(said, SIZE)
            with ProcessPoolExecutor(CORES, mp_context=get_context("spawn")) as pool:
                list(pool.map(verify, [bare[:1]] * CORES))
                began = perf_counter()
                list(pool.map(verify, [bare[n::CORES] for n in range(CORES)]))
                yard = count / (perf_counter() - began)
                list(pool.map(capture, [(bench.settings, [])] * CORES))
                began = perf_counter()
                shares = [(bench.settings, ready[n::CORES]) for n in range(CORES)]
                list(pool.map(capture, shares))
                published(bench.settings, start + count)
                rate = count / (perf_counter() - began)
            times, more = half_load(bench, rate / 2, 100 + count)
            published(bench.settings, start + count + more)
            web = [s.data for s in mix.statements(bench, count, 500_000)]
            http_rate = over_http(bench, web, start + count + more)
        rest = [s.data for s in mix.statements(bench, 2_000, 1_000_000)]
        parts = stages(bench, rest)
    report((count, yard, rate, http_rate), times, parts)


def report(
    rates: tuple[int, float, float, float], times: list[float], parts: list[tuple[str, float]]
) -> None:
    """Print what came out."""
    count, yard, rate, web = rates
    size = sum(s for _, s in parts)
    cut = quantiles(times, n=100)
    print(f"| {count:,} statements of six kinds, batches of {SIZE} | | beside |")
    print("| --- | --- | --- |")
    print(f"| yardstick: verify alone, {CORES} processes | {yard:,.0f}/s | |")
    print(
        f"| **queued, folded, published** | **{rate:,.0f}/s** | {rate / yard:.0%} (goal 50 %) |"
    )
    print(f"| the same by `POST /capture`, clients too | {web:,.0f}/s | {web / yard:.0%} |")
    print(f"| to published at half load, p50 | {cut[49] * 1e3:.0f} ms | |")
    print(
        f"| **to published at half load, p99** | **{cut[98] * 1e3:.0f} ms** | goal 1,500 ms |"
    )
    for name, seconds in parts:
        print(
            f"| {name} | {seconds * 1e6:.0f} µs | {seconds / size:.0%} of {size * 1e6:.0f} µs |"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
