"""Goal 5: how long a roll of a million stamps takes, beside the hashing that it cannot avoid.

    PYTHONPATH=. .venv/bin/python bench/stamps.py [stamps]

The yardstick does, in as many processes, what the format asks for each stamp and nothing else:
two HMAC-SHA-256 by the standard library and one SHA-256 for the leaf. Node hashes, base32 and
joining are ours to pay. A ratio above 1 means that we are faster than the yardstick.
"""

import hmac
import os
import random
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from time import perf_counter, process_time
from typing import TypeVar

from attest import roll, stamp
from attest.log import merkle

SECRET = b"bench" * 8
ROLL = 7
PROOFS = 2_000
PIECES = 16
T = TypeVar("T")


def yardstick(part: tuple[int, int]) -> tuple[float, bytes]:
    """Hash as often as a range of stamps must; return the processor's seconds."""
    started = process_time()
    first, count = part
    key = stamp.roll_key(SECRET, ROLL)
    for index in range(first, first + count):
        text = index.to_bytes(10, "big")
        mac = hmac.digest(key, text, "sha256")
        blind = hmac.digest(key, b"leaf" + text[6:], "sha256")
        sha256(text + mac[:10] + blind[:16]).digest()
    return process_time() - started, b""


def groups(part: tuple[int, int]) -> tuple[float, bytes]:
    """Make the groups of a range; return the processor's seconds and the groups."""
    started = process_time()
    made = roll.groups(stamp.roll_key(SECRET, ROLL), ROLL, *part)
    return process_time() - started, made


def pieces(count: int) -> list[tuple[int, int]]:
    """Cut a roll into ranges that begin with a group."""
    step = -(-count // PIECES // roll.GROUP) * roll.GROUP
    return [(first, min(step, count - first)) for first in range(0, count, step)]


def timed(act: Callable[[], T]) -> tuple[float, T]:
    """Return the seconds that a call took, and what it returned."""
    started = perf_counter()
    result = act()
    return perf_counter() - started, result


def main(count: int) -> None:
    """Print the table."""
    cores = os.cpu_count() or 1
    parts = pieces(count)
    key = stamp.roll_key(SECRET, ROLL)
    with ProcessPoolExecutor(cores) as pool:
        list(pool.map(yardstick, [(0, 1)] * cores))  # start the processes
        plain_s, plain = timed(lambda: list(pool.map(yardstick, parts)))
        groups_s, parted = timed(lambda: list(pool.map(groups, parts)))
    plain_cpu_s, groups_cpu_s = (sum(cpu for cpu, _ in rows) for rows in (plain, parted))
    made = b"".join(row for _, row in parted)
    upper_s, tree = timed(lambda: roll.build(key, ROLL, count, made))
    root_s, root = timed(lambda: tree.root(key))
    chosen = random.Random(5).sample(  # noqa: S311  the same every time is the point
        range(count), min(PROOFS, count)
    )
    proof_s, proofs = timed(lambda: [tree.proof(key, index) for index in chosen])
    for index, path in zip(chosen, proofs, strict=True):
        leaf = roll.leaf(key, ROLL, index)
        if merkle.root_from_inclusion(leaf, index, count, path) != root:
            raise SystemExit(f"the proof of stamp {index} does not hold")
    check_s, _ = timed(lambda: [stamp.check(SECRET, stamp.code(key, ROLL, i)) for i in chosen])
    above_s = upper_s + root_s
    ratio = plain_cpu_s / (groups_cpu_s + above_s)
    print(f"| stage ({count:,} stamps, {cores} cores) | time | processor |")
    print("| --- | --- | --- |")
    print(f"| yardstick: 2 HMAC + 1 SHA-256 a stamp | {plain_s:.2f} s | {plain_cpu_s:.2f} s |")
    print(f"| issue: groups of 16 | {groups_s:.2f} s | {groups_cpu_s:.2f} s |")
    print(f"| issue: the tree above, root | {above_s:.2f} s | {above_s:.2f} s |")
    print(f"| **issue, all** | **{groups_s + above_s:.2f} s** | {ratio:.2f} × the yardstick |")
    print(
        f"| kept | {len(tree.kept) / 1e6:.1f} MB | {len(tree.kept) / count:.1f} bytes a stamp |"
    )
    print(f"| **roll proof** | **{proof_s / len(chosen) * 1e3:.3f} ms** | goal 0.2 ms |")
    print(f"| make and check a code | {check_s / len(chosen) * 1e6:.1f} µs | |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
