"""`nguon demo`: the demo province on this machine, with everything it needs."""

import os
import sys
from pathlib import Path

import click

from . import address, box, marker, screen


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0: for others too.")
@click.option("--port", type=int, default=8080, show_default=True, help="Port of the pages.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var"),
    show_default=True,
    help="Folder of all state; the demo marks it as its own.",
)
@click.option("--no-camera", is_flag=True, help="Start no stand-in cameras and record nothing.")
def demo(host: str, port: int, data: Path, no_camera: bool) -> None:
    """Start the demo province on this machine, with everything it needs.

    The first start tells the story, which takes a minute; later ones go on where it was left.
    Ctrl-C or SIGTERM ends all processes within ten seconds. All names are invented.
    """
    folder = data.resolve()
    with marker.claim(folder) as held:
        found = address.find(host, port)
        os.environ["no_proxy"] = address.without_proxy(os.environ, found)
        plan = box.Plan(found, folder, cameras=not no_camera, held=held)
        box.Box(plan, screen.look(sys.stdout)).run()
