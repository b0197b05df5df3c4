"""Tessera's fsck, which others wrote, accepts our log and refuses it after any flipped byte.

It reads the folder as a client reads a log: checkpoint, bundles and tiles, nothing of ours.
"""

import os
import random
import subprocess
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from attest.errors import MalformedError
from attest.log import note, tile
from ledger.log import raw
from support import require
from support.log_world import ORIGIN, opened, party

VERSION = "github.com/transparency-dev/tessera/cmd/fsck@v1.0.4"
BUILT = require.ROOT / ".cache/go-bin"
SIZES = (1, 255, 256, 257, 65_536)
FLIPS = 40
BUILD_S, RUN_S = 600, 120


@pytest.fixture(scope="session")
def fsck() -> Path:
    """Build the judge once into a cache folder."""
    go = require.go()
    program = BUILT / "fsck"
    if not program.exists():
        BUILT.mkdir(parents=True, exist_ok=True)
        environment = os.environ | {"GOBIN": str(BUILT), "GOFLAGS": "-mod=mod"}
        built = subprocess.run(
            [go, "install", VERSION],
            check=False,
            env=environment,
            capture_output=True,
            timeout=BUILD_S,
        )
        if built.returncode:
            require.missing("go", f"{VERSION} does not build: {built.stderr[-300:]!r}")
    return program


@pytest.fixture
def signer() -> note.NoteSigner:
    return note.NoteSigner(ORIGIN, Ed25519PrivateKey.generate())


class Judge:
    """Its exit status is 0 whatever it found (v1.0.4), so what it says counts."""

    def __init__(self, program: Path, log: Path, vkey: Path) -> None:
        where = [f"--storage_url=file://{log}", f"--public_key={vkey}"]
        self.vkey = vkey
        self.command = [program, *where, "--ui=false", "--N=2", "--v=1"]

    def accepts(self) -> bool:
        ran = subprocess.run(self.command, check=True, capture_output=True, timeout=RUN_S)
        assert b"Completed ranges" in ran.stderr
        return b"fsck failed" not in ran.stderr


@pytest.fixture
def judge(fsck: Path, signer: note.NoteSigner, tmp_path: Path) -> Judge:
    vkey = tmp_path / "log.vkey"
    vkey.write_text(signer.verifier.text())
    return Judge(fsck, tmp_path / "log", vkey)


@pytest.mark.parametrize("size", SIZES)
def test_tessera_accepts_our_files(judge, signer, tmp_path, size):
    raw.fill(tmp_path / "log", signer, (f"entry {n}".encode() for n in range(size)))
    assert judge.accepts()


def test_tessera_accepts_what_the_writer_made_step_by_step(judge, tmp_path):
    with opened(tmp_path) as world:
        judge.vkey.write_text(world.signer.verifier.text())
        writer = world.found()
        for count in (1, 120, 140, 3, 300):
            world.post(*[party(world.root, f"{count}-{n}") for n in range(count)])
            writer.step()
        writer.lock.close()
    assert judge.accepts()


def test_tessera_refuses_each_of_40_flipped_bytes(judge, signer, tmp_path):
    chance = random.Random("flips")  # noqa: S311
    folder = tmp_path / "log"
    raw.fill(folder, signer, (f"entry {n}".encode() * 3 for n in range(700)))
    assert judge.accepts()
    wanted = ["checkpoint", *(wanted.path() for wanted in tile.tiles_between(0, 700))]
    for flip in range(FLIPS):
        path = folder / wanted[flip % len(wanted)]
        good = path.read_bytes()
        bad = bytearray(good)
        bad[chance.randrange(len(good))] ^= 1 << chance.randrange(8)
        path.write_bytes(bytes(bad))
        if judge.accepts():  # Go reads base64 whose unused bits are not zero; we do not
            assert path.name == "checkpoint"
            assert signature(bytes(bad)) == signature(good)
            with pytest.raises(MalformedError):
                note.parse_bytes(bytes(bad))
        path.write_bytes(good)
    assert judge.accepts()


def signature(text: bytes) -> bytes:
    """What a reader who is not strict takes for the signature."""
    return b64decode(text.split(b" ")[-1])
