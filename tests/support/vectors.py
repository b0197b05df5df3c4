"""Writes the shared vectors of logs, stamps, names and pins: the same bytes on every run.

After a format changed, from the repository's root, and then read the difference:

    PYTHONPATH=.:tests .venv/bin/python -m support.vectors
"""

import json

from . import vectors_log, vectors_note, vectors_stamp
from .vector_keys import FOLDER

MAKERS = {
    "merkle": vectors_log.merkle_vectors,
    "tile": vectors_log.tile_vectors,
    "proof": vectors_log.proof_vectors,
    "note": vectors_note.note_vectors,
    "stamp": vectors_stamp.stamp_vectors,
    "roll": vectors_stamp.roll_vectors,
    "gs1": vectors_stamp.gs1_vectors,
    "cid": vectors_stamp.cid_vectors,
    "trust": vectors_stamp.trust_vectors,
}


def render(name: str) -> str:
    """The text of one file."""
    return json.dumps(MAKERS[name](), ensure_ascii=True, indent=1) + "\n"


if __name__ == "__main__":
    for stem in MAKERS:
        (FOLDER / f"{stem}.json").write_text(render(stem))
