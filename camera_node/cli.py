"""`nguon camera run | record | status`: a camera box from a terminal."""

import json
import logging
import signal
from pathlib import Path

import click

from attest import keys, trust
from attest.client import files
from attest.client.server import Server

from . import status as statuses
from .errors import SettingsError
from .keep.upload import Identity
from .settings import Settings, load

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
    from .capture.clock import SystemClock
    from .node import Node, Outside
    from .watch import watcher

    settings = _load(config)
    chosen = settings.camera(name)
    outside = Outside(
        settings=settings,
        camera=chosen,
        me=_identity(settings),
        clock=SystemClock(),
        connect=lambda: Server(settings.server),
    )
    node = Node(outside, watcher(outside))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: node.stop.set())
    node.run()


@camera.command()
@CONFIG
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def status(config: Path, as_json: bool) -> None:
    """Say what is recorded, sent and proven; exit status 1 when something is wrong."""
    found = [statuses.look(_load(config).data, c.name) for c in _load(config).cameras]
    if as_json:
        click.echo(json.dumps([one.record() for one in found]))
    else:
        for one in found:
            click.echo(one.text())
    if any(one.faults for one in found):
        raise SystemExit(1)


def _load(config: Path) -> Settings:
    try:
        return load(config)
    except SettingsError as e:
        raise click.ClickException(str(e)) from e


def _identity(settings: Settings) -> Identity:
    try:
        signer = keys.PrivateKey.from_pem(files.read_secret(settings.key))
        pinned = trust.parse(settings.trust.read_bytes())
    except OSError as e:
        raise click.ClickException(f"{e}: the box cannot sign or believe anything") from e
    return Identity(settings.node, signer, pinned)
