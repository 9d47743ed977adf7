"""A notebook as one Python module, with a map from the module's rows back to the cells.

The code cells follow each other in order. What is not Python in them (magics, shell lines, cells
in other languages, cells that do not parse on their own) is replaced by Python or blank lines of
the same shape, so a row and column of the module is a row and column of a cell.
"""

from __future__ import annotations

import codecs
import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any, Final

from lrlint.source import json_text
from lrlint.source.errors import SourceError
from lrlint.source.magics import blank, replace_magics
from lrlint.source.parse import parse_text
from lrlint.source.syntax import first_row, syntax_error, syntax_tree
from lrlint.source.text import LINE_END, Lines
from lrlint.span import Location, Span

# What may be a magic: such a cell is looked at by itself.
_MAGIC: Final = re.compile(r"^\s*[%!?]|=\s*[%!]|\?\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """A code cell: its number among all cells (from 1), its text, its first row in the module."""

    number: int
    source: str
    first_row: int
    python: str
    """Its text in the module, which ends with a line end unless it is empty."""


@dataclass(frozen=True)
class Note:
    """Something about the notebook that its reader should know, e.g. a cell left out."""

    cell: int | None
    row: int
    message: str


@dataclass(frozen=True)
class Notebook:
    """The code cells of a notebook and the module that they make."""

    cells: tuple[Cell, ...] = ()
    notes: tuple[Note, ...] = ()

    @cached_property
    def text(self) -> str:
        """The module."""
        return "".join(cell.python for cell in self.cells)

    @cached_property
    def _filled(self) -> tuple[list[int], list[Cell]]:
        cells = [cell for cell in self.cells if cell.python]
        return [cell.first_row for cell in cells], cells

    def locate(self, row: int) -> tuple[int, int]:
        """Return the cell and the row in it (both from 1) of a row of the module."""
        rows, cells = self._filled
        if not cells:
            return 1, max(row, 1)
        cell = cells[max(bisect_right(rows, row) - 1, 0)]
        return cell.number, row - cell.first_row + 1

    def module_row(self, cell: int, row: int) -> int:
        """Return the row of the module that a row of a cell became."""
        for candidate in self.cells:
            if candidate.number == cell:
                return candidate.first_row + row - 1
        raise KeyError(f"cell {cell} is not a code cell")

    def span(self, span: Span) -> Span:
        """Return a span of the module as a span of the cell in which it starts."""
        cell, row = self.locate(span.start.row)
        last = row + span.end.row - span.start.row
        first, end = Location(row, span.start.column), Location(last, span.end.column)
        return Span(span.filename, first, end, cell)


def read_notebook(data: bytes) -> Notebook:
    """Read an ``.ipynb`` (nbformat 3, 4 and 5); one of another language yields no cells."""
    _, document = _load(data)
    cells: list[Cell] = []
    notes: list[Note] = []
    language = _language(document)
    if not language.startswith(("python", "ipython")):
        return Notebook(notes=(Note(None, 1, f"its kernel runs {language}, not Python"),))
    sources = {
        number: _text(cell.get("source", cell.get("input", "")))
        for number, cell in enumerate(_cells(document), start=1)
        if isinstance(cell, dict) and cell.get("cell_type") == "code"
    }
    plain = {number for number, source in sources.items() if not _MAGIC.search(source)}
    if not _are_python([_terminated(sources[number]) for number in sorted(plain)]):
        plain = set()
    row = 1
    for number, source in sources.items():
        python, note = (_terminated(source), None) if number in plain else _python(source)
        if note is not None:
            notes.append(Note(number, note.row, f"left out: {note.message}"))
        cells.append(Cell(number, source, row, python))
        row += len(LINE_END.findall(python))
    return Notebook(tuple(cells), tuple(notes))


def replace_cells(data: bytes, sources: Mapping[int, str]) -> bytes:
    """Return the notebook with new source texts for some cells; other bytes stay."""
    text, _ = _load(data)
    compact = '":' in text and '": ' not in text
    ascii_only = text.isascii() and "\\u" in text
    done: list[str] = []
    at = number = 0
    remaining = dict(sources)
    for begin, _ in _cell_places(text):
        number += 1
        if number not in remaining:
            continue
        place = json_text.member(text, begin, "source", "input")
        if place is None:
            raise KeyError(f"cell {number} has no source")
        start, end = place
        new = json_text.written_like(
            text[start:end], remaining.pop(number), ascii_only=ascii_only, compact=compact
        )
        done += [text[at:start], new]
        at = end
    if remaining:
        raise KeyError(f"no cell {min(remaining)}")
    bom = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    return bom + "".join([*done, text[at:]]).encode("utf-8")


def place_in_file(data: bytes, cell: int, at: Location) -> Location | None:
    """Return where a place of a cell's source is in the JSON text; None where it is nowhere."""
    text, places = _text_and_places(data)
    source = json_text.member(text, places[cell - 1][0], "source", "input")
    if source is None:
        return None
    characters, offsets = json_text.spelt(text, *source)
    try:
        offset = offsets[Lines(characters).offset(at.row, at.column)]
    except IndexError:
        return None
    return Location(*Lines(text).position(offset))


@lru_cache(maxsize=1)  # a notebook with findings usually has several
def _text_and_places(data: bytes) -> tuple[str, list[tuple[int, int]]]:
    text, _ = _load(data)
    return text, _cell_places(text)


def _load(data: bytes) -> tuple[str, dict[str, Any]]:
    try:
        text = data.decode("utf-8-sig")
        document = json.loads(text)
    except UnicodeDecodeError as error:
        raise SourceError(f"is not a notebook: not UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        what = f"is not a notebook: not JSON: {error.msg}"
        raise SourceError(what, error.lineno, error.colno) from error
    except RecursionError as error:
        raise SourceError("is not a notebook: it is nested too deeply") from error
    except ValueError as error:
        raise SourceError(f"is not a notebook: {error}") from error
    if not isinstance(document, dict) or not ("cells" in document or "worksheets" in document):
        raise SourceError("is not a notebook: it has no cells")
    return text, document


def _language(document: dict[str, Any]) -> str:
    """Return the language of the kernel, in lower case; Python where the notebook does not say."""
    metadata = document.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    for group, key in (("language_info", "name"), ("kernelspec", "language")):
        values = metadata.get(group)
        name = values.get(key) if isinstance(values, dict) else None
        if isinstance(name, str) and name:
            return name.lower()
    # A conda environment may be called anything, so only well-known other kernels count.
    spec = metadata.get("kernelspec")
    kernel = str(spec.get("name", "")).lower() if isinstance(spec, dict) else ""
    others = ("ir", "julia", "scala", "bash", "javascript", "octave", "matlab", "rust", "xcpp")
    known = next((other for other in others if kernel.rstrip("0123456789-.") == other), None)
    return known or "python"


def _cells(document: dict[str, Any]) -> list[Any]:
    sheets = document.get("worksheets")
    if "cells" in document or not isinstance(sheets, list):
        sheets = [document]
    found: list[Any] = []
    for sheet in sheets:
        cells = sheet.get("cells") if isinstance(sheet, dict) else None
        found.extend(cells if isinstance(cells, list) else [])
    return found


def _cell_places(text: str) -> list[tuple[int, int]]:
    """Return where each cell lies in the text of the notebook, in the order of `_cells`."""
    start = text.index("{")
    cells = json_text.member(text, start, "cells")
    if cells is not None:
        return list(json_text.items(text, cells[0]))
    sheets = json_text.member(text, start, "worksheets")
    found: list[tuple[int, int]] = []
    for begin, _ in json_text.items(text, sheets[0]) if sheets else ():
        cells = json_text.member(text, begin, "cells")
        found.extend(json_text.items(text, cells[0]) if cells else ())
    return found


def _text(source: object) -> str:
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


def _terminated(source: str) -> str:
    return source if not source or source.endswith(("\n", "\r")) else source + "\n"


def _are_python(cells: Sequence[str]) -> bool:
    """Whether each of the cells is Python, as one parse of all of them says; False in doubt."""
    text = "".join(cells)
    if "\r" in text or any(cell.endswith("\\\n") for cell in cells):  # goes on in the next one
        return False
    tree = syntax_tree(text)
    if isinstance(tree, SourceError):
        return False
    ends = [*accumulate(cell.count("\n") for cell in cells)]
    return all(
        bisect_left(ends, first_row(one)) == bisect_left(ends, one.end_lineno or 0)
        for one in tree.body
    )


def _python(source: str) -> tuple[str, SourceError | None]:
    """Return the Python of a cell in the module, and why, if that is only blank lines."""
    text = _terminated(source)
    if syntax_error(text) is None:
        return text, None
    text = replace_magics(text)
    if syntax_error(text) is None:
        return text, None
    try:
        parse_text(text)
    except SourceError as error:
        return blank(text), error
    return text, None


__all__ = ["Cell", "Note", "Notebook", "place_in_file", "read_notebook", "replace_cells"]
