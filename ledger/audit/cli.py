"""`nguon audit`: a whole log, or one stamp's evidence, checked against your pins."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from attest.trust import Trust

    from .report import Report
    from .source import Source

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
UNPINNED = 3


@click.command()
@click.option("--log", "where", help="URL of the log (https://host/log) or a folder of it.")
@click.option("--evidence", type=FILE, help="A stamp's evidence file, checked offline.")
@click.option("--trust", type=FILE, help="What you pin: never from what is to be checked.")
@click.option("--rpc", help="A chain node of your choice, to check the anchors.")
@click.option("--rules", is_flag=True, help="Replay the rules of all kinds; needs [server].")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def audit(  # noqa: PLR0913  one parameter an option
    *,
    where: str | None,
    evidence: Path | None,
    trust: Path | None,
    rpc: str | None,
    rules: bool,
    as_json: bool,
) -> None:
    """Check a whole log (--log), or one stamp's evidence (--evidence), against your pins.

    Exit status: 0 everything holds, 1 something does not (or cannot be reached), 2 used
    wrongly, 3 nothing was pinned: at most consistent in itself.
    """
    from attest import trust as trusts

    if (where is None) == (evidence is None):
        raise click.UsageError("say either --log or --evidence")
    pins = trusts.parse(trust.read_bytes()) if trust else None
    if evidence:
        from . import evidence as offline

        raise SystemExit(offline.run(evidence, pins, as_json, rpc))
    assert where is not None  # noqa: S101  (told to mypy; click said so above)
    report = _check(where, pins, rpc, rules)
    click.echo(report.to_json() if as_json else report.text())
    raise SystemExit(1 if not report.holds else 0 if pins else UNPINNED)


def _check(where: str, pins: "Trust | None", rpc: str | None, rules: bool) -> "Report":
    from . import anchors, whole
    from .source import open_source

    source = open_source(where)
    node = anchors.Node(rpc) if rpc else None
    if not rules:
        return whole.audit(source, pins, node, _progress)
    return _with_rules(source, pins, node)


def _with_rules(source: "Source", pins: "Trust | None", node: object) -> "Report":
    from . import whole
    from .anchors import Node
    from .report import Report
    from .rules import replaying
    from .walk import Walker, read_head

    head = read_head(source, pins.vkey if pins else None)
    nodes = Walker(source, head, Report("")).nodes
    replayed = Report("rules")
    with replaying(head.origin, nodes, replayed) as replay:
        chain = node if isinstance(node, Node) else None
        report = whole.audit(source, pins, chain, _progress, replay.take)
    for what, number in replayed.checked.items():
        report.count(what, number)
    report.findings += replayed.findings
    return report


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\rchecking {done:,} of {of:,}", nl=done >= of, err=True)
