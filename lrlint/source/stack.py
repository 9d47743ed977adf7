"""Deep recursion: run a function on a thread with a large stack."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable
from typing import Final, TypeVar

_Result = TypeVar("_Result")

_BYTES: Final = 64 << 20
"""Address space, not memory: pages that recursion never reaches are never touched."""
_RECURSION: Final = 20_000
"""Frames of Python, which a stack of this size holds."""

# Stack size and recursion limit belong to the process: two threads that set and restore them at
# once would leave it with the wrong ones.
_LOCK: Final = threading.RLock()


def is_small() -> bool:
    """Whether this thread may have less than the 8 MiB of a main thread on Linux and macOS."""
    on_main = threading.current_thread() is threading.main_thread()
    return not on_main or sys.platform == "win32"


def with_large_stack(function: Callable[[], _Result], *, recursive: bool = False) -> _Result:
    """Call ``function`` with a 64 MiB stack; ``recursive``: with a recursion limit to match."""
    results: list[_Result] = []
    errors: list[BaseException] = []

    def call() -> None:
        try:
            results.append(function())
        except BaseException as error:  # raised in the caller below
            errors.append(error)

    thread = threading.Thread(target=call, name="lrlint-deep", daemon=True)
    with contextlib.ExitStack() as cleanup:
        if recursive:
            cleanup.enter_context(_LOCK)
            cleanup.callback(sys.setrecursionlimit, sys.getrecursionlimit())
            sys.setrecursionlimit(max(sys.getrecursionlimit(), _RECURSION))
        if not _start(thread):
            return function()  # the thread cannot start
        thread.join()
    if errors:
        raise errors[0]
    return results[0]


def _start(thread: threading.Thread) -> bool:
    with _LOCK:
        try:
            old = threading.stack_size(_BYTES)
        except (ValueError, RuntimeError):
            return False
        try:
            thread.start()
        except RuntimeError:
            return False
        finally:
            threading.stack_size(old)
    return True


__all__ = ["is_small", "with_large_stack"]
