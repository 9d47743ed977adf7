"""Source frames as rustc draws them: numbered lines with marks under them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lrlint.output.text import ShownLine, cut
from lrlint.span import Location

CONTEXT = 1
"""Lines shown before and after the primary mark."""
_HEAD, _TAIL = 4, 2
"""Lines shown of the beginning and the end of a long span."""

Painter = Callable[[str, str], str]


@dataclass(frozen=True)
class Mark:
    """A span to underline (the end exclusive) and its label."""

    start: Location
    end: Location
    label: str = ""
    primary: bool = False

    @property
    def last_row(self) -> int:
        """The last row with a character of the span."""
        ends_before_row = self.end.column <= 1 and self.end.row > self.start.row
        return self.end.row - 1 if ends_before_row else max(self.end.row, self.start.row)

    @property
    def multiline(self) -> bool:
        return self.last_row > self.start.row


class Frame:
    """The lines of one file that hold the marks of one finding."""

    def __init__(
        self,
        lines: Sequence[str],
        marks: Sequence[Mark],
        *,
        gutter: int,
        width: int,
        paint: Painter,
        role: str,
    ) -> None:
        self._lines = lines
        self._marks = marks
        self._gutter = gutter
        self._paint = paint
        self._role = role
        self._block = next((mark for mark in marks if mark.primary and mark.multiline), None)
        self._limit = max(width - gutter - 3 - (2 if self._block else 0), 20)

    def render(self) -> list[str]:
        """Return all rows of the frame, without the empty gutter rows around it."""
        output: list[str] = []
        previous: int | None = None
        for row in shown_rows(self._lines, self._marks):
            if previous is not None and row > previous + 1:
                output.append(self._elision(previous))
            output += self._line(row)
            previous = row
        return output

    def _elision(self, after: int) -> str:
        block = self._block
        inside = block is not None and block.start.row <= after < block.last_row
        bar = self._paint(self._role, "|") if inside else ""
        return (self._paint("gutter", "...") + " " * self._gutter + bar).rstrip()

    def _line(self, row: int) -> list[str]:
        text = self._lines[row - 1]
        here = [mark for mark in self._marks if mark.start.row == row and mark is not self._block]
        spans = [self._columns(mark, text) for mark in here]
        if self._block is not None and row in (self._block.start.row, self._block.last_row):
            spans.append(_block_columns(self._block, row))
        laid_out = cut(text, self._limit, spans)
        output = [self._row(str(row), self._margin(row, laid_out), laid_out.text)]
        margin = self._margin_below(row)
        output += [self._row("", margin, marks) for marks in self._underlines(laid_out, here, text)]
        if self._block is not None:
            output += self._block_edges(self._block, row, laid_out)
        return output

    def _row(self, number: str, margin: str, text: str) -> str:
        gutter = self._paint("gutter", f"{number:>{self._gutter}} |")
        return f"{gutter} {margin}{text}".rstrip()

    # -- one-line marks

    def _columns(self, mark: Mark, text: str) -> tuple[int, int]:
        """Return the source columns to underline; a span of several lines on its first one."""
        end = len(text) + 1 if mark.multiline else mark.end.column
        return mark.start.column, max(end, mark.start.column + 1)

    def _underlines(self, line: ShownLine, marks: Sequence[Mark], text: str) -> list[str]:
        """Return rows of carets and labels; marks share a row if they do not overlap."""
        rows: list[tuple[int, str, bool]] = []  # columns taken, painted text, closed by a label
        for mark in sorted(marks, key=lambda mark: (mark.start, not mark.primary)):
            first, end = (line.column(column) for column in self._columns(mark, text))
            length = max(end - first, 1)
            role = self._role if mark.primary else "note"
            drawn = self._paint(role, ("^" if mark.primary else "-") * length)
            if mark.label:
                drawn += " " + self._paint(role, mark.label)
            taken, painted, closed = rows[-1] if rows else (0, "", True)
            if not closed and taken < first:
                rows.pop()
                drawn = painted + " " * (first - taken) + drawn
            else:
                drawn = " " * first + drawn
            rows.append((first + length, drawn, bool(mark.label)))
        return [drawn for _, drawn, _ in rows]

    # -- the block drawn beside a primary mark of several lines

    def _margin(self, row: int, line: ShownLine) -> str:
        block = self._block
        if block is None:
            return ""
        if row == block.start.row:
            return self._paint(self._role, "/ ") if _begins_line(block, line) else "  "
        inside = block.start.row < row <= block.last_row
        return self._paint(self._role, "| ") if inside else "  "

    def _margin_below(self, row: int) -> str:
        block = self._block
        if block is None:
            return ""
        inside = block.start.row <= row <= block.last_row
        return self._paint(self._role, "| ") if inside else "  "

    def _block_edges(self, block: Mark, row: int, line: ShownLine) -> list[str]:
        if row == block.start.row and not _begins_line(block, line):
            edge = " " + "_" * (line.column(block.start.column) + 1) + "^"
        elif row == block.last_row:
            start, end = _block_columns(block, row)
            last = max(line.column(end) - 1, line.column(start))
            edge = "|" + "_" * (last + 1) + "^" + (f" {block.label}" if block.label else "")
        else:
            return []
        return [self._row("", "", self._paint(self._role, edge))]


def _begins_line(block: Mark, line: ShownLine) -> bool:
    return line.column(block.start.column) <= line.indent


def _block_columns(block: Mark, row: int) -> tuple[int, int]:
    if row == block.start.row:
        return block.start.column, block.start.column + 1
    end = block.end.column if block.end.row == row else 10**6
    return max(end - 1, 1), end


def shown_rows(lines: Sequence[str], marks: Sequence[Mark]) -> list[int]:
    """Return the rows to show, in order: marked ones, context, and gaps of a single line."""
    rows: set[int] = set()
    for mark in marks:
        last = mark.last_row if mark.primary else mark.start.row
        span = range(mark.start.row, last + 1)
        kept = span if len(span) <= _HEAD + _TAIL + 1 else [*span[:_HEAD], *span[-_TAIL:]]
        rows.update(kept)
    primary = [mark for mark in marks if mark.primary]
    for mark in primary:
        for row in (mark.start.row - CONTEXT, mark.last_row + CONTEXT):
            if 1 <= row <= len(lines) and lines[row - 1].strip():
                rows.add(row)
    known = sorted(row for row in rows if 1 <= row <= len(lines))
    bridged = [row + 1 for row, after in pairwise(known) if after == row + 2]
    return sorted([*known, *bridged])
