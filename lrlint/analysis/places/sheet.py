"""The text of a module as an editor sees it: offsets, rows, indentation."""

from __future__ import annotations

import re

from lrlint.analysis.code.modules import ModuleUnit
from lrlint.fix import Edit, Location
from lrlint.syntax import nodes as cst
from lrlint.syntax.nodes import path_to

_ENDS = "\r\n"
_LAYOUT = re.compile(r"(?:[ \t\f\r\n]|\\(?:\r\n?|\n)|#[^\r\n]*)*")


class Sheet:
    """Where the nodes of one module stand in its text, and edits of that text."""

    def __init__(self, unit: ModuleUnit) -> None:
        self._unit = unit
        self.text = unit.source.text
        self.newline = unit.source.newline

    def offsets(self, node: cst.CSTNode) -> tuple[int, int]:
        """Start and end of a node, the brackets around it not counted."""
        return self._unit.positions.offsets(node)

    def code(self, node: cst.CSTNode) -> str:
        """The text of a node."""
        return self._unit.code(node)

    def path(self, node: cst.CSTNode) -> list[cst.CSTNode] | None:
        """The nodes from the module down to ``node``, both included."""
        return path_to(self._unit.tree, node)

    def skip(self, offset: int) -> int:
        """Where the next piece of code begins: behind white space and comments."""
        found = _LAYOUT.match(self.text, offset)
        assert found is not None  # it may be empty
        return found.end()

    def row_start(self, offset: int) -> int:
        """Where the row of an offset starts."""
        return max(self.text.rfind(end, 0, offset) for end in _ENDS) + 1

    def row_end(self, offset: int) -> int:
        """Where the row of an offset ends, its line end not counted."""
        ends = [found for end in _ENDS if (found := self.text.find(end, offset)) >= 0]
        return min(ends, default=len(self.text))

    def newline_before(self, offset: int) -> str:
        """The line end before the row of an offset; empty in the first row."""
        start = self.row_start(offset)
        if self.text[max(start - 2, 0) : start] == "\r\n":
            return "\r\n"
        return self.text[max(start - 1, 0) : start]

    def newline_after(self, offset: int) -> str:
        """The line end of the row of an offset; empty in the last row."""
        end = self.row_end(offset)
        return "\r\n" if self.text[end : end + 2] == "\r\n" else self.text[end : end + 1]

    def indentation(self, offset: int) -> str:
        """The white space at the start of the row of an offset."""
        row = self.text[self.row_start(offset) : self.row_end(offset)]
        return row[: len(row) - len(row.lstrip())]

    def row_break(self, offset: int) -> str:
        """What starts a new row that is indented as the row of an offset."""
        return self.newline + self.indentation(offset)

    def edits(self, pieces: list[tuple[int, int, str]] | None) -> tuple[Edit, ...] | None:
        """Replaced stretches of the text as edits; None where they lie in several cells."""
        if pieces is None:
            return None
        made = []
        cells = set()
        for start, end, content in pieces:
            span = self._unit.source.at(start, end)
            last = self._unit.source.at(end, end)
            cells |= {span.cell, last.cell}
            made.append(
                Edit(
                    content,
                    Location(span.row, span.column),
                    Location(span.end_row, span.end_column),
                )
            )
        return tuple(made) if len(cells) == 1 else None
