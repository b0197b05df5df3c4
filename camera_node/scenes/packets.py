"""H.264 in RTP, as RFC 6184 asks: single units, fragments, sender reports. Bytes only."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

CLOCK_HZ = 90_000
PAYLOAD_TYPE = 96
MOST_BYTES = 1_400  # of a packet's payload
SLICE, SLICE_IDR, SPS, PPS = 1, 5, 7, 8
FRAGMENT = 28  # FU-A
NTP_TO_UNIX_S = 2_208_988_800


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One coded picture: its NAL units without start codes and its times in 1/90000 s."""

    ticks: int  # when it is shown
    nals: tuple[bytes, ...]
    due: int  # when it is sent: before it is shown, where pictures are coded out of order

    def is_key(self) -> bool:
        """Say whether decoding can begin here."""
        return any(kind(nal) == SLICE_IDR for nal in self.nals)


def kind(nal: bytes) -> int:
    """Return a NAL unit's type (1 and 5 are coded slices, 7 SPS, 8 PPS)."""
    return nal[0] & 0x1F


def split(stream: bytes) -> tuple[bytes, ...]:
    """Cut a byte stream (H.264 Annex B) into NAL units without start codes."""
    parts = re.split(b"\x00\x00\x01", stream)[1:]
    return tuple(nal for part in parts if (nal := part.rstrip(b"\x00")))


@dataclass
class Sender:
    """Numbers the packets of one RTP stream."""

    ssrc: int
    seq: int = 0
    packets: int = 0
    octets: int = 0

    def packets_of(self, unit: AccessUnit) -> Iterator[bytes]:
        """Yield the RTP packets of one picture; the last one carries the marker."""
        payloads = [p for nal in unit.nals for p in payloads_of(nal)]
        for i, payload in enumerate(payloads):
            mark = 0x80 if i == len(payloads) - 1 else 0
            ticks = unit.ticks % 2**32
            head = struct.pack(">BBHII", 0x80, mark | PAYLOAD_TYPE, self.seq, ticks, self.ssrc)
            self.seq = (self.seq + 1) % 2**16
            self.packets += 1
            self.octets += len(payload)
            yield head + payload

    def report(self, now_ms: int, ticks: int) -> bytes:
        """Return an RTCP sender report (RFC 3550 6.4.1): wall time beside RTP time."""
        seconds, rest = divmod(now_ms, 1000)
        return struct.pack(
            ">BBHIIIIII",
            0x80,
            200,
            6,
            self.ssrc,
            (seconds + NTP_TO_UNIX_S) % 2**32,
            (rest << 32) // 1000,
            ticks % 2**32,
            self.packets % 2**32,
            self.octets % 2**32,
        )

    def bye(self) -> bytes:
        """Return the RTCP packet that ends the stream (RFC 3550 6.6)."""
        return struct.pack(">BBHI", 0x81, 203, 1, self.ssrc)


def payloads_of(nal: bytes) -> list[bytes]:
    """Return a NAL unit as one RTP payload, or as FU-A fragments when it is long."""
    if len(nal) <= MOST_BYTES:
        return [nal]
    lead = bytes([nal[0] & 0xE0 | FRAGMENT])
    body, step = nal[1:], MOST_BYTES - 2
    pieces = [body[i : i + step] for i in range(0, len(body), step)]
    last = len(pieces) - 1
    return [
        lead + bytes([kind(nal) | (0x80 if i == 0 else 0) | (0x40 if i == last else 0)]) + piece
        for i, piece in enumerate(pieces)
    ]
