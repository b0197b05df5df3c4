"""A program told to end ends, whatever its main thread was in the middle of."""

import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.integration
END_S = 20

LOCKED = """
import threading, time
from attest.client import signals
stop, lock = threading.Event(), threading.Lock()
def end():
    with lock:
        stop.set()
signals.end_by(end)
print("ready", flush=True)
while not stop.is_set():
    with lock:
        time.sleep(0.05)
    time.sleep(0.001)
print("ended", flush=True)
"""
WAITING = """
import threading
from attest.client import signals
stop = threading.Event()
signals.end_by(stop.set)
print("ready", flush=True)
while not stop.wait(0.00001):
    pass
print("ended", flush=True)
"""
ASLEEP = WAITING.replace("0.00001", "3600")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
@pytest.mark.parametrize(
    "program",
    [
        pytest.param(LOCKED, id="holding the lock that the ending needs"),
        pytest.param(WAITING, id="in and out of a wait"),
        pytest.param(ASLEEP, id="asleep"),
    ],
)
def test_a_signal_ends_a_program(program, number):
    child = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        assert child.stdout.readline() == b"ready\n"
        child.send_signal(number)
        said, _ = child.communicate(timeout=END_S)
    finally:
        child.kill()
        child.wait()
    assert (child.returncode, said) == (0, b"ended\n")
