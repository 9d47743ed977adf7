"""A source file in memory: what was read, what is to be parsed, and how to write it back."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lrlint.source.errors import SourceError
from lrlint.source.reading import read_bytes
from lrlint.source.stack import is_small, with_large_stack
from lrlint.source.text import LINE_END, Lines, Text, commonest_newline, decode
from lrlint.span import Location, Span

if TYPE_CHECKING:
    from lrlint.source.notebook import Notebook
    from lrlint.source.suppress import Suppressions

STDIN: Final = Path("-")
"""The path that means standard input."""


@dataclass(frozen=True)
class SourceFile:
    """A Python file, or a notebook as the Python module that its code cells make."""

    path: Path
    name: str
    """How reports call it: relative to the working directory where it lies below it."""
    data: bytes = field(repr=False)
    content: Text = field(repr=False)
    notebook: Notebook | None = field(default=None, repr=False)

    @property
    def text(self) -> str:
        """The module's text. In a notebook, magics and unreadable cells are blanked."""
        return self.content.text

    @property
    def newline(self) -> str:
        return self.content.newline

    @property
    def encoding(self) -> str:
        return self.content.encoding

    @cached_property
    def lines(self) -> Lines:
        """Rows and columns of the module's text."""
        return Lines(self.text)

    @cached_property
    def suppressions(self) -> Suppressions:
        """The suppression comments, by rows of the module."""
        from lrlint.source.suppress import Suppressions  # 5 ms, and findings may be known

        return Suppressions.scan(self.text)

    def at(self, start: int, end: int) -> Span:
        """Return the span (in its cell, in a notebook) of a stretch of the module's text."""
        place = self.lines.position
        span = Span(self.name, Location(*place(start)), Location(*place(end)))
        return span if self.notebook is None else self.notebook.span(span)

    def in_cell(self, error: SourceError) -> SourceError:
        """Return an error of the module as one of the cell that it is in, in a notebook."""
        if self.notebook is None:
            return error
        cell, row = self.notebook.locate(error.row)
        return SourceError(error.message, row, error.column, cell)

    def offsets(self, span: Span) -> tuple[int, int]:
        """Return the offsets of a span in the module; ``IndexError`` or ``KeyError`` if nowhere."""
        first, last = self.module_rows(span)
        return (
            self.lines.offset(first, span.start.column),
            self.lines.offset(last, span.end.column),
        )

    def module_rows(self, span: Span) -> tuple[int, int]:
        """Return first and last row of a span as rows of the module, as `suppressions` counts."""
        first, last = span.start.row, span.end.row
        if self.notebook is not None and span.cell is not None:
            before = self.notebook.module_row(span.cell, 1) - 1
            return before + first, before + last
        return first, last

    def in_file(self, cell: int | None, at: Location) -> Location | None:
        """Return where a place, of a cell in a notebook, is in the file; None if nowhere."""
        if self.notebook is None or cell is None:
            return at
        from lrlint.source.notebook import place_in_file

        return place_in_file(self.data, cell, at)

    @property
    def text_in_file(self) -> str:
        """The text of the file as it is on disk: the JSON of a notebook."""
        return self.text if self.notebook is None else self.data.decode("utf-8-sig")

    def edited(self, edits: Iterable[tuple[Span, str]]) -> bytes:
        """Return the bytes of the file with some spans replaced; all else stays byte for byte.

        Newlines in the replacements become the file's own. ``ValueError`` where edits overlap or
        touch what is not Python in a notebook.
        """
        if self.notebook is None:
            return self.content.encode(splice(self.text, edits))
        from lrlint.source.notebook import replace_cells

        cells: dict[int, list[tuple[Span, str]]] = {}
        for span, new in edits:
            cells.setdefault(span.cell or 0, []).append((span, new))
        sources: dict[int, str] = {}
        by_number = {cell.number: cell for cell in self.notebook.cells}
        for number, cell_edits in cells.items():
            cell = by_number[number]
            old, python = LINE_END.split(cell.source), LINE_END.split(cell.python)
            for span, _ in cell_edits:
                first, last = span.start.row, span.end.row
                if old[first - 1 : last] != python[first - 1 : last]:
                    raise ValueError(f"row {first} of cell {number} is not plain Python")
            sources[number] = splice(cell.source, cell_edits)
        return replace_cells(self.data, sources)


def _standard_input() -> bytes:
    if sys.stdin is None:  # as by `<&-`
        raise OSError("standard input is closed")
    return sys.stdin.buffer.read()


def load(
    path: Path | str, *, stdin_filename: Path | str | None = None, data: bytes | None = None
) -> SourceFile:
    """Read a file (``-``: standard input); ``SourceError`` where it cannot be read as text."""
    path = Path(path)
    shown = path
    if path == STDIN:
        shown = Path(stdin_filename) if stdin_filename is not None else Path("<stdin>")
    if data is None:
        try:
            data = _standard_input() if path == STDIN else read_bytes(path)
        except OSError as error:
            raise SourceError(f"cannot be read: {error.strerror or error}") from error
    name = shown.name if shown.name == "<stdin>" else display_name(shown)
    if shown.suffix.lower() == ".ipynb":
        from lrlint.source.notebook import read_notebook  # 15 ms that plain files need not pay

        # Its cells are parsed one by one, with CPython's parser, which is recursive too.
        notebook = (
            with_large_stack(lambda: read_notebook(data)) if is_small() else read_notebook(data)
        )
        text = notebook.text
        return SourceFile(path, name, data, Text(text, newline=commonest_newline(text)), notebook)
    return SourceFile(path, name, data, decode(data))


def display_name(path: Path, folder: str | None = None) -> str:
    """Return a path relative to the working directory, with forward slashes, if it lies below it.

    Another ``folder`` takes the place of the working directory.
    """
    # os.path, not Path.resolve(): a link keeps the name under which the user knows it.
    absolute = os.path.abspath(path if folder is None else os.path.join(folder, path))
    try:
        relative = Path(absolute).relative_to(os.getcwd() if folder is None else folder)
    except (ValueError, OSError):
        return absolute
    return relative.as_posix()


def splice(text: str, edits: Iterable[tuple[Span, str]]) -> str:
    """Return a text with some spans replaced; ``ValueError`` where they overlap.

    Newlines in the replacements become the commonest of the text.
    """
    lines, newline = Lines(text), commonest_newline(text)
    done: list[str] = []
    at = 0
    places = (
        (
            lines.offset(span.start.row, span.start.column),
            lines.offset(span.end.row, span.end.column),
            new,
        )
        for span, new in edits
    )
    for start, end, new in sorted(places, key=lambda place: place[:2]):
        if not at <= start <= end <= len(text):
            raise ValueError("edits overlap or lie outside of the text")
        done += [text[at:start], LINE_END.sub(newline, new)]
        at = end
    return "".join([*done, text[at:]])


__all__ = ["STDIN", "SourceFile", "display_name", "load", "splice"]
