"""Writes to terminals, pipes and files, whatever they are and whatever goes wrong."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TextIO

from lrlint.output import Style

_PIPE_WIDTH = 120
_LEAST_WIDTH = 60


def style_of(stream: TextIO) -> Style:
    """Return colours and width for a stream; NO_COLOR beats FORCE_COLOR beats its kind."""
    terminal = stream.isatty()
    width = shutil.get_terminal_size((_PIPE_WIDTH, 24)).columns if terminal else _PIPE_WIDTH
    return Style(colour=wants_colour(terminal), width=max(width, _LEAST_WIDTH))


def wants_colour(terminal: bool) -> bool:
    """Whether to write colours, by the conventions of no-color.org and force-color.org."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return terminal and os.environ.get("TERM") != "dumb"


def write(text: str, stream: TextIO | None = None) -> None:
    """Write all of ``text``; a reader that has gone away (``| head``) is not an error."""
    stream = stream or sys.stdout
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:  # a code page without × must not end the run
        reconfigure(errors="backslashreplace")
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _let_go(stream)


def write_bytes(data: bytes) -> None:
    """Write to standard output what is already encoded."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    except BrokenPipeError:
        _let_go(sys.stdout)


def _let_go(stream: TextIO) -> None:
    # The rest of the buffer would fail again when the interpreter exits.
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def say(message: str) -> None:
    """Write one line to standard error."""
    write(f"lrlint: {message}\n", sys.stderr)


def write_file(path: Path, text: str) -> str | None:
    """Write a report to a file, all of it or nothing; return what went wrong, if anything did."""
    from lrlint.source.atomic import replace_file  # 10 ms, and few runs write a file

    data = text.encode("utf-8", errors="backslashreplace")
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)  # a pipe or /dev/stdout cannot be replaced
        else:
            replace_file(path, data)
    except OSError as error:
        return f"cannot write {path}: {error.strerror or error}"
    return None
