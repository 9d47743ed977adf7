"""A module whose functions are read when somebody looks into them.

Of what a training script imports most is never called: models, data sets, plots. CPython's parser
takes the whole text and says where each function's body stands; what is made of its tree leaves out
the bodies. ``open`` reads a body once more and puts it in its place.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from lrlint.source.mutations import Mutations, mutations_of
from lrlint.source.parse import parsable, parse_text
from lrlint.source.span import SourceError
from lrlint.source.stack import with_large_stack
from lrlint.source.syntax import first_row, syntax_error, syntax_tree
from lrlint.syntax.build import Builder, line_starts
from lrlint.syntax.nodes import Block, FunctionDef, Module, Node

if TYPE_CHECKING:
    from lrlint.source.module import SourceFile

_FEWEST: Final = 3
"""Lines of a body that are worth a parse of their own."""

_Result = TypeVar("_Result")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Skeleton:
    """The tree of a module, some of whose functions may not be read yet."""

    def __init__(
        self,
        tree: Module,
        mutations: Mutations | None = None,
        text: bytes = b"",
        starts: Sequence[int] = (),
        bodies: Mapping[FunctionDef, tuple[int, int]] | None = None,
    ) -> None:
        self.tree = tree
        self.mutations = mutations
        """What the module changes in place; None where only the tree can tell."""
        self._text = text
        self._starts = starts
        self._bodies = bodies or {}
        self._closed = set(self._bodies)
        self.size = tree.end - sum(one.end - one.body.start for one in self._closed)
        """Bytes that nodes were made of: what the tree takes of memory grows with them."""

    def text(self, node: Node) -> str | None:
        """The text of a function's body, where that is not read with the module."""
        rows = self._bodies.get(node)  # type: ignore[call-overload]
        return None if rows is None else self._text[self._starts[rows[1]] : node.end].decode()

    def open(self, node: Node) -> bool:
        """Read the body of a function; False where that does not succeed."""
        if node not in self._closed:
            return True
        assert isinstance(node, FunctionDef)
        try:
            node.body = self._body(node)
        except SourceError:
            return False
        self._closed.remove(node)
        self.size += node.end - node.body.start
        return True

    def _body(self, node: FunctionDef) -> Block:
        row, _ = self._bodies[node]
        text = self._text[self._starts[row] : node.end].decode()
        starts = [0, *self._starts[row:]]
        first = 1
        if text[0] in " \t":  # the block of something
            text = f"if _:\n{text}"
            starts.insert(0, 0)
            first = 2
        tree = syntax_tree(text)
        if isinstance(tree, SourceError):  # its row begins with a form feed, or in the row above
            tree, starts, first = syntax_tree(self._text.decode()), [*self._starts], row
        if isinstance(tree, SourceError):
            raise tree
        builder = Builder(self._text, starts)
        function = next(
            one for one in ast.walk(tree) if isinstance(one, _Function) and one.lineno == first
        )
        return _built(lambda: builder.block(function.body))


def in_part(source: SourceFile) -> Skeleton:
    """The tree of a source file; `SourceError` (one line, with its place) where it has none."""
    return _read(source, lambda lines: lines >= _FEWEST)


def whole(source: SourceFile) -> Skeleton:
    """The same with every function read."""
    return _read(source, lambda lines: False)


def _read(source: SourceFile, leave_out: Callable[[int], bool]) -> Skeleton:
    text = parsable(source.text)
    tree = syntax_tree(text)
    if isinstance(tree, SourceError):
        try:
            return Skeleton(younger_tree(text))
        except SourceError as error:
            if source.notebook is None:
                raise
            cell, row = source.notebook.locate(error.row)
            raise SourceError(error.message, row, error.column, cell) from error
    data, starts = text.encode(), line_starts(text)

    def is_cut(function: _Function) -> bool:
        body = function.body[0]
        first = first_row(body)
        apart = not data[starts[first] : starts[first] + body.col_offset].strip()
        return apart and leave_out((function.end_lineno or first) - first + 1)

    builder = Builder(data, starts)
    found = _built(lambda: builder.module(tree, is_cut))
    bodies = {made: (one.lineno, first_row(one.body[0])) for made, one in builder.closed.items()}
    return Skeleton(found, mutations_of(tree), data, starts, bodies)


def younger_tree(text: str) -> Module:
    """The tree of a text that CPython refuses, and a younger one may accept, as libcst does.

    `SourceError` where libcst refuses it too.
    """
    tree = parse_text(text)
    from lrlint.syntax.younger import from_libcst

    try:
        return _built(lambda: from_libcst(tree, text))
    except SyntaxError as error:
        raise syntax_error(text) or SourceError(str(error)) from error


def _built(build: Callable[[], _Result]) -> _Result:
    try:
        return build()
    except RecursionError:
        pass
    try:
        return with_large_stack(build, recursive=True)
    except RecursionError as error:  # Python 3.12 counts native calls by a limit of its own
        raise SourceError("nested too deeply for the parser") from error


__all__ = ["Skeleton", "in_part", "whole", "younger_tree"]
