"""A verdict on a stamp, for people on a terminal and for programs, with its exit status."""

from attest.payload import Json
from attest.verify import REQUIRED, Verdict

HOLDS, FAILS, UNPINNED = 0, 1, 3
MARKS = {
    "held": "✓",
    "told": "i",
    "absent": "–",
    "failed": "✗",
    "unable": "?",
    "waiting": " ",
}
NOT_PROVEN = (
    "not proven: that the pack holds the recorded goods, that what was said is true, what no"
    " camera saw, that nothing was left out"
)


def status(verdict: Verdict) -> int:
    """Return 0 when everything required holds, 3 when nothing was pinned, else 1."""
    if verdict.result == "held":
        return HOLDS
    return UNPINNED if verdict.result == "told" and not verdict.pinned else FAILS


def sentence(verdict: Verdict) -> str:
    """Return the verdict in one line. Without pins nothing is called genuine."""
    if verdict.result == "held":
        return f"genuine stamp, {verdict.state} ({', '.join(verdict.levels)})"
    if verdict.result == "failed":
        return f"RECORDS DO NOT MATCH: {verdict.alarm}"
    if not verdict.pinned and verdict.result == "told":
        return "consistent in itself; nothing was pinned, it may all be made up: --trust FILE"
    return "could not be checked to the end"


def text(verdict: Verdict) -> str:
    """Return the verdict for people: one line, then one a step, * where it is required."""
    rows = [
        f" {MARKS[step.result]} {name + ('*' if name in REQUIRED else ''):<11}"
        f"{step.result:<8}{step.detail}".rstrip()
        for name, step in verdict.steps.items()
    ]
    return "\n".join([sentence(verdict), *rows, NOT_PROVEN])


def record(verdict: Verdict) -> dict[str, Json]:
    """Return the verdict for programs."""
    steps: dict[str, Json] = {
        name: {"result": step.result, "detail": step.detail}
        for name, step in verdict.steps.items()
    }
    levels: list[Json] = list(verdict.levels)
    return {
        "result": verdict.result,
        "state": verdict.state,
        "levels": levels,
        "pinned": verdict.pinned,
        "alarm": verdict.alarm,
        "steps": steps,
    }
