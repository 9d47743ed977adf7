"""Writing to terminals, pipes and files that may not be what we hope for."""

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
    """Colours and width for a stream; NO_COLOR beats FORCE_COLOR beats what the stream is."""
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
    """Write all of ``text``; a reader that has gone away (``| head``) is no error."""
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
    """Write to standard output what is not ours to encode."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    except BrokenPipeError:
        _let_go(sys.stdout)


def _let_go(stream: TextIO) -> None:
    # What is still buffered would fail once more when the interpreter exits.
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def say(message: str) -> None:
    """One line on standard error."""
    write(f"lrlint: {message}\n", sys.stderr)


def write_file(path: Path, text: str) -> str | None:
    """Write a report to a file, all of it or nothing; returns what went wrong, if anything did."""
    from lrlint.source.atomic import replace_file

    data = text.encode("utf-8", errors="backslashreplace")
    try:
        if (
            path.exists() and not path.is_file()
        ):  # a pipe or /dev/stdout is written to, not replaced
            path.write_bytes(data)
        else:
            replace_file(path, data)
    except OSError as error:
        return f"cannot write {path}: {error.strerror or error}"
    return None
