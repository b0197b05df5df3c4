"""`nguon init | work | stamps | anchor | fsck | rebuild | config`: what an operator does.

Exit status: 0 done, 1 refused or does not hold, 2 used wrongly. Settings come from `NGUON_*`
or the TOML file; `nguon config check` shows them.
"""

import csv
import json
import sys
import threading
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from .ledger import Ledger
    from .settings import Settings

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
WAIT_S = 15.0


def _settings() -> "Settings":
    from . import settings

    return settings.load()


@click.command()
@click.option("--origin", help="The log's name for ever: host and path, without scheme.")
@click.option("--name", required=True, help="The root registrar's name: an office.")
@click.option("--holder", default="", help="The root registrar's URI.")
@click.option("--place", default="", help="URI of the place that it is responsible for.")
@AS_JSON
def init(name: str, holder: str, place: str, origin: str | None, as_json: bool) -> None:
    """Make a new log: its keys (mode 0600), entry 0, and what readers pin.

    Where there is a log, nothing is changed. `NGUON_PUBLIC_URL` is what stamps will carry.
    """
    from . import founding, settings

    wanted = _settings()
    if origin:
        wanted = replace(wanted, origin=origin)
        settings.check(wanted)
    pins = founding.found(wanted, founding.office(wanted, name, holder, place))
    if as_json:
        click.echo(json.dumps({"trust": pins.record(), "fingerprint": pins.fingerprint}))
        return
    click.echo(f"log {pins.origin} is in {wanted.data}")
    click.echo(f"fingerprint {pins.fingerprint}: print it on rolls and labels")
    click.echo(f"readers pin {wanted.trust}")
    click.echo(f"keep {wanted.keys} safe, and never back up lock.db together with log/")
    click.echo("next: nguon work, and nguon serve beside it")


@click.command()
def work() -> None:
    """Run the one writer: log, anchors, everything that is due, until Ctrl-C.

    A second one is refused. JSON lines on standard output say what happens.
    """
    from attest.client import signals
    from ledger.work import runner

    from . import logs

    settings = _settings()
    logs.to_stdout()
    stop = threading.Event()
    signals.end_by(stop.set)
    log = logs.of("ledger.work")
    runner.work(settings, stop, lambda size: log.info("ready", extra={"size": size}))
    log.info("stopped")


@click.group()
def stamps() -> None:
    """Print stamps: a roll's codes, once."""


@stamps.command("issue")
@click.option("--count", type=click.IntRange(1, 2**20), required=True, help="How many stamps.")
@click.option("--producer", required=True, help="URI of the producer that may activate them.")
@click.option("--product", help="URI of the product, needed where a GTIN is printed.")
@click.option("--key", type=FILE, required=True, help="The printer's private key (PEM).")
@click.option("--number", type=click.IntRange(0, 2**30 - 1), help="Roll number; else drawn.")
@click.option("--codes", type=NEW_FILE, help="Write index, code and address here as CSV.")
@AS_JSON
def issue(  # noqa: PLR0913  one parameter an option
    *,
    count: int,
    producer: str,
    product: str | None,
    key: Path,
    number: int | None,
    codes: Path | None,
    as_json: bool,
) -> None:
    """Make a roll: its codes for the printer, its root for the log.

    The roll's statement goes the way of every other; `nguon work` enters it. The codes go to
    --codes, or to standard output.
    """
    from attest.keys import PrivateKey

    from . import printing, vault
    from .ledger import open_ledger

    ledger = open_ledger(_settings())
    signer = vault.read(key, PrivateKey.from_pem)
    drawn = printing.new_number() if number is None else number
    wish = printing.Wish(drawn, count, producer, product)
    tree = printing.make(ledger.stamp_secret, wish)
    root = tree.root(printing.key_of(ledger.stamp_secret, wish))
    said = printing.announce(signer, _holder(ledger, signer.key.kid), _base(ledger), wish, root)
    printing.keep(ledger.settings.rolls, tree)
    index = _send(ledger, said.data)
    rows = printing.rows(ledger.stamp_secret, wish, ledger.settings.public_url.rstrip("/"))
    if codes or not as_json:
        with codes.open("w", encoding="utf-8", newline="") if codes else sys.stdout as file:
            writer = csv.writer(file)
            writer.writerow(("index", "code", "printed", "address"))
            writer.writerows(rows)
    told = {"roll": drawn, "count": count, "root": root.hex(), "entry": index}
    if as_json:
        click.echo(json.dumps(told | {"codes": str(codes) if codes else None}))
    else:
        click.echo(f"roll {drawn}: {count} stamps, root {root.hex()}, entry {index}", err=True)


