"""Where a node stands in its file, found for the few nodes that a finding speaks of.

``PositionProvider`` writes the whole module and records every node: twice the cost of the parse.
Here only the top-level statement that holds the node is written, and then looked up in the text,
which works because libcst writes exactly what it read. Where that statement occurs twice in the
file, the whole module is written after all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cached_property
from typing import TYPE_CHECKING

from lrlint.source.parse import parsable
from lrlint.source.span import Span
from lrlint.source.stack import with_large_stack
from lrlint.source.text import Lines

if TYPE_CHECKING:
    from libcst import CSTNode, Module

    from lrlint.source.module import SourceFile
    from lrlint.source.recorder import Recorder


class Positions:
    """Spans and code of the nodes of one module, which must be unchanged since its parse."""

    def __init__(
        self,
        module: Module,
        source: SourceFile | None = None,
        complete: Callable[[CSTNode], None] | None = None,
    ) -> None:
        """``complete`` sees to it that a module or a statement of it is there as a whole."""
        self._module = module
        self._source = source
        self._complete = complete
        self._written: list[tuple[int, Recorder]] = []

    def span(self, node: CSTNode) -> Span:
        """Where the node stands, as `PositionProvider` would say (without its own brackets)."""
        return self._at(*self.offsets(node))

    def code(self, node: CSTNode) -> str:
        """The text of the node as the file has it."""
        start, end = self.offsets(node)
        return self.text[start:end]

    def statement_span(self, node: CSTNode) -> Span:
        """The statement that holds the node: of a compound one its header (``for x in y:``)."""
        base, recorder = self._record(node)
        start, end = recorder.statement(id(node)) or (0, 0)
        end = start + len(self.text[base + start : base + end].rstrip())
        return self._at(base + start, base + end)

    def offsets(self, node: CSTNode) -> tuple[int, int]:
        """Start and end of the node in the module's text."""
        base, recorder = self._record(node)
        start, end = recorder.offsets[id(node)]
        # libcst also writes the newline that the last line of a file may lack.
        size = len(self.text)
        return min(base + start, size), min(base + end, size)

    @cached_property
    def text(self) -> str:
        """The module's text."""
        return self._write(self._module).code if self._source is None else self._source.text

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.text)

    def _at(self, start: int, end: int) -> Span:
        if self._source is not None:
            return self._source.at(start, end)
        return Span(*self._lines.position(start), *self._lines.position(end))

    def _record(self, node: CSTNode) -> tuple[int, Recorder]:
        """Where a written piece of the module starts, and the piece that holds the node."""
        for base, recorder in self._written:
            if id(node) in recorder.offsets:
                return base, recorder
        for statement in self._module.body:
            if _holds(statement, node):
                recorder = self._write(statement)
                start = self._find(recorder.code)
                if start is None or id(node) not in recorder.offsets:
                    break
                self._written.append((start, recorder))
                return start, recorder
        recorder = self._write(self._module)
        if id(node) not in recorder.offsets:
            raise KeyError(f"{type(node).__name__} is not a node of this module")
        self._written = [(0, recorder)]
        return 0, recorder

    def _find(self, code: str) -> int | None:
        """Where a top-level statement's code starts in the text; None where that is ambiguous."""
        text = parsable(self.text)
        if text.find(code) < 0:
            code = code.rstrip("\r\n")  # the last line of a file that lacks its newline
        found = text.find(code)
        if found < 0 or text.find(code, found + 1) >= 0:
            return None
        return found if found == 0 or text[found - 1] in "\r\n" else None

    def _write(self, node: CSTNode) -> Recorder:
        from lrlint.source.recorder import Recorder

        if self._complete is not None:
            self._complete(node)

        def write() -> Recorder:
            recorder = Recorder(self._module)
            node._codegen(recorder)
            return recorder

        try:
            return write()
        except RecursionError:  # 130 nested calls are enough at the default limit of 1000
            return with_large_stack(write, recursive=True)


_CHILDREN: dict[type, tuple[str, ...]] = {}


def _holds(root: CSTNode, wanted: CSTNode) -> bool:
    """Whether a node is somewhere below another; white space is not looked into."""
    from libcst import CSTNode

    stack: list[object] = [root]
    while stack:
        node = stack.pop()
        if node is wanted:
            return True
        if isinstance(node, CSTNode):
            kind = type(node)
            names = _CHILDREN.get(kind)
            if names is None:
                names = _CHILDREN[kind] = tuple(
                    field.name
                    for field in fields(kind)
                    if "whitespace" not in field.name and "lines" not in field.name
                )
            stack += [getattr(node, name) for name in names]
        elif isinstance(node, (list, tuple)):
            stack += node
    return False


__all__ = ["Positions"]
