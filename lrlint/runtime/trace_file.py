"""Every LR of a run, streamed to a file: one JSON value a line.

The first line is ``{"lrlint-trace": 1, "rank": 0}``. A line ``{"optimizer": 0, "class": "SGD",
"filename": "train.py", "row": 12}`` introduces an optimizer. A line ``[0, 120, 0.1, 0.01]`` says
that step 120 (from 0) of optimizer 0 used the LRs 0.1 and 0.01, one per param group. A step without
a line used the LRs of the line before it; every thousandth step has one in any case, and so has the
last step when half a second has passed. The last line, ``{"steps": [3910]}``, says how many steps
each optimizer made; it is missing where the run was killed.

Lines are written as they come: a run that is killed loses less than its last second, and the tensor
LRs that are still on another device. A last line that was cut short does not count. While a run
writes, the file is locked, so that a second run with the same path is refused instead of mixing
its lines into it.
"""

from __future__ import annotations

import _thread
import json
import os
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, TextIO

from lrlint.errors import UserError
from lrlint.runtime.recorder.records import RecordedOptimizer
from lrlint.runtime.recorder.telling import tell
from lrlint.source.reading import read_bytes

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

VERSION = 1
"""Of the form of the lines; a file of another version is refused."""
_INTERVAL = 0.5
"""Seconds between two looks at how far the optimizers are."""


_APPEND = os.O_WRONLY | os.O_APPEND
_OTHER_RUN = "another run is writing to it"


class TraceError(UserError):
    """A file that holds no trace, or one of another version."""


class TraceWriter:
    """Appends to a trace. A full disk ends the trace, and nothing else."""

    def __init__(self, path: Path, rank: int = 0) -> None:
        """Begin a new file; raises UserError where it cannot be written."""
        path = path.absolute()  # the script may change the working directory
        self.path = path if not rank else path.with_name(f"{path.stem}.rank{rank}{path.suffix}")
        self.lost: str | None = None
        """Why the trace is not whole, in one line; None while it is."""
        try:
            self._file = _begun(self.path)
            self._identity = _identity(os.fstat(self._file))
        except OSError as error:
            raise UserError(f"--trace {path}: {error.strerror or error}") from error
        self._process = os.getpid()
        self._numbers: dict[int, int] = {}
        self._closing = _thread.allocate_lock()
        self._last: list[tuple[RecordedOptimizer, int, str]] = []
        """Of each optimizer, the step and the LRs of its last line."""
        self._line(json.dumps({"lrlint-trace": VERSION, "rank": rank}))
        _thread.start_new_thread(self._watch, ())  # one that `threading` does not list

    def write(self, record: RecordedOptimizer, step: int, lrs: Sequence[float]) -> None:
        """Write the LRs that a step of an optimizer used."""
        if self.lost is not None:
            return
        number = self._numbers.get(id(record))
        if number is None:
            number = self._introduce(record)
        text = ", ".join(map(repr, lrs))
        if "n" in text:  # nan, inf
            text = json.dumps(list(lrs))[1:-1]
        self._last[number] = record, step, text
        self._line(f"[{number}, {step}, {text}]")

    def close(self, steps: Sequence[tuple[RecordedOptimizer, int]]) -> None:
        """Write the last line: how many steps each optimizer has made."""
        if self._file < 0 or os.getpid() != self._process:
            return
        counts = {id(record): count for record, count in steps}
        self._line(json.dumps({"steps": [counts.get(key, 0) for key in self._numbers]}))
        with self._closing:
            file, self._file = self._file, -1
        if self.lost is None:
            _unlock(file)
            os.close(file)

    def _watch(self) -> None:
        """Write now and then how far each optimizer is, whose LRs may be the same for long."""
        steps_before: dict[int, int] = {}
        said: dict[int, int] = {}
        while True:
            time.sleep(_INTERVAL)
            with self._closing:
                if self._file < 0 or self.lost is not None:
                    return
                for number, (record, _, _) in enumerate(list(self._last)):
                    steps = record.steps
                    # The hooks may be in the middle of the last step, unless it is from long ago.
                    step = steps - (1 if steps_before.get(number) == steps else 2)
                    steps_before[number] = steps
                    _, told, lrs = self._last[number]  # read after the steps: no newer than they
                    on_device = record.buffer is not None and not record.buffer.on_cpu
                    if step > max(told, said.get(number, -1)) and not on_device:
                        said[number] = step
                        self._line(f"[{number}, {step}, {lrs}]")

    def _introduce(self, record: RecordedOptimizer) -> int:
        number = self._numbers[id(record)] = len(self._numbers)
        self._last.append((record, -1, ""))
        span = record.place.span()
        self._line(
            json.dumps(
                {
                    "optimizer": number,
                    "class": record.class_name,
                    "filename": span.filename,
                    "row": span.start.row,
                }
            )
        )
        return number

    def _line(self, text: str) -> None:
        if os.getpid() != self._process or self.lost is not None:
            return  # a forked worker holds a copy of the writer
        data = f"{text}\n".encode()
        try:
            self._reopen_if_closed()
            while data:
                data = data[os.write(self._file, data) :]
        except OSError as error:
            self.lost = f"the trace {self.path} is cut short: {error.strerror or error}"
            tell(self.lost)

    def _reopen_if_closed(self) -> None:
        """Open the file anew where the script has closed all descriptors, as daemons do.

        The number of the descriptor may belong to a file of the script then.
        """
        with suppress(OSError):
            if _identity(os.fstat(self._file)) == self._identity:
                return
        self._file = os.open(self.path, _APPEND)
        _lock(self._file)  # closing it has released it
        self._identity = _identity(os.fstat(self._file))


