"""A roll of stamps: its codes for the printer, its tree for proofs, its statement for the log.

Only the holder of the stamp secret can do this. The codes are never stored: they are made again
whenever they are asked for, and the log has their root alone.
"""

import os
import secrets
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from uuid import uuid4

from attest import gs1, roll, spell, stamp, statement
from attest.client import files
from attest.errors import AttestError
from attest.keys import Signer
from attest.kinds import epcis
from attest.payload import Json
from attest.roll import RollTree
from attest.statement import Statement

MAX_NUMBER = 2**stamp.ROLL_BITS - 1
PARALLEL_FROM = 50_000  # stamps; below, starting processes costs more than it saves
DIGITAL_LINK = "https://id.gs1.org/"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be printed: how many, for which producer and product (URIs)."""

    number: int
    count: int
    producer: str
    product: str | None = None


def new_number() -> int:
    """Return a roll number that nobody can have: a log has up to 2^30, drawn at random."""
    return secrets.randbelow(MAX_NUMBER) + 1


def make(secret: bytes, wish: Wish, processes: int | None = None) -> RollTree:
    """Make a roll's tree, in as many processes as there are cores, or `processes`."""
    key = key_of(secret, wish)
    workers = processes or os.cpu_count() or 1
    if wish.count < PARALLEL_FROM or workers == 1:
        return roll.build(key, wish.number, wish.count)
    whole = wish.count // roll.GROUP
    share = -(-whole // workers) * roll.GROUP
    jobs = [
        (key, wish.number, first, min(share, whole * roll.GROUP - first))
        for first in range(0, whole * roll.GROUP, share)
    ]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        made = b"".join(pool.map(roll.groups, *zip(*jobs, strict=True)))
    return roll.build(key, wish.number, wish.count, made)


def key_of(secret: bytes, wish: Wish) -> bytes:
    """Return the key that a roll's codes are made with."""
    return stamp.roll_key(secret, wish.number)


def keep(folder: Path, tree: RollTree) -> None:
    """Keep what proofs need of a tree; it can be made again from the secret."""
    files.make_folder(folder)
    files.write_durably(kept(folder, tree.roll), bytes(tree.kept))


def kept(folder: Path, number: int) -> Path:
    """Return where a roll's tree is kept."""
    return folder / f"{number}.tree"


def announce(signer: Signer, issuer: str, base: str, wish: Wish, root: bytes) -> Statement:
    """Sign the entry that issues a roll; `base` is the address that rolls are named under."""
    now = datetime.now(UTC).replace(microsecond=0)
    uri = f"{base}/roll/{wish.number}"
    members: dict[str, Json] = {
        "nguon:roll": wish.number,
        "nguon:count": wish.count,
        "nguon:rollRoot": spell.ni(root),
        **({"nguon:product": wish.product} if wish.product else {}),
        "nguon:producer": wish.producer,
    }
    text = now.isoformat().replace("+00:00", "Z")
    event: dict[str, Json] = {
        "type": "ObjectEvent",
        "eventID": f"urn:uuid:{uuid4()}",
        "eventTime": text,
        "eventTimeZoneOffset": "+00:00",
        "action": "ADD",
        "bizStep": "encoding",
        "disposition": "encoded",
        "readPoint": {"id": issuer},
        "epcList": [uri],
        **members,
    }
    record = epcis.document(text, epcis.parse_event(event)).record()
    return statement.sign(
        signer, kind="roll", iss=issuer, sub=uri, iat=int(now.timestamp()), record=record
    )


def rows(secret: bytes, wish: Wish, base: str) -> Iterator[tuple[int, str, str, str]]:
    """Yield what a printer needs of each stamp: index, code, grouped code, address for QR."""
    key = key_of(secret, wish)
    prefix = f"{base}{link(wish.product)}"
    for index in range(wish.count):
        code = stamp.code(key, wish.number, index)
        yield index, code.text, code.grouped, prefix + code.text


def link(product: str | None) -> str:
    """Return what stands before a code in its address: a Digital Link where there is a GTIN.

    Upper case keeps a QR code small where there is none.
    """
    if product is None or not product.startswith(DIGITAL_LINK):
        return "/S/"
    try:
        gtin = gs1.parse_uri(product).gtin
    except AttestError:
        return "/S/"
    return f"/01/{gtin}/21/"
