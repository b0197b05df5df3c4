"""MP4 boxes as a camera writes them, and as a liar might."""


def box(kind: str, *body: bytes) -> bytes:
    """Return a box with an honest size."""
    inside = b"".join(body)
    return (8 + len(inside)).to_bytes(4) + kind.encode("latin-1") + inside


def gop(pictures: bytes, frames: int = 20) -> bytes:
    """Return moof ‖ mdat of one GOP that states so many frames."""
    run = box("trun", bytes(4), frames.to_bytes(4))
    return box("moof", box("mfhd", bytes(8)), box("traf", run)) + box("mdat", pictures)


INIT = box("ftyp", b"iso5") + box("moov", box("mvhd", bytes(8)))
