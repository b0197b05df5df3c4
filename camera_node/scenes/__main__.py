"""`python -m camera_node.scenes`: shows the four zones of a drawn workshop over RTSP."""

import argparse
import threading

from . import camera
from .day import ZONES


def main() -> None:
    """Serve until interrupted; prints one line with the address of each zone."""
    ask = argparse.ArgumentParser(prog="python -m camera_node.scenes", description=__doc__)
    ask.add_argument("--port", type=int, default=0)
    ask.add_argument("--seed", type=int, default=7)
    said = ask.parse_args()
    with camera.workshop(said.seed, said.port) as server:
        print("ready", *(server.url(zone) for zone in ZONES), flush=True)  # noqa: T201
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
