"""Tells a program to end when SIGTERM or Ctrl-C asks for it, without a lock in a handler.

A handler runs inside whatever the main thread was doing. Were that `Event.wait`, an
`Event.set` there would wait for ever for the lock that the interrupted code holds. So the
interpreter writes the signal's number into a pipe, and a thread of its own reads it.
"""

import os
import signal
import threading
from collections.abc import Callable

ENDINGS = frozenset((signal.SIGTERM, signal.SIGINT))


def end_by(act: Callable[[], None]) -> None:
    """Call `act` in another thread at each SIGTERM and SIGINT.

    Call this once a process, in its main thread.
    """
    heard, told = os.pipe()
    os.set_blocking(told, False)
    for number in ENDINGS:
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    threading.Thread(target=_listen, args=(heard, act), name="signals", daemon=True).start()


def _listen(heard: int, act: Callable[[], None]) -> None:
    while numbers := os.read(heard, 64):
        if not ENDINGS.isdisjoint(numbers):
            act()
