"""What a public blob may be shown as, told from its own first bytes and never from its sender.

Five types that browsers cannot run; whatever else comes is a download (formats §6).
"""

import json
from pathlib import Path

UNKNOWN = "application/octet-stream"
JSON_LIMIT = 1 << 20
BOXES = (b"ftyp", b"styp", b"moof", b"sidx")  # how an MP4 file or fragment begins


def media_type(file: Path) -> str:
    """Return jpeg, png, webp, mp4 or json, or octet-stream."""
    with file.open("rb") as opened:
        head = opened.read(16)
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] in BOXES:
        return "video/mp4"
    return "application/json" if head[:1] in (b"{", b"[") and _is_json(file) else UNKNOWN


def _is_json(file: Path) -> bool:
    if file.stat().st_size > JSON_LIMIT:
        return False
    try:
        json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        return False
    return True