@click.group()
def anchor() -> None:
    """Send the newest head to the chain, or show what it keeps."""


@anchor.command("status")
@AS_JSON
def anchor_status(as_json: bool) -> None:
    """Show the newest anchor, how far it is behind, and what went wrong with the chain."""
    from ledger.anchor import history

    from .ledger import open_ledger

    ledger = open_ledger(_settings())
    known, lag = history.identity(ledger.engine), history.lag(ledger.engine)
    size, incidents = ledger.log.size(), history.incidents(ledger.engine, 5)
    if as_json:
        record = {
            "chain": known.to_json() if known else None,
            "newest": lag.newest.to_json() if lag.newest else None,
            "size": size,
            "waiting": lag.waiting,
            "trouble": lag.code,
            "incidents": [asdict(incident) for incident in incidents],
        }
        click.echo(json.dumps(record))
        return
    click.echo(f"chain {known.chain_id} at {known.contract}" if known else "no chain yet")
    newest = lag.newest
    anchored = f"{newest.size} in block {newest.block}" if newest else "nothing"
    click.echo(f"anchored {anchored}; the log has {size} entries; {lag.waiting} waiting")
    if lag.code:
        click.echo(f"trouble: {lag.code}: {lag.text}")
    for incident in incidents:
        click.echo(f"incident: {incident.kind}: {incident.text}")


@anchor.command("once")
@click.option("--seconds", type=click.IntRange(1), default=120, show_default=True)
def anchor_once(seconds: int) -> None:
    """Anchor the newest head now and wait until a block has it; only while no `work` runs."""
    from ledger.work import once

    row = once.anchor(_settings(), seconds, lambda text: click.echo(text, err=True))
    click.echo(f"anchored {row.size} in block {row.block}, final: {row.final}")


@click.command()
@AS_JSON
def fsck(as_json: bool) -> None:
    """Check what is stored against the numbered invariants; it changes nothing.

    Exit status 0 when all hold, 1 when one does not.
    """
    from ledger.audit import fsck as checks

    from .ledger import open_ledger

    ledger = open_ledger(_settings())
    stored = checks.Stored(ledger.settings, ledger.trust(), ledger.engine, ledger.blobs)
    report = checks.fsck(stored, _progress("checking"))
    click.echo(report.to_json() if as_json else report.text())
    if not report.holds:
        raise SystemExit(1)


@click.command()
@AS_JSON
def rebuild(as_json: bool) -> None:
    """Make the derived tables again from the log; only while no `work` runs."""
    from ledger.work import again

    done = again.rebuild(_settings(), _progress("rebuilding"))
    told = {"entries": done.entries, "without effect": done.without_effect}
    click.echo(json.dumps(told) if as_json else f"{told}")


@click.group()
def config() -> None:
    """Say what is set, and what is wrong with it."""


@config.command("check")
@AS_JSON
def config_check(as_json: bool) -> None:
    """Show the settings as they are read; refuse wrong and unknown ones."""
    from . import checkup

    found = checkup.look(_settings())
    if as_json:
        click.echo(json.dumps({"settings": found.values, "problems": found.problems}))
    else:
        for name, value in found.values.items():
            click.echo(f"{name:20} {value}")
        for problem in found.problems:
            click.echo(f"problem: {problem}", err=True)
    if found.problems:
        raise SystemExit(1)


def _holder(ledger: "Ledger", kid: bytes) -> str:
    key = ledger.keys()[1].get(kid)
    if key is None:
        raise click.ClickException(f"unknown-key: no entry enrolled key {kid.hex()[:16]}")
    return key.holder


def _base(ledger: "Ledger") -> str:
    host, _, _ = ledger.origin.partition("/")
    return f"https://{host}"


def _send(ledger: "Ledger", data: bytes) -> int | None:
    """Hand a statement in as anybody's; None when nobody enters it in time."""
    from ledger.log.door import ONE

    job = ledger.wait(ledger.capture(data, ONE), WAIT_S)
    if job.refusals:
        refused = job.refusals[0][1]
        raise click.ClickException(f"{refused.code}: {refused.detail}")
    if job.running:
        click.echo("queued: `nguon work` will enter it", err=True)
        return None
    return job.indexes[0]


def _progress(verb: str) -> Any:
    """Return a callback that shows how far a long job is, on a terminal only."""
    if not sys.stderr.isatty():
        return lambda *_: None

    def show(done: int, of: int) -> None:
        click.echo(f"\r{verb} {done:,} of {of:,}", nl=done >= of, err=True)

    return show
