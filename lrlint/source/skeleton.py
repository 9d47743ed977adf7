"""A module whose functions are read when somebody looks into them.

Of what a training script imports most is never called: models, data sets, plots. Of a file that is
linted CPython's parser takes the whole text, for it must be Python, and what is made of its tree
leaves out the bodies; of a file that is only imported they are not parsed either. ``open`` reads a
body and puts it in its place.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from lrlint.source.mutations import Mutations, may_mutate, mutations_of, note_mutations
from lrlint.source.parse import parsable, parse_text
from lrlint.source.shorten import FEWEST_ROWS, without_bodies
from lrlint.source.span import SourceError
from lrlint.source.stack import with_large_stack
from lrlint.source.syntax import first_row, syntax_error, syntax_tree
from lrlint.syntax.build import Builder, line_starts
from lrlint.syntax.nodes import Block, FunctionDef, Module, Node, walk

if TYPE_CHECKING:
    from lrlint.source.module import SourceFile

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
        *,
        is_python: bool = True,
    ) -> None:
        self.tree = tree
        self.is_python = is_python
        """Whether that is known; what is wrong in a body that was not parsed is not."""
        self._mutations = mutations
        self._text = text
        self._starts = starts
        self._bodies = bodies or {}
        self._closed = {one: one.end - one.body.start for one in self._bodies}
        self.size = tree.end - sum(self._closed.values())
        """Bytes that nodes were made of: what the tree takes of memory grows with them."""

    def lacks(self, rows: Iterable[int]) -> bool:
        """Whether functions that begin in these rows, all of them, are not read yet."""
        return {row for row, _ in self._bodies.values()}.issuperset(rows)

    @cached_property
    def mutations(self) -> Mutations | None:
        """What the module changes in place; None where only the tree can tell."""
        found = self._mutations
        if found is not None and not self.is_python:
            for node in self._bodies:
                parsed = self._parsed(node) if may_mutate(self.text(node) or "") else None
                if parsed is not None:
                    note_mutations(parsed[0], found)
        return found

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
        self.size += self._closed.pop(node)
        return True

    def _body(self, node: FunctionDef) -> Block:
        parsed = self._parsed(node)
        if parsed is not None:
            function, starts = parsed
            builder = Builder(self._text, starts)
            return _built(lambda: builder.block(function.body))
        # Its row begins with a form feed, or in the row above; or CPython is too old for it.
        if isinstance(self._again, SourceError):
            raise self._again
        return next(
            one.body
            for one in walk(self._again)
            if isinstance(one, FunctionDef) and one.start == node.start
        )

    def _parsed(self, node: FunctionDef) -> tuple[_Function, Sequence[int]] | None:
        """A function as it is parsed by itself, and where the rows of it start."""
        row, _ = self._bodies[node]
        text = self._text[self._starts[row] : node.end].decode()
        starts = [0, *self._starts[row:]]
        if text[0] in " \t":  # the block of something
            text = f"if _:\n{text}"
            starts.insert(0, 0)
        tree = syntax_tree(text)
        if isinstance(tree, SourceError):
            return None
        return next(one for one in ast.walk(tree) if isinstance(one, _Function)), starts

    @cached_property
    def _again(self) -> Module | SourceError:
        """The module once more, with every function read."""
        try:
            return _whole_tree(self._text.decode())
        except SourceError as error:
            return error


def in_part(source: SourceFile) -> Skeleton:
    """The tree of a source file; `SourceError` (one line, with its place) where it has none."""
    return _read(source, FEWEST_ROWS)


def in_outline(source: SourceFile) -> Skeleton:
    """The same for a file that is Python as far as anybody asks: bodies are not even parsed."""
    text = parsable(source.text)
    short = without_bodies(text)
    tree = None if short is None else syntax_tree(short.text)
    if short is None or tree is None or isinstance(tree, SourceError):
        return in_part(source)
    found = _skeleton(text, tree, FEWEST_ROWS, short.bodies)
    return found if found.lacks(short.bodies) else in_part(source)


def whole(source: SourceFile) -> Skeleton:
    """The tree of a source file with every function read."""
    return _read(source, sys.maxsize)


def _read(source: SourceFile, fewest: int) -> Skeleton:
    text = parsable(source.text)
    tree = syntax_tree(text)
    if not isinstance(tree, SourceError):
        return _skeleton(text, tree, fewest, {})
    try:
        return Skeleton(younger_tree(text))
    except SourceError as error:
        if source.notebook is None:
            raise
        cell, row = source.notebook.locate(error.row)
        raise SourceError(error.message, row, error.column, cell) from error


def _skeleton(text: str, tree: ast.Module, fewest: int, gone: Mapping[int, int]) -> Skeleton:
    """From a tree, bodies of so many rows left out, and those that the tree does not have."""
    data, starts = text.encode(), line_starts(text)

    def is_cut(function: _Function) -> bool:
        if function.lineno in gone:
            return True
        body = function.body[0]
        first = first_row(body)
        apart = not data[starts[first] : starts[first] + body.col_offset].strip()
        return apart and (function.end_lineno or first) - first + 1 >= fewest

    builder = Builder(data, starts)
    found = _built(lambda: builder.module(tree, is_cut))
    bodies = {}
    for made, one in builder.closed.items():
        first = gone.get(one.lineno)
        if first is not None:
            made.body.start = starts[first]
        bodies[made] = one.lineno, first_row(one.body[0]) if first is None else first
    return Skeleton(found, mutations_of(tree), data, starts, bodies, is_python=not gone)


def _whole_tree(text: str) -> Module:
    tree = syntax_tree(text)
    if isinstance(tree, SourceError):
        return younger_tree(text)
    builder = Builder(text.encode(), line_starts(text))
    return _built(lambda: builder.module(tree))


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


__all__ = ["Skeleton", "in_outline", "in_part", "whole", "younger_tree"]