def _begun(path: Path) -> int:
    """Open a trace for writing, and empty it; raises OSError where another run writes to it."""
    file = os.open(path, _APPEND | os.O_CREAT, 0o666)
    try:
        _lock(file)
        if stat.S_ISREG(os.fstat(file).st_mode):
            os.ftruncate(file, 0)
    except OSError:
        os.close(file)
        raise
    return file


def _lock(file: int) -> None:
    """Keep other runs from writing to a file; raises OSError where one does.

    The system releases the lock of a process that is killed. Devices and pipes are shared, and
    where the file system or the operating system has no such locks, nothing is kept away.
    """
    if fcntl is None or not stat.S_ISREG(os.fstat(file).st_mode):
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise OSError(error.errno, _OTHER_RUN) from error
    except OSError:  # such as ENOLCK
        return


def _unlock(file: int) -> None:
    """Release the lock, which a forked worker would hold on to with its copy of the file."""
    if fcntl is not None:
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_UN)


def _identity(state: os.stat_result) -> tuple[int, int]:
    return state.st_dev, state.st_ino


@dataclass(frozen=True)
class TraceRow:
    """The LRs of an optimizer from a step on, until its next row."""

    optimizer: int
    step: int
    lrs: tuple[float, ...]


@dataclass(frozen=True)
class TracedOptimizer:
    """An optimizer of a trace."""

    number: int
    class_name: str
    filename: str
    row: int


@dataclass(frozen=True)
class Trace:
    """A trace that was read."""

    rank: int
    optimizers: tuple[TracedOptimizer, ...]
    rows: tuple[TraceRow, ...]
    steps: tuple[int, ...] | None
    """How many steps each optimizer made; None where the run was killed."""

    @staticmethod
    def load(path: str | Path) -> Trace:
        """Read a trace. Raises TraceError where it holds none, OSError where it cannot be read.

        A last line that was cut short is left out.
        """
        optimizers, rows, steps = list[TracedOptimizer](), list[TraceRow](), None
        values = _values(Path(path))
        rank = _rank(path, next(values, None))
        try:
            for value in values:
                if isinstance(value, list):
                    optimizer, step, *lrs = value
                    rows.append(TraceRow(int(optimizer), int(step), tuple(map(float, lrs))))
                elif "steps" in value:
                    steps = tuple(map(int, value["steps"]))
                else:
                    keys = ("optimizer", "class", "filename", "row")
                    optimizers.append(TracedOptimizer(*(value[key] for key in keys)))
        except (KeyError, TypeError, ValueError) as error:
            raise TraceError(f"{path}: holds no trace ({error})") from error
        return Trace(rank, tuple(optimizers), tuple(rows), steps)

    def lrs(self, optimizer: int = 0) -> Iterator[tuple[float, ...]]:
        """Yield the LRs of each step of an optimizer, as far as the trace goes."""
        rows = [row for row in self.rows if row.optimizer == optimizer]
        rows.sort(key=lambda row: row.step)  # a line of the watch may come late
        end = rows[-1].step + 1 if self.steps is None and rows else 0
        if self.steps is not None and optimizer < len(self.steps):
            end = self.steps[optimizer]
        ends = [*(row.step for row in rows[1:]), end]
        for row, following in zip(rows, ends, strict=False):
            for _ in range(row.step, following):
                yield row.lrs


def _values(path: Path) -> Iterator[Any]:
    with _opened(path) as file:
        for number, line in enumerate(file):
            if not line.endswith("\n"):
                break  # the run was killed while it was written
            try:
                yield json.loads(line)
            except (ValueError, RecursionError) as error:
                raise TraceError(f"{path}: holds no trace (line {number + 1}: {error})") from error


def _opened(path: Path) -> TextIO:
    """Open a trace; what is not an ordinary file may have no end, and is read before."""
    if path.is_file():
        return path.open(encoding="utf-8", errors="replace")
    return StringIO(read_bytes(path).decode(errors="replace"))


def _rank(path: str | Path, value: Any) -> int:
    version = value.get("lrlint-trace") if isinstance(value, dict) else None
    if version != VERSION:
        what = "holds no trace" if version is None else f"is a trace of version {version}"
        raise TraceError(f"{path}: {what}")
    return int(value.get("rank", 0))
