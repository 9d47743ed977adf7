"""Let a script recurse as deep as under ``python SCRIPT``, with our frames below its own."""

from __future__ import annotations

import sys
from operator import index
from types import FrameType
from typing import Any

from lrlint.runtime.silent_exits import disguised

_HIGHEST = (1 << 31) - 1
"""The highest limit that Python takes."""
_SYS: Any = sys


def raise_recursion_limit() -> None:
    """Raise the limit by the frames on the stack, until the process ends.

    To the script, the limit seems to be the one that it has set.
    """
    get, put = sys.getrecursionlimit, sys.setrecursionlimit
    below = _depth(sys._getframe(1)) + 2  # exec() counts: the launcher's, and that of python -m

    def limit() -> int:
        real = get()
        return real if real > _HIGHEST - below else real - below

    def set_limit(limit: int, /) -> None:
        number = index(limit)
        raised = 0 < number <= _HIGHEST - 2 * below  # Python itself refuses what is no limit
        put(number + below if raised else number)

    set_limit(get())
    _SYS.getrecursionlimit = disguised(limit, get)
    _SYS.setrecursionlimit = disguised(set_limit, put)


def _depth(frame: FrameType | None) -> int:
    depth = 0
    while frame is not None:
        depth, frame = depth + 1, frame.f_back
    return depth
