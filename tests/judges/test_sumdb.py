"""golang.org/x/mod/sumdb, which others wrote, agrees on our notes, keys, trees and proofs."""

import json
import subprocess
from pathlib import Path

import pytest

from support import require

SOURCE = Path(__file__).with_name("sumdb")
VECTORS = Path(__file__).parents[1] / "vectors"
PROGRAM = require.ROOT / ".cache/go-bin/sumdb-judge"
BUILD_S, RUN_S = 600, 60
# It verifies one line of a key and skips further ones; we refuse every line that does not hold.
STRICTER = {"a known key that did not sign"}


@pytest.fixture(scope="module")
def judge():
    go = require.go()
    PROGRAM.parent.mkdir(parents=True, exist_ok=True)
    built = subprocess.run(
        [go, "build", "-o", PROGRAM, "."],
        check=False,
        cwd=SOURCE,
        capture_output=True,
        timeout=BUILD_S,
    )
    if built.returncode:
        require.missing("go", f"the sumdb judge does not build: {built.stderr[-300:]!r}")

    def judged(case):
        data = json.dumps(case).encode()
        return subprocess.run(
            [PROGRAM], check=False, input=data, capture_output=True, timeout=RUN_S
        )

    return judged


@pytest.fixture
def case():
    notes = json.loads((VECTORS / "note.json").read_bytes())
    trees = json.loads((VECTORS / "merkle.json").read_bytes())
    return {
        "vkey": notes["vkey"],
        "signer": notes["signer"],
        "notes": [one["note"] for one in notes["accepted"]],
        "refused": [one["note"] for one in notes["refused"] if one["why"] not in STRICTER],
        "inclusion": trees["inclusion"],
        "consistency": trees["consistency"],
    }


def test_it_accepts_what_we_accept_and_refuses_what_we_refuse(judge, case):
    found = judge(case)
    assert found.returncode == 0, found.stdout
    counts = [len(case[name]) for name in ("notes", "refused", "inclusion", "consistency")]
    assert found.stdout.split() == [b"%d" % count for count in counts]


@pytest.mark.parametrize("part", ["inclusion", "consistency"])
def test_it_refuses_a_root_of_another_tree(judge, case, part):
    case[part][3]["root" if part == "inclusion" else "rootN"] = "00" * 32
    assert judge(case).returncode != 0
