"""Find where in the user's code something happens.

That is the innermost frame outside installed packages. Calls that a framework makes for the user
are distinguished by the frame in the framework, but are reported at the user's line.
"""

from __future__ import annotations

import linecache
import os
import site
import sys
import sysconfig
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType, FrameType

from lrlint.facts import Place
from lrlint.runtime.recorder.hidden_frames import HIDDEN, OURS
from lrlint.source import display_name
from lrlint.source.lines import statement_lines
from lrlint.span import Location, Span


@dataclass(frozen=True)
class RunPlace(Place):
    """A place of a recorded run."""

    filename: str
    row: int
    column: int = 1
    end_row: int = 0
    end_column: int = 0
    folder: str = ""
    """The working directory when the recording began, to which names of files are relative."""
    through: str = ""
    """The line of an installed package that makes the call for the user's line."""

    def __hash__(self) -> int:
        return self.row  # asked for at every step: the default hashes all five

    def span(self) -> Span:
        end = Location(self.end_row or self.row, self.end_column or self.column)
        name = _cell_name(self.filename)
        if name is None:
            name = display_name(Path(self.filename), self.folder or None)
        return Span(name, Location(self.row, self.column), end)

    @property
    def statement_rows(self) -> tuple[int, ...]:
        """First and last row of the statement, where a formatter leaves comments."""
        code = "".join(linecache.getlines(self.filename))
        return statement_lines(code, self.row) or ()

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
    first_argument: float | None = None
    jumps: int = 0
    """Calls whose argument is not one more than that of the call before."""

    def note_position(self, value: float) -> None:
        """Note the position in the schedule that the argument of a counted call gives."""
        if self.first_argument is None:
            self.first_argument = value
        elif not isinstance(self.argument, (int, float)) or value != self.argument + 1:
            self.jumps += 1


class PlaceFinder:
    """Finds the user's code on the stack; a place is computed once per instruction."""

    def __init__(self, library: str) -> None:
        self._foreign = (library, OURS, HIDDEN)
        self._folder = _working_directory()
        self._known: dict[tuple[int, ...], tuple[RunPlace, list[CodeType]]] = {}
        self._installed: dict[str, bool] = {}

    def here(self, built: object = None) -> RunPlace | None:
        """Return the user's place; None where all frames are torch's or ours.

        Where all are of installed packages, it is the innermost of those. Of an object that is
        being built, it is where its class is called, also where that class is the user's.
        """
        frame: FrameType | None = sys._getframe(1)
        foreign = self._foreign
        while frame is not None and frame.f_code.co_filename.startswith(foreign):
            frame = frame.f_back
        if frame is None:
            return None
        users = self._users(frame)
        constructors = _constructors(built)
        while users.f_code in constructors and users.f_back is not None:
            users = self._users(users.f_back)
        key: tuple[int, ...] = (id(frame.f_code), frame.f_lasti)
        if users is not frame:
            key += (id(users.f_code), users.f_lasti)
        known = self._known.get(key)
        if known is None:  # the code objects are kept, so that nothing else gets their ids
            place = replace(_place(users), folder=self._folder)
            if users is not frame:
                place = replace(place, through=f"{frame.f_code.co_filename}:{frame.f_lineno}")
            known = self._known[key] = place, [frame.f_code, users.f_code]
        return known[0]

    def _users(self, innermost: FrameType) -> FrameType:
        """Return the innermost frame outside installed packages, if there is one."""
        frame: FrameType | None = innermost
        while frame is not None:
            name = frame.f_code.co_filename
            installed = self._installed.get(name)
            if installed is None:
                installed = self._installed[name] = name.startswith(self._foreign) or _installed(
                    name
                )
            if not installed:
                return frame
            frame = frame.f_back
        return innermost


def _constructors(built: object) -> tuple[CodeType, ...]:
    """Return the code of each ``__init__`` of an object's classes that is written in Python."""
    if built is None:
        return ()
    functions = (vars(one).get("__init__") for one in type(built).__mro__)
    codes = (getattr(function, "__code__", None) for function in functions)
    return tuple(code for code in codes if isinstance(code, CodeType))


_PATHS = sysconfig.get_paths()
_LIBRARIES = tuple(
    folder.rstrip(os.sep) + os.sep
    for folder in (
        *(_PATHS[name] for name in ("stdlib", "platstdlib", "purelib", "platlib", "scripts")),
        site.getusersitepackages(),
        os.path.dirname(os.__file__),
    )
)


def _installed(filename: str) -> bool:
    """Whether a file is of an installed package, of Python itself, or made by one of them."""
    if filename.startswith("<"):  # <string> of a dataclass or a template; a prompt is the user's
        return not filename.startswith(("<stdin>", "<python-input", "<ipython-input"))
    parts = filename.replace(os.sep, "/").split("/")
    return "site-packages" in parts or "dist-packages" in parts or filename.startswith(_LIBRARIES)


def _cell_name(filename: str) -> str | None:
    """Return what Jupyter calls a cell, such as ``In[3]``; None for a file."""
    jupyter = sys.modules.get("IPython")
    if jupyter is None:
        return None
    try:
        _, name = jupyter.get_ipython().compile.format_code_name(filename)
    except Exception:  # no shell, no cell, or a release without such names
        return None
    return str(name)


def _working_directory() -> str:
    try:
        return os.getcwd()
    except OSError:  # it is gone
        return ""


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
