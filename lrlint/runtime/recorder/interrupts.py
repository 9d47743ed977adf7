"""Errors that a signal handler of the script raises while the recorder's code runs.

A script that limits its time raises ``TimeoutError`` in its handler of ``SIGALRM``. Python calls
the handler between any two instructions, so also between those of the recorder.
"""

from __future__ import annotations

from types import FrameType, TracebackType


def let_pass(error: BaseException) -> None:
    """Raise an error again if a signal handler has raised it; do nothing with any other."""
    if is_of_signal_handler(error.__traceback__):
        raise error


def is_of_signal_handler(traceback: TracebackType | None) -> bool:
    """Whether a function in a traceback was given the frame above it, as signal handlers are."""
    interrupted: FrameType | None = None
    while traceback is not None:
        frame = traceback.tb_frame
        if interrupted is not None and _holds(frame, interrupted):
            return True
        interrupted, traceback = frame, traceback.tb_next
    return False


def _holds(frame: FrameType, value: FrameType) -> bool:
    """Whether a frame is the value of a parameter of a function."""
    code = frame.f_code
    count = code.co_argcount + bool(code.co_flags & 0x04)  # inspect.CO_VARARGS
    for name in code.co_varnames[: count + code.co_kwonlyargcount]:
        given = frame.f_locals.get(name)
        if given is value or (isinstance(given, tuple) and any(one is value for one in given)):
            return True
    return False
