"""Hear of exits that no ``finally`` sees: ``os._exit``, and signals that end the process."""

from __future__ import annotations

import functools
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from operator import index
from types import FrameType
from typing import Any

_SIGNAL: Any = signal
_FATAL = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Signals by which a training is ended: by a cluster, or with the terminal."""


@dataclass(frozen=True)
class ScriptEnd:
    """How a script ended."""

    status: int
    """Its exit status, as a shell would see it."""
    cut: bool = False
    """Whether an exception or a signal ended it before its last line."""
    signal: int | None = None
    """The signal that must end the process, as it would have without us."""


class SilentExits:
    """Calls ``finish`` before such an exit, and gives the process the status that it returns.

    To the script, the default handler seems to be in the place of ours.
    """

    def __init__(self, finish: Callable[[ScriptEnd], int]) -> None:
        self._finish = finish
        self._process = os.getpid()
        self._exit = os._exit
        self._signal, self._getsignal = signal.signal, signal.getsignal

    def __enter__(self) -> None:
        os._exit = self._leave
        _SIGNAL.signal = disguised(self._set_handler, self._signal)
        _SIGNAL.getsignal = disguised(self._handler, self._getsignal)
        for number in _FATAL:
            if self._getsignal(number) is signal.SIG_DFL:
                self._signal(number, self._terminated)

    def __exit__(self, *_: object) -> None:
        os._exit = self._exit
        _SIGNAL.signal, _SIGNAL.getsignal = self._signal, self._getsignal
        for number in _FATAL:
            if self._getsignal(number) == self._terminated:
                self._signal(number, signal.SIG_DFL)

    def _set_handler(self, signalnum: int, handler: Any) -> Any:
        """Do what ``signal.signal`` does, but keep our handler where the default is asked for."""
        ours = handler == signal.SIG_DFL and signalnum in _FATAL and os.getpid() == self._process
        return self._shown(self._signal(signalnum, self._terminated if ours else handler))

    def _handler(self, signalnum: int) -> Any:
        return self._shown(self._getsignal(signalnum))

    def _shown(self, handler: Any) -> Any:
        """Return a handler as the script would see it without us."""
        return signal.SIG_DFL if handler == self._terminated else handler

    def _leave(self, status: int) -> Any:
        mine = os.getpid() == self._process  # a forked worker leaves like this every time
        if mine and -(1 << 31) <= index(status) < 1 << 31:  # what else raises, and ends nothing
            status = self._finish(ScriptEnd(status & 0xFF))
            for stream in (sys.stdout, sys.stderr):
                with suppress(Exception):  # the script may have closed it
                    stream.flush()
        self._exit(status)

    def _terminated(self, number: int, frame: FrameType | None) -> None:
        self._signal(number, signal.SIG_DFL)
        if os.getpid() == self._process:
            self._finish(ScriptEnd(128 + number, cut=True, signal=number))
        os.kill(os.getpid(), number)


def disguised(function: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that looks like the original to those who call or inspect it."""

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return call
