"""Segments and manifests of an invented camera."""

from hashlib import sha256

from attest import cid
from attest.footage import segment as segments
from attest.footage.manifest import Gap, Manifest, Stored
from attest.footage.segment import Segment
from attest.keys import PrivateKey

CAMERA = "https://trace.example/camera/cam-1"
NODE = "https://trace.example/node/n-1"
INIT_DIGEST = sha256(b"init").digest()
START_MS = 1_795_000_020_000  # a whole minute
KEY = PrivateKey.from_seed(b"node")


def said(data: bytes, seq: int = 0, prev: bytes | None = None) -> Segment:
    """Return what an honest node says of a segment's bytes; four seconds each."""
    start_ms = START_MS + seq * 4000
    gops = segments.measure(data)
    return Segment(
        f"urn:uuid:00000000-0000-4000-8000-{seq:012d}",
        CAMERA,
        "boot-1",
        seq,
        INIT_DIGEST,
        start_ms,
        start_ms + 4000,
        gops,
        prev,
    )


def stored(pieces: list[bytes]) -> tuple[Stored, ...]:
    """Return the rows of a manifest for segments in order, from seq 0."""
    rows: list[Stored] = []
    prev = None
    for seq, data in enumerate(pieces):
        segment = said(data, seq, prev)
        signed = segments.sign(segment, KEY, NODE, 1)
        prev = sha256(signed.data).digest()
        digest = sha256(data).digest()
        times = (segment.start_ms, segment.end_ms)
        name = cid.of_bytes(data)
        rows.append(Stored(seq, *times, name, digest, len(data), segment.gops, signed.data))
    return tuple(rows)


def manifest(pieces: list[bytes]) -> Manifest:
    """Return the first manifest of the camera, with a gap at its end."""
    rows = stored(pieces)
    end_ms = rows[-1].end_ms if rows else START_MS
    return Manifest(
        camera=CAMERA,
        node=NODE,
        boot="boot-1",
        seq=0,
        prev=None,
        init=(INIT_DIGEST,),
        clock_source="http-date",
        clock_offset_ms=-3,
        segments=rows,
        gaps=(Gap(end_ms, START_MS + 60_000, "offline"),),
        stats={"fixes": 0},
        tamper=(),
        models=(sha256(b"model").digest(),),
    )
