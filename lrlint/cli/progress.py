"""A line on the terminal that says how far a long run has come."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType

from lrlint.cli.terminal import is_terminal, write

_LONG = 2.0
"""Seconds after which a run is long."""
_OFTEN = 0.2
"""Seconds between two changes of the line."""


class Progress:
    """Shows the line on standard error once a run takes long, and takes it away at the end."""

    def __init__(self, *, quiet: bool = False) -> None:
        shows = is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb"
        self._shows = shows and not quiet and not os.environ.get("CI")
        self._next = time.monotonic() + _LONG
        self._shown = False

    def __enter__(self) -> Progress:
        return self

    def __call__(self, done: int, total: int) -> None:
        """Say that so many of all files are done."""
        now = time.monotonic()
        if self._shows and now >= self._next:
            self._next, self._shown = now + _OFTEN, True
            write(f"\r\x1b[Klinting: {done} of {total} files", sys.stderr)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown:
            write("\r\x1b[K", sys.stderr)
