"""Epochs of a training whose batches come from no ``DataLoader`` but from a list or a range.

``optimizer.step()`` is in two nested loops; each value of the outer loop's counter is an epoch.
"""

from __future__ import annotations

import inspect
import linecache
import os
import sysconfig
from functools import lru_cache
from types import FrameType

from lrlint.runtime.recorder.hidden_frames import HIDDEN, OURS
from lrlint.source.lines import LoopLines, loops_of

_FOREIGN = (OURS, HIDDEN, "<frozen", sysconfig.get_path("stdlib") + os.sep)
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


class LoopEpochs:
    """The epochs in which one optimizer was stepped."""

    def __init__(self) -> None:
        self._counters: tuple[object, ...] | None = None
        self._changes: list[int] = []
        """The optimizer's steps before each epoch."""
        self._unknown = False

    def note(self, steps: int, frame: FrameType) -> None:
        """Look at the loops around an optimizer step."""
        counters = None if self._unknown else _counters_of_epoch(frame)
        self._unknown = counters is None
        if counters is not None and counters != self._counters:
            self._counters = counters
            self._changes.append(steps)

    def count(self, steps: int, seen: int) -> int | None:
        """Return the epochs of a number of steps, of which ``seen`` were looked at."""
        if self._unknown or not self._changes:
            return None
        if len(self._changes) == min(steps, seen):
            return None  # it counts steps, as in `while step < max_steps`
        if steps <= seen:
            return len(self._changes)
        sizes = {end - first for first, end in zip(self._changes, self._changes[1:], strict=False)}
        size = sizes.pop() if len(sizes) == 1 else 0
        return steps // size if size and steps % size == 0 else None


def _counters_of_epoch(frame: FrameType) -> tuple[object, ...] | None:
    """Return the counters of the outer of two loops around a call; None where that is not clear."""
    around: list[tuple[FrameType, LoopLines]] = []
    caller: FrameType | None = frame
    while caller is not None and _is_foreign(caller.f_code.co_filename):
        caller = caller.f_back
    while caller is not None and not _is_foreign(caller.f_code.co_filename):
        line = caller.f_lineno
        around += [(caller, loop) for loop in _loops_at(caller.f_code.co_filename, line)]
        caller = caller.f_back
    if len(around) != 2:
        return None
    (_, inner_loop), (outer, loop) = around
    counters = _values(outer, tuple({*loop.names} - {*inner_loop.names}))
    plain = tuple(value for value in counters if isinstance(value, (int, float, str)))
    return plain or None


def _values(frame: FrameType, names: tuple[str, ...]) -> tuple[object, ...]:
    """Return the values of variables; nothing where reading them could have an effect.

    Up to Python 3.12 a function's ``f_locals`` is a copy, which its ``locals()`` returns as well
    and which keeps the batch in it alive: it is emptied, unless the function may hold it.
    """
    code = frame.f_code
    is_function = bool(code.co_flags & inspect.CO_OPTIMIZED)
    if is_function and _READS_LOCALS & {*code.co_names}:
        return ()
    values = frame.f_locals
    chosen = tuple(values.get(name) for name in names)
    if is_function and type(values) is dict:
        values.clear()
    return chosen


_READS_LOCALS = frozenset({"locals", "vars", "dir", "eval", "exec"})


@lru_cache(maxsize=256)
def _is_foreign(filename: str) -> bool:
    return filename.startswith(_FOREIGN) or any(folder in filename for folder in _INSTALLED)


@lru_cache(maxsize=256)
def _loops_at(filename: str, line: int) -> tuple[LoopLines, ...]:
    """Return the loops around a line and in the same function, innermost first."""
    loops = [loop for loop in _loops_in(filename) if loop.first <= line <= loop.last]
    loops = [loop for loop in loops if loop.first < line or loop.first == loop.last]
    here = max((loop.within for loop in loops), default=None)
    return tuple(reversed([loop for loop in loops if loop.within == here]))


@lru_cache(maxsize=64)
def _loops_in(filename: str) -> tuple[LoopLines, ...]:
    return loops_of("".join(linecache.getlines(filename)))
