"""`python -m camera_node` is `nguon camera`, whatever the PATH says."""

from camera_node.cli import camera

camera(prog_name="nguon camera")
