"""Room for recursion: run a function on a thread with a large stack."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable
from typing import Final, TypeVar

_Result = TypeVar("_Result")

_BYTES: Final = 256 << 20
"""Address space, not memory: pages that recursion never reaches are never touched."""
_RECURSION: Final = 20_000


def with_large_stack(function: Callable[[], _Result]) -> _Result:
    """Call ``function`` with a 256 MiB stack and a recursion limit to match."""
    results: list[_Result] = []
    errors: list[BaseException] = []

    def call() -> None:
        try:
            results.append(function())
        except BaseException as error:  # handed on to the caller below
            errors.append(error)

    limit = sys.getrecursionlimit()
    old_size = 0
    with contextlib.suppress(ValueError, RuntimeError):  # a platform that cannot: as it is
        old_size = threading.stack_size(_BYTES)
    sys.setrecursionlimit(max(limit, _RECURSION))
    try:
        thread = threading.Thread(target=call, name="lrlint-deep", daemon=True)
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
        with contextlib.suppress(ValueError, RuntimeError):
            threading.stack_size(old_size)
    if errors:
        raise errors[0]
    return results[0]


__all__ = ["with_large_stack"]
