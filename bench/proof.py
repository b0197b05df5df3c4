"""Goal 3: a proof by index from the tiles, cold and hot, as the log grows.

    PYTHONPATH=. .venv/bin/python bench/proof.py [largest power of ten]

The logs are filled by the raw writer (`ledger/log/raw.py`), entries of 32 bytes. Cold is a
reader that has read nothing, though the files may be in the page cache; hot asks for random
entries of 200 bundles whose tiles are in memory. The yardstick is Tessera's Go client on the
same files, which has its own cache; without Go the column stays empty.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import quantiles
from time import perf_counter

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from attest.log import note, proof
from attest.log.tile import Tile
from ledger.log import raw
from ledger.log.reader import LogReader

COLD = 500
HOT = 20_000
HOT_BUNDLES = 200
GO = Path(".cache/bench-proof")
MODULE = "github.com/transparency-dev/tessera@v1.0.4"
PROGRAM = """package main

import (
	"context"
	"fmt"
	"math/rand"
	"os"
	"strconv"
	"time"

	"github.com/transparency-dev/tessera/client"
)

func main() {
	size, _ := strconv.ParseUint(os.Args[2], 10, 64)
	files := client.FileFetcher{Root: os.Args[1]}
	ctx, n := context.Background(), 2000
	started := time.Now()
	for i := 0; i < n; i++ {
		made, err := client.NewProofBuilder(ctx, size, files.ReadTile)
		if err != nil {
			panic(err)
		}
		if _, err := made.InclusionProof(ctx, rand.Uint64()%size); err != nil {
			panic(err)
		}
	}
	fmt.Println(time.Since(started).Microseconds() / int64(n))
}
"""


class Counted(LogReader):
    """Counts the tiles that were read from the disk."""

    reads = 0

    def tile(self, wanted: Tile) -> bytes:
        """Read a tile, counted."""
        self.reads += 1
        return super().tile(wanted)


def entries(count: int) -> Iterator[bytes]:
    """Yield entries that are cheap to make."""
    for n in range(count):
        yield n.to_bytes(32, "big")


def timed(act: Callable[[], object]) -> float:
    """Return the seconds that a call took."""
    started = perf_counter()
    act()
    return perf_counter() - started


def cold(folder: Path, size: int, chance: random.Random) -> tuple[float, float, float]:
    """Return p50 and p99 in ms of a first proof, and the mean of the tiles read for it."""
    times, reads = [], 0
    for _ in range(COLD):
        reader, index = Counted(folder), chance.randrange(size)
        times.append(timed(lambda reader=reader, index=index: reader.proof(index)))  # type: ignore[misc]
        reads += reader.reads
    cut = quantiles(times, n=100)
    return cut[49] * 1e3, cut[98] * 1e3, reads / COLD


def hot(folder: Path, size: int, chance: random.Random, signer: note.NoteSigner) -> float:
    """Return proofs a second from tiles in memory; each of a sample is checked."""
    reader = LogReader(folder)
    bundles = [chance.randrange(size // 256) for _ in range(min(HOT_BUNDLES, size // 256))]
    wanted = [chance.choice(bundles) * 256 + chance.randrange(256) for _ in range(HOT)]
    for index in wanted[:2_000]:
        shown = proof.parse(reader.proof(index))
        shown.check(index.to_bytes(32, "big"), signer.verifier)
    for bundle in bundles:
        reader.proof(bundle * 256)
    return HOT / timed(lambda: [reader.proof(index) for index in wanted])


def tessera(folder: Path, size: int) -> str:
    """Return what Tessera's client takes for a cold proof, in ms; empty without Go."""
    program = GO / "proof"
    if not program.exists() and not built(program):
        return ""
    command = [program.resolve(), folder, str(size)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"{int(ran.stdout) / 1000:.2f} ms" if ran.returncode == 0 else ""


def built(program: Path) -> bool:
    """Build the yardstick once."""
    go = shutil.which("go")
    if go is None:
        return False
    GO.mkdir(parents=True, exist_ok=True)
    (GO / "main.go").write_text(PROGRAM)
    (GO / "go.mod").write_text("module bench\n\ngo 1.24\n")
    environment = os.environ | {"GOFLAGS": "-mod=mod"}
    for command in (["get", MODULE], ["build", "-o", program.name, "."]):
        if subprocess.run([go, *command], cwd=GO, env=environment, check=False).returncode:
            return False
    return True


def main(power: int) -> None:
    """Print the table."""
    signer = note.NoteSigner("bench.example/log", Ed25519PrivateKey.generate())
    chance = random.Random(3)  # noqa: S311  the same every time is the point
    print("| entries | cold p50 | cold p99 (goal 2 ms) | tiles read | Tessera, cold | hot |")
    print("| --- | --- | --- | --- | --- | --- |")
    for size in (10**n for n in range(4, power + 1)):
        with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name:
            folder = Path(name)
            raw.fill(folder, signer, entries(size))
            p50, p99, reads = cold(folder, size, chance)
            rate = hot(folder, size, chance, signer)
            go = tessera(folder, size)
        row = f"{p50:.2f} ms | **{p99:.2f} ms** | {reads:.1f} | {go} | **{rate:,.0f}/s**"
        print(f"| {size:,} | {row} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 6)
