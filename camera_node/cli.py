"""`nguon camera run | record | status`: a camera box from a terminal."""

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import click

from attest import keys, trust
from attest.client import files, signals
from attest.client.server import Server
from attest.errors import AttestError

from . import status as statuses
from .errors import CameraError, SettingsError
from .keep.journal import Journal
from .keep.upload import Identity
from .settings import Settings, load

if TYPE_CHECKING:
    from .node import Outside

log = logging.getLogger(__name__)
FAR_MS = 60_000

CONFIG = click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="The box's TOML file: server, node, host, key, trust, data and [[camera]].",
)


@click.group()
def camera() -> None:
    """Record, see, sign and send."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)


@camera.command()
@CONFIG
def run(config: Path) -> None:
    """Record all cameras of the box until it is told to stop; a process for each."""
    from .supervise import Supervisor

    settings = _load(config)
    _identity(settings)  # a wrong key is said once, here, not by each child for ever
    Supervisor(settings, config).run()


@camera.command()
@CONFIG
@click.option("--camera", "name", required=True, help="The camera's name or URI.")
def record(config: Path, name: str) -> None:
    """Record one camera in this process."""
    from .node import Node
    from .watch import watcher

    outside = _outside(_load(config), name)
    try:
        node = Node(outside, watcher(outside))
    except (CameraError, OSError) as e:
        raise click.ClickException(str(e)) from e
    signals.end_by(node.stop.set)
    node.run()


@camera.command()
@CONFIG
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def status(config: Path, as_json: bool) -> None:
    """Say what is recorded, sent and proven; exit status 1 when something is wrong."""
    settings = _load(config)
    found = [statuses.look(settings.data, c.name) for c in settings.cameras]
    if as_json:
        click.echo(json.dumps([one.record() for one in found]))
    else:
        for one in found:
            click.echo(one.text())
    if any(one.faults for one in found):
        raise SystemExit(1)


def _outside(settings: Settings, name: str) -> "Outside":
    from .capture.clock import SystemClock
    from .node import Outside

    try:
        chosen = settings.camera(name)
    except SettingsError as e:
        raise click.ClickException(str(e)) from e
    clock = SystemClock(_last_ms(settings.data / f"camera-{chosen.name}"))
    if clock.ahead_ms > FAR_MS:
        log.error("the machine's clock is behind its footage", extra={"ms": clock.ahead_ms})
    me = _identity(settings)
    return Outside(settings, chosen, me, clock, lambda: Server(settings.server))


def _last_ms(folder: Path) -> int:
    """Return when the newest footage ends: time never goes back behind it."""
    journal = Journal(folder)
    try:
        last = journal.last_segment()
    finally:
        journal.close()
    return last.stored.end_ms if last else 0


def _load(config: Path) -> Settings:
    try:
        return load(config)
    except SettingsError as e:
        raise click.ClickException(str(e)) from e


def _identity(settings: Settings) -> Identity:
    try:
        signer = keys.PrivateKey.from_pem(files.read_secret(settings.key))
        pinned = trust.parse(settings.trust.read_bytes())
    except (OSError, AttestError, ValueError) as e:
        said = f"{settings.key} and {settings.trust} are the box's key and whom it believes"
        raise click.ClickException(f"{e}: {said}") from e
    return Identity(settings.node, signer, pinned)
