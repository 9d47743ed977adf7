"""A limit to the CPU time of one file, so that a bug cannot hold up all others."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

PATIENCE = 60.0
"""Seconds of CPU time for one file: a hundred times that of a long script."""
AGAIN = 1.0
"""Seconds until the alarm rings again, in case something has swallowed it."""


class TookTooLong(Exception):
    """The limit is reached."""


@contextmanager
def cpu_limit(seconds: float | None) -> Iterator[None]:
    """Raise TookTooLong in the block after so many seconds of CPU time.

    Only the main thread of a POSIX process can do that; anywhere else there is no limit.
    """
    main = threading.current_thread() is threading.main_thread()
    if seconds is None or not main or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise TookTooLong(f"given up after {seconds:g} s of work")

    # CPU time: a busy machine changes nothing, and no other code uses this timer.
    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
