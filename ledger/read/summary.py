"""One short line about an entry, made of what it says; only the server's word."""

from typing import Any

from attest.statement import Statement

_LISTS = ("outputQuantityList", "quantityList", "childQuantityList")
_PLAIN = ("scheme", "verdict", "ruling", "points", "name", "text")


def line(_index: int, said: Statement) -> str | None:
    """Return amounts, results and reasons in a few words; None when there is nothing short."""
    body: Any = said.record.get("epcisBody")
    if isinstance(body, dict):
        event = body["eventList"][-1]
        parts = [*_amounts(event), *_results(event)]
    else:
        parts = [str(said.record[name]) for name in _PLAIN if name in said.record]
    return ", ".join(parts)[:160] or None


def _amounts(event: dict[str, Any]) -> list[str]:
    rows = [row for name in _LISTS for row in event.get(name, ())]
    return [_amount(row) for row in rows if "quantity" in row][:2]


def _amount(row: dict[str, Any]) -> str:
    lot = str(row["epcClass"]).rstrip("/").rsplit("/", 1)[-1]
    return (
        f"{row['quantity']} {row['uom']} {lot}"
        if "uom" in row
        else f"{row['quantity']} × {lot}"
    )


def _results(event: dict[str, Any]) -> list[str]:
    said = [event.get("nguon:reason")]
    if event.get("disposition") in ("conformant", "non_conformant"):
        said.insert(0, event["disposition"].replace("_", " "))
    return [text for text in said if text]
