"""Find where in the user's code something happens: the innermost frame not of torch nor of ours."""

from __future__ import annotations

import linecache
import sys
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType

from lrlint.facts import Place
from lrlint.runtime.recorder.hidden_frames import HIDDEN, OURS
from lrlint.source import display_name
from lrlint.span import Location, Span


@dataclass(frozen=True)
class RunPlace(Place):
    """A place of a recorded run."""

    filename: str
    row: int
    column: int = 1
    end_row: int = 0
    end_column: int = 0

    def __hash__(self) -> int:
        return self.row  # asked for at every step: the default hashes all five

    def span(self) -> Span:
        end = Location(self.end_row or self.row, self.end_column or self.column)
        return Span(display_name(Path(self.filename)), Location(self.row, self.column), end)

    @property
    def text(self) -> str:
        line = linecache.getline(self.filename, self.row).rstrip("\n")
        if self.end_row == self.row and self.end_column > self.column:
            return line[self.column - 1 : self.end_column - 1]
        return line.strip()


@dataclass(eq=False)
class CallSite:
    """One call in the user's code, and how often it was made."""

    place: RunPlace
    calls: int = 0
    inside: int = 0
    """Calls made while a pass over a loader was under way."""
    idle: int = 0
    """Calls with no optimizer step since the scheduler's last step."""
    first_at: int = 0
    """Optimizer steps before the first call."""
    last_at: int = 0
    """Optimizer steps before the last call."""
    order: int = 0
    argument: float | str | None = None
    """The argument of its last call; of what is not a number, the name of its class."""


class PlaceFinder:
    """Finds the user's code on the stack; a place is computed once per instruction."""

    def __init__(self, library: str) -> None:
        self._foreign = (library, OURS, HIDDEN)
        self._known: dict[tuple[int, int], tuple[RunPlace, CodeType]] = {}

    def here(self) -> RunPlace | None:
        """Return the place of the innermost frame that is neither torch's nor ours."""
        frame: FrameType | None = sys._getframe(1)
        foreign = self._foreign
        while frame is not None and frame.f_code.co_filename.startswith(foreign):
            frame = frame.f_back
        if frame is None:
            return None
        key = (id(frame.f_code), frame.f_lasti)
        known = self._known.get(key)
        if known is None:  # the code object is kept, so that nothing else gets its id
            known = self._known[key] = _place(frame), frame.f_code
        return known[0]


def _place(frame: FrameType) -> RunPlace:
    code, row = frame.f_code, frame.f_lineno
    positions = getattr(code, "co_positions", None)  # Python 3.11
    if positions is not None:
        for index, (start, end, left, right) in enumerate(positions()):
            if index * 2 == frame.f_lasti and None not in (start, end, left, right):
                line = linecache.getline(code.co_filename, start)
                last = line if end == start else linecache.getline(code.co_filename, end)
                return RunPlace(
                    code.co_filename, start, _column(line, left), end, _column(last, right)
                )
    return RunPlace(code.co_filename, row)


def _column(line: str, offset: int) -> int:
    """Convert an offset in UTF-8 bytes, from 0, to a column in characters, from 1."""
    return len(line.encode()[:offset].decode(errors="replace")) + 1
