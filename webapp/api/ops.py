"""Is the server well: is a checkpoint recent, are blobs kept, how far is the chain."""

from dataclasses import asdict

from flask import Blueprint, Response, current_app

from attest import cid as cids
from ledger.anchor import history
from ledger.errors import LedgerError
from ledger.ledger import Ledger
from webapp.desk import desk, json_answer

bp = Blueprint("ops", __name__)

SHOWN = 5  # newest incidents
STALE_S = 600  # a checkpoint is said again after NGUON_HEARTBEAT_S, which is less


@bp.get("/healthz")
def health() -> Response:
    """Answer 200 while a checkpoint was published in the last ten minutes, else 503."""
    ledger: Ledger = current_app.extensions["ledger"]
    now_ms = desk().now_ms()
    lag = history.lag(ledger.engine)
    size = ledger.log.size()
    age_s = _age_s(ledger, now_ms)
    blobs = _blobs(ledger)
    well = age_s is not None and age_s <= STALE_S and blobs
    anchored = lag.newest.size if lag.newest else 0
    answer = json_answer(
        {
            "ok": well,
            "checkpoint": {"size": size, "ageSeconds": age_s},
            "chain": {
                "ok": lag.failed_ms is None and lag.ok_ms is not None,
                "behind": size - anchored,
                "waiting": lag.waiting,
                "trouble": lag.code,
                "incidents": [asdict(one) for one in history.incidents(ledger.engine, SHOWN)],
            },
            "blobs": {"ok": blobs},
        }
    )
    answer.status_code = 200 if well else 503
    return answer


def _age_s(ledger: Ledger, now_ms: int) -> int | None:
    published_ms = ledger.log.published_ms()
    return None if published_ms is None else max(0, now_ms - published_ms) // 1000


def _blobs(ledger: Ledger) -> bool:
    try:
        ledger.shelf.blobs.has(cids.of_bytes(b""))
    except (LedgerError, OSError):
        return False
    return True
