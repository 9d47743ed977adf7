"""Writes to terminals, pipes and files, whatever they are and whatever goes wrong."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from lrlint.errors import UserError
from lrlint.output import Style
from lrlint.output.text import clean

_PIPE_WIDTH = 120
"""Columns of what is no terminal, such as a file or a log."""
_LEAST_WIDTH = 60
"""Columns that a source frame needs, however narrow the terminal is."""
# Terminals that show links; others may print the escape sequence.
_LINKING_PROGRAMS = frozenset({"Hyper", "WezTerm", "ghostty", "iTerm.app", "rio", "vscode"})
_LINKING_TERMS = frozenset({"alacritty", "foot", "xterm-ghostty", "xterm-kitty"})
_LINKING_VARIABLES = ("DOMTERM", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "WT_SESSION")


def style_of(stream: TextIO | None) -> Style:
    """Return colours and width for a stream."""
    width = _PIPE_WIDTH
    if is_terminal(stream):
        import shutil  # 3 ms, which pipes need not pay

        width = shutil.get_terminal_size((_PIPE_WIDTH, 24)).columns
    return Style(
        colour=wants_colour(stream),
        width=max(width, _LEAST_WIDTH),
        hyperlinks=_shows_links(stream),
        unicode=_has_blocks(stream),
    )


def _has_blocks(stream: TextIO | None) -> bool:
    """Whether the encoding of a stream has the characters that draw a curve."""
    try:
        "▁█▒".encode(getattr(stream, "encoding", None) or "utf-8")
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def _shows_links(stream: TextIO | None) -> bool:
    """Whether a terminal is known to show OSC 8 links; FORCE_HYPERLINK says so of any stream."""
    force = os.environ.get("FORCE_HYPERLINK")
    if force:
        return force not in ("0", "false", "no")
    if not is_terminal(stream) or os.environ.get("TERM") == "dumb":
        return False
    vte = os.environ.get("VTE_VERSION", "")
    return (
        os.environ.get("TERM_PROGRAM") in _LINKING_PROGRAMS
        or os.environ.get("TERM") in _LINKING_TERMS
        or any(name in os.environ for name in _LINKING_VARIABLES)
        or (vte.isdecimal() and int(vte) >= 5000)
    )


def wants_colour(stream: TextIO | None) -> bool:
    """Whether to write colours; NO_COLOR beats FORCE_COLOR beats the kind of the stream.

    Those are the conventions of no-color.org and force-color.org.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream is shown on a terminal."""
    isatty = getattr(stream, "isatty", None)  # a script may put any object in a stream's place
    return isatty is not None and not getattr(stream, "closed", False) and isatty()


def write(text: str, stream: TextIO | None = None) -> None:
    """Write all of ``text``, to standard output if no stream is given.

    A reader that has gone away (``| head``) is not an error. Raises UserError where standard output
    cannot be written to. An error of standard error is passed over: it could not be reported.
    """

    def put(stream: TextIO) -> None:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a code page without × must not end the run
            reconfigure(errors="backslashreplace")
        stream.write(text)
        stream.flush()

    _attempt(put, stream or sys.stdout)


def write_bytes(data: bytes) -> None:
    """Write to standard output what is already encoded, see :func:`write`."""

    def put(stream: TextIO) -> None:
        stream.flush()
        stream.buffer.write(data)
        stream.flush()

    _attempt(put, sys.stdout)


def _attempt(put: Callable[[TextIO], None], stream: TextIO | None) -> None:
    try:
        if stream is None or getattr(stream, "closed", False):  # as by `>&-`
            raise OSError("it is closed")
        put(stream)
    except OSError as error:
        let_go(stream)
        if stream is not sys.stderr and not isinstance(error, BrokenPipeError):
            reason = error.strerror or error
            raise UserError(f"cannot write to standard output: {reason}") from error


def let_go(stream: TextIO | None) -> None:
    """Drop what is still to be written: it would fail again when the interpreter exits."""
    if stream is not None:
        with contextlib.suppress(OSError, ValueError):  # a stream in memory, or a closed one
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def say(message: str) -> None:
    """Write one line to standard error; names in it may hold any character."""
    if sys.stderr is not None:
        write(f"lrlint: {clean(message)}\n", sys.stderr)


def write_file(path: Path, content: str | bytes) -> str | None:
    """Write a report to a file, all of it or nothing; return what went wrong, if anything did."""
    from lrlint.source.atomic import replace_file  # 10 ms, and few runs write a file

    data = content
    if isinstance(data, str):
        data = data.encode("utf-8", errors="backslashreplace")
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)  # a pipe or /dev/stdout cannot be replaced
        else:
            replace_file(path, data)
    except OSError as error:
        return f"cannot write {path}: {error.strerror or error}"
    return None
