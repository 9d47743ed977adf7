"""End a script by its exception, as Python does at its top level."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from types import FrameType, TracebackType

from lrlint.runtime.recorder.hidden_frames import HIDDEN, OURS
from lrlint.runtime.silent_exits import ScriptEnd

_LONG = 1 << 63
"""The least positive number that is too large for C, where Python exits with 255."""


def end_by(error: BaseException) -> ScriptEnd:
    """Show an exception that nothing has caught, and return the end that it makes.

    Call it where no exception is being handled: it would become the context of a hook's own.
    """
    if isinstance(error, SystemExit):
        return ScriptEnd(_status(error))
    _clean(error)
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, error.__traceback__
    if sys.version_info >= (3, 12):
        sys.last_exc = error
    failure = _call_hook(error)
    if isinstance(failure, SystemExit):
        return ScriptEnd(_status(failure), cut=True)
    if failure is not None:
        _write("Error in sys.excepthook:\n")
        _clean(failure)
        _display(failure)
        _write("\nOriginal exception was:\n")
        _display(error)
    # Before Python 3.14, a subclass of it is an error like any other.
    kind = KeyboardInterrupt if sys.version_info >= (3, 14) else type(error)
    if isinstance(error, KeyboardInterrupt) and kind is KeyboardInterrupt:
        return ScriptEnd(128 + signal.SIGINT, cut=True, signal=signal.SIGINT)
    return ScriptEnd(1, cut=True)


def _status(error: SystemExit) -> int:
    """Return the exit status that Python makes of ``sys.exit(code)``."""
    try:
        code = error.code
    except Exception:  # a property of the script's
        code = str(error)
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF if -_LONG <= code < _LONG else 0xFF
    with suppress(Exception):
        _write(str(code))
    _write("\n")
    return 1


def _call_hook(error: BaseException) -> BaseException | None:
    """Let ``sys.excepthook`` show an exception; return the exception by which it fails."""
    if not hasattr(sys, "excepthook"):
        _write("sys.excepthook is missing\n")
    hook = getattr(sys, "excepthook", sys.__excepthook__)
    try:
        hook(type(error), error, error.__traceback__)
    except BaseException as failure:
        return failure
    return None


def _display(error: BaseException) -> None:
    sys.__excepthook__(type(error), error, error.__traceback__)


def _write(text: str) -> None:
    """Write to standard error, or to the file under it if the script has taken it away."""
    with suppress(Exception):  # it is closed, or an object of the script's
        stream = getattr(sys, "stderr", None)
        if stream is None:
            os.write(2, text.encode(errors="backslashreplace"))
        else:
            stream.write(text)


def _clean(error: BaseException) -> None:
    """Take the frames that started the script, and those of our wrappers, out of tracebacks."""
    pending: list[BaseException | None] = [error]
    seen: set[int] = set()
    while pending:
        shown = pending.pop()
        if shown is not None and id(shown) not in seen:
            seen.add(id(shown))
            shown.__traceback__ = _without_ours(shown.__traceback__)
            pending += [shown.__cause__, shown.__context__, *getattr(shown, "exceptions", ())]


def _without_ours(trace: TracebackType | None) -> TracebackType | None:
    frames = []
    while trace is not None:
        if not _is_ours(trace.tb_frame):
            frames.append(trace)
        trace = trace.tb_next
    for frame in reversed(frames):
        frame.tb_next = trace
        trace = frame
    return trace


def _is_ours(frame: FrameType) -> bool:
    name = frame.f_code.co_filename
    return name.startswith((OURS, HIDDEN, "<frozen runpy")) or name.endswith("runpy.py")


__all__ = ["end_by"]
