"""From rows and columns of files to ranges of the documents that an editor knows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from lsprotocol import types

from lrlint.fix import Edit
from lrlint.linter.report import SourceFiles
from lrlint.server.positions import units
from lrlint.server.tasks import Document
from lrlint.source import SourceFile, display_name
from lrlint.source.text import LINE_END
from lrlint.source.text import Lines as Offsets
from lrlint.span import Location, Span


class Places:
    """Where things are, for one task."""

    def __init__(
        self, documents: Iterable[Document], encoding: str, sources: Mapping[str, SourceFile]
    ) -> None:
        """Take the open documents and, by name, the files that are spoken of."""
        self._documents: Mapping[str, Document] = {
            display_name(document.path): document for document in documents
        }
        self._encoding = encoding
        self._lines = SourceFiles(sources).lines

    def uri(self, filename: str, cell: int | None) -> str:
        """Return the URI of a file, by its name in reports, or of a cell of it."""
        document = self._documents.get(filename)
        if document is None:
            return Path(os.path.abspath(filename)).as_uri()
        if cell is not None and 1 <= cell <= len(document.cells):
            return document.cells[cell - 1]
        return document.uri

    def range(self, filename: str, cell: int | None, start: Location, end: Location) -> types.Range:
        """Return a stretch of a file as a range of its document."""
        lines = self._lines(filename, cell) or ()
        return types.Range(self._position(start, lines), self._position(end, lines))

    def of(self, span: Span) -> types.Range:
        """Return a span as a range of its document."""
        return self.range(span.filename, span.cell, span.start, span.end)

    def _position(self, at: Location, lines: Sequence[str]) -> types.Position:
        before = at.column - 1
        if at.row <= len(lines):
            before = units(lines[at.row - 1][:before], self._encoding)
        return types.Position(at.row - 1, before)

    def edits(self, edits: Iterable[Edit], newline: str) -> dict[str, list[types.TextEdit]]:
        """Return the edits of a fix by document."""
        result: dict[str, list[types.TextEdit]] = {}
        for edit in edits:
            changed = types.TextEdit(
                self.of(edit.span), LINE_END.sub(lambda _: newline, edit.content)
            )
            result.setdefault(self.uri(edit.span.filename, edit.span.cell), []).append(changed)
        return result

    def difference(self, before: SourceFile, after: SourceFile) -> dict[str, list[types.TextEdit]]:
        """Return the edits, of whole lines, that turn one state of a file into another."""
        return {
            self.uri(before.name, cell): edits
            for cell, old, new in _texts(before, after)
            if (edits := self._changed_lines(old, new))
        }

    def _changed_lines(self, old: str, new: str) -> list[types.TextEdit]:
        from difflib import SequenceMatcher  # only where fixes are asked for

        before, after = _split(old), _split(new)
        matcher = SequenceMatcher(None, before, after, autojunk=False)
        edits: list[types.TextEdit] = []
        for kind, start, end, first, last in matcher.get_opcodes():
            if kind != "equal":
                place = types.Range(self._start(before, start), self._start(before, end))
                edits.append(types.TextEdit(place, "".join(after[first:last])))
        return edits

    def _start(self, lines: Sequence[str], row: int) -> types.Position:
        """Return where a line starts; after the last one, where the text ends."""
        if row == len(lines) and lines and not lines[-1].endswith(("\r", "\n")):
            return types.Position(row - 1, units(lines[-1], self._encoding))
        return types.Position(row, 0)


def _texts(before: SourceFile, after: SourceFile) -> Iterator[tuple[int | None, str, str]]:
    """Yield two states of a file, or of each cell of a notebook."""
    if before.notebook is None or after.notebook is None:
        yield None, before.text, after.text
        return
    for old, new in zip(before.notebook.cells, after.notebook.cells, strict=True):
        yield old.number, old.source, new.source


def _split(text: str) -> list[str]:
    """Return the lines of a text with their ends."""
    starts = [*Offsets(text).starts, len(text)]
    return [text[start:end] for start, end in pairwise(starts) if end > start]
