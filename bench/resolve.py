"""Goal 2: a stamp's dossier and page, cold and warm, beside the same server's bare route.

    PYTHONPATH=. .venv/bin/python bench/resolve.py [lots [stamps of each]]

The log is filled through the real door and fold (bench/lots.py), the server is the one of
`nguon serve` with a worker a core. Cold is the first question about a lot; what its bulk lot
shares with lots asked before may be known. Rates are those of client processes on the same
cores, the yardstick's too. Goal: 10,000 lots and 1,000,000 stamps, `10000 100`.
"""

import json
import os
import random
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from attest.payload import Json
from bench import lots
from bench.append import working
from bench.lots import Codes, Market
from bench.serving import Client, ms, serving
from ledger.ledger import open_ledger
from ledger.log.door import ONE
from webapp.demo import events

CORES = os.cpu_count() or 1
CLIENTS = 2 * CORES
COLD = 200
WARM = 1_000
BUSY = 10  # lots that everybody asks about
RATE_S = 4.0
RECALLED = 40  # answers in a row that say so, from all workers
JSON = {"Accept": "application/json"}
PAGE = {"Accept": "text/html", "Accept-Language": "vi"}
PERSON = PAGE | {"Sec-Fetch-Dest": "document", "User-Agent": "Mozilla/5.0 (Bench)"}
Job = tuple[int, dict[str, str], list[str]]


def ask(job: Job) -> int:
    """Ask for paths in turn for some seconds; return how many were answered."""
    port, headers, paths = job
    with closing(Client(port, headers)) as client:
        done, end = 0, perf_counter() + RATE_S
        while perf_counter() < end:
            client.get(paths[done % len(paths)])
            done += 1
    return done


class Rates:
    """Requests a second, asked by some processes at once."""

    def __init__(self, port: int, pool: ProcessPoolExecutor) -> None:
        self._port = port
        self._pool = pool

    def of(self, paths: list[str], headers: dict[str, str]) -> float:
        """Return the rate of these paths together, each client with its share of them."""
        shares = [paths[n::CLIENTS] or paths for n in range(CLIENTS)]
        began = perf_counter()
        done = sum(self._pool.map(ask, [(self._port, headers, share) for share in shares]))
        return done / (perf_counter() - began)


def recall(market: Market, port: int, number: int) -> float:
    """Recall a lot; return the seconds until every worker says so."""
    now = datetime.now(UTC).replace(microsecond=0)
    uri = market.lot(number)
    notice: dict[str, Json] = {
        "disposition": "recalled",
        "persistentDisposition": {"set": ["recalled"]},
        "quantityList": [{"epcClass": uri}],
        "nguon__authority": lots.MAKER,
        "nguon__reason": "bench",
        "nguon__instruction": "none",
    }
    event = events.observed(now, "holding", lots.FACILITY, [], **notice)
    said = market.maker.says("recall", uri, events.document(event), int(now.timestamp()))
    ledger = open_ledger(market.settings)
    path = f"/s/{market.codes(ledger).of(number)}"
    with closing(Client(port, JSON)) as client:
        client.get(path)
    began, row = perf_counter(), 0
    job = ledger.capture(said, ONE)
    while row < RECALLED:
        try:
            with closing(Client(port, JSON)) as client:
                state = json.loads(client.get(path)[1])["stamp"]["state"]
            row = row + 1 if state == "recalled" else 0
        except OSError:  # a busy server may let a connection go
            row = 0
        if refusals := ledger.job(job).refusals:
            raise SystemExit(f"the recall was refused: {refusals[0]}")
    ledger.close()
    return perf_counter() - began


def entries(market: Market) -> tuple[Codes, int]:
    """Return the codes, and how many entries the first dossier has."""
    ledger = open_ledger(market.settings)
    codes, now_ms = market.codes(ledger), int(datetime.now(UTC).timestamp() * 1000)
    found = ledger.stamps.read(codes.of(0), now_ms)
    ledger.close()
    return codes, len(found.entries)


def main(count: int, each: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        began = perf_counter()
        market = lots.fill(Path(folder) / "var", count, each)
        filled_s = perf_counter() - began
        codes, size = entries(market)
        print(
            f"| {count:,} lots, {count * each:,} stamps, {size} entries a dossier | | beside |"
        )
        print("| --- | --- | --- |")
        rate = market.entries / filled_s
        print(f"| filled through door and fold | {filled_s:.0f} s | {rate:,.0f} entries/s |")
        with (
            working(market.settings),
            ProcessPoolExecutor(CLIENTS, mp_context=get_context("spawn")) as pool,
            serving(market.settings, CORES) as port,
        ):
            alone(market, codes, port)
            together(market, codes, Rates(port, pool))
            seen_s = recall(market, port, count - 1)
            print(f"| a recall, until every worker says so | {seen_s:.1f} s | goal 60 s |")


def alone(market: Market, codes: Codes, port: int) -> None:
    """Ask one question after another, and print how long each takes."""
    chance = random.Random(2)  # noqa: S311  the same every time is the point
    chosen = chance.sample(range(BUSY, market.lots), min(COLD, market.lots - BUSY))
    with closing(Client(port, JSON)) as client:
        for _ in range(WARM):  # the worker's first requests are slower
            client.get("/bare")
        bare = ms([client.seconds("/bare") for _ in range(WARM)])
        cold = ms([client.seconds(f"/s/{codes.of(lot)}") for lot in chosen])
        client.get(f"/s/{codes.of(0)}")
        warm = ms([client.seconds(f"/s/{codes.of(0, n)}") for n in range(1, market.each)])
    row = "| {} | **{:.2f} ms** | goal {} ms; {:.1f} × the bare route |"
    print(f"| yardstick: bare route, p50 | {bare:.2f} ms | |")
    print(row.format("**dossier, cold, p50**", cold, 10, cold / bare))
    print(row.format("**another stamp of a known lot, p50**", warm, 2, warm / bare))


def together(market: Market, codes: Codes, rates: Rates) -> None:
    """Ask from several processes at once, and print the rates."""
    busy = [f"/s/{codes.of(lot, n)}" for n in range(1, market.each) for lot in range(BUSY)]
    limit = rates.of(["/bare"], {})
    print(f"| yardstick: bare route, {CLIENTS} clients | {limit:,.0f}/s | |")
    for name, headers, goal in (
        ("**another stamp of a known lot**", JSON, " (goal 1,500/s)"),
        ("**its page, to a program**", PAGE, " (goal 30 %)"),
        ("its page, to a person, whose check is counted", PERSON, ""),
    ):
        rate = rates.of(busy, headers)
        share = f"{rate / limit:.0%} of the bare route{goal}"
        print(f"| {name} | **{rate:,.0f}/s** | {share} |")


if __name__ == "__main__":
    given = dict(enumerate(sys.argv[1:]))
    main(int(given.get(0, 2_000)), int(given.get(1, 100)))
