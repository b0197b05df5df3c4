"""A witness's word that a log only grew, with the time: c2sp.org/tlog-cosignature, Ed25519.

The signed message is `cosignature/v1`, the time and the checkpoint's text; the signature is
the time as eight bytes and the 64 of Ed25519. Times are POSIX seconds.
"""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from attest.errors import MalformedError

from . import note

TIME_SIZE = 8
SIZE = TIME_SIZE + 64
MAX_TIME_S = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Witness:
    """A name and the Ed25519 key that cosigns under it; never the key of a log."""

    name: str
    key: Ed25519PrivateKey

    @property
    def verifier(self) -> note.VerifierKey:
        """The public half."""
        raw = self.key.public_key().public_bytes_raw()
        return note.VerifierKey(self.name, note.COSIGNATURE, raw)

    def sign(self, text: str, time_s: int) -> note.Signature:
        """Return the cosignature line for a checkpoint's text, made at `time_s`."""
        made = time_s.to_bytes(TIME_SIZE, "big") + self.key.sign(_message(text, time_s))
        return note.Signature(self.name, self.verifier.key_id, made)


def verify(signed: note.Note, witness: note.VerifierKey) -> int | None:
    """Return the newest time at which a witness cosigned, or None where it did not.

    Raises `SignatureError` when a line names the witness and does not hold, and
    `MalformedError` when such a line cannot be a cosignature.
    """
    who = (witness.name, witness.key_id)
    lines = [s.data for s in signed.signatures if (s.name, s.key_id) == who]
    return max((_time(data, signed.text, witness) for data in lines), default=None)


def _time(data: bytes, text: str, witness: note.VerifierKey) -> int:
    time_s = int.from_bytes(data[:TIME_SIZE], "big")
    if len(data) != SIZE or time_s > MAX_TIME_S:
        raise MalformedError(f"cosignature of {witness.name!r} is not a time and a signature")
    witness.check(data[TIME_SIZE:], _message(text, time_s))
    return time_s


def _message(text: str, time_s: int) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()
