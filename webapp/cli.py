"""`nguon serve`: the web processes of one installation, until Ctrl-C or SIGTERM."""

import logging
import os
import socket
import sys
from collections.abc import Mapping

import click

from ledger.errors import StartError


@click.command()
@click.option("--host", help="Address to listen on. [NGUON_HOST, 127.0.0.1]")
@click.option("--port", type=int, help="Port to listen on. [NGUON_PORT, 8080]")
@click.option("--workers", type=int, help="Number of web processes. [NGUON_WORKERS, 2]")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Serve pages, log and capture over HTTP.

    Other settings come from NGUON_* or the TOML file; see `nguon config check`. The log is
    written by `nguon work`, which must run beside it.
    """
    given = {"NGUON_HOST": host, "NGUON_PORT": port, "NGUON_WORKERS": workers}
    os.environ.update({name: str(value) for name, value in given.items() if value is not None})
    try:
        _serve(os.environ)
    except StartError as e:
        print(f"nguon serve: {e}", file=sys.stderr)
        sys.exit(2)


def _serve(environ: Mapping[str, str]) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings

    from ledger import settings as ledger_settings
    from ledger.ledger import open_ledger

    from . import settings

    own = settings.load(ledger_settings.given(environ))
    _require_free(own.host, own.port)
    open_ledger(ledger_settings.load(environ)).close()  # refuse here, not in each worker
    logging.basicConfig(level=logging.INFO)
    server = Granian(
        "webapp.wsgi:app",
        address=own.host,
        port=own.port,
        interface=Interfaces.WSGI,
        workers=own.workers,
        blocking_threads=own.threads,
        backpressure=own.threads * 8,
        http1_settings=HTTP1Settings(header_read_timeout=10_000, keep_alive=True),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=8,
    )
    server.serve()


def _require_free(host: str, port: int) -> None:
    """Refuse a taken port before the workers start; raises `StartError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as e:
            raise StartError(
                f"cannot listen on {host} port {port}: {e.strerror};"
                " end what listens there, or choose another with NGUON_PORT"
            ) from e
