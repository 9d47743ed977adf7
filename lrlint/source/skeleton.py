"""A module whose functions are parsed when somebody looks into them.

Of what a training script imports most is never called: models, data sets, plots. libcst takes
130 µs for a line of it, CPython's own parser 10, and that one says where each body stands. So the
tree is built from a text in which the bodies of functions and methods are ``pass``; ``open`` parses
a body and puts it in its place. Once all are open, the tree is that of the whole text.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lrlint.source.mutations import Mutations, mutations_of
from lrlint.source.nesting import check
from lrlint.source.parse import parse, parse_text
from lrlint.source.span import SourceError
from lrlint.source.syntax import first_row, syntax_tree

if TYPE_CHECKING:
    from libcst import CSTNode, FunctionDef, Module

    from lrlint.source.module import SourceFile

_FEWEST: Final = 3
"""Lines of a body that are worth a parse of their own."""

_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class _Cut:
    """A function whose body is not parsed; its lines are counted from 0."""

    number: int
    """Among the functions of the module and the methods of its classes."""
    start: int
    """Its ``def``."""
    first: int
    """The first line of its body."""
    last: int
    """The line behind its body."""
    end: int
    """The line behind the comments that follow, where the next statement begins."""
    in_class: bool


class Skeleton:
    """The tree of a module, some of whose functions may not be parsed yet."""

    def __init__(
        self,
        tree: Module,
        size: int,
        mutations: Mutations | None = None,
        lines: Sequence[str] = (),
        cuts: Sequence[_Cut] = (),
        levels: int = 0,
    ) -> None:
        self.tree = tree
        self.size = size
        """Characters that were parsed: what the tree takes of memory grows with them."""
        self.mutations = mutations
        """What the module changes in place; None where only the tree can tell."""
        self._lines = lines
        self._levels = levels
        functions = list(_functions_of(tree)) if cuts else []
        self._cuts: dict[CSTNode, _Cut] = {functions[cut.number]: cut for cut in cuts}
        self._closed = set(self._cuts)

    def text(self, node: CSTNode) -> str | None:
        """The text of a function's body, where that is not parsed with the module."""
        cut = self._cuts.get(node)
        return None if cut is None else "".join(self._lines[cut.first : cut.last])

    def is_open(self, node: CSTNode) -> bool:
        """Whether the body of a function is parsed."""
        return node not in self._closed

    def open(self, node: CSTNode) -> bool:
        """Parse the body of a function; False where libcst refuses it."""
        if node not in self._closed:
            return True
        cut = self._cuts[node]
        try:
            body = self._body(cut)
        except SourceError:
            return False
        # The node stays the one that everybody knows.
        object.__setattr__(node, "body", body)
        self._closed.remove(node)
        return True

    def open_all(self, within: CSTNode | None = None) -> None:
        """Parse what is left, or what is left in a statement of the module."""
        for function in list(self._closed) if within is None else _functions_of(within):
            self.open(function)

    def _body(self, cut: _Cut) -> CSTNode:
        # The first indentation of a text is the default of its tree: it has to be the module's.
        opening = f"if _:\n{self.tree.default_indent}pass\n"
        if cut.in_class:
            opening += "class _:\n"
        text = "".join(self._lines[cut.start : cut.end])
        parsed = parse_text(opening + text, self._levels)
        self.size += len(text)
        (function,) = _functions_of(parsed)
        return function.body


def in_part(source: SourceFile) -> Skeleton:
    """The tree of a source file; `SourceError` (one line, with its place) where it has none."""
    text = source.text
    if source.notebook is not None or "\r" in text:
        return whole(source)
    levels = check(text)
    tree = syntax_tree(text)
    if isinstance(tree, SourceError):  # it may be Python all the same, for a younger one than this
        return whole(source)
    lines = text.split("\n")
    lines = [*(f"{line}\n" for line in lines[:-1]), lines[-1]]
    cuts = list(_cuts_of(tree, lines))
    stub = _without(lines, cuts)
    try:
        found = parse_text(stub, levels)
    except SourceError:
        return whole(source)  # which says what is wrong, and where in the whole text
    return Skeleton(found, len(stub), mutations_of(tree), lines, cuts, levels)


def whole(source: SourceFile) -> Skeleton:
    """The same with everything parsed."""
    return Skeleton(parse(source), len(source.text))


def _cuts_of(tree: ast.Module, lines: Sequence[str]) -> Iterator[_Cut]:
    number = 0
    for statement, end in _with_ends(tree.body, len(lines)):
        in_class = isinstance(statement, ast.ClassDef)
        inner = _with_ends(statement.body, end) if in_class else [(statement, end)]  # type: ignore[attr-defined]
        for function, end_of_it in inner:
            if not isinstance(function, _FUNCTIONS):
                continue
            first, last = first_row(function.body[0]) - 1, function.end_lineno or 0
            apart = not lines[first][: function.body[0].col_offset].strip()
            if last - first >= _FEWEST and apart:
                yield _Cut(number, function.lineno - 1, first, last, end_of_it, in_class)
            number += 1


def _with_ends(body: Sequence[ast.stmt], end: int) -> Iterator[tuple[ast.stmt, int]]:
    """The statements of a block, each with the line in which the next one begins."""
    following = [*(first_row(one) - 1 for one in body[1:]), end]
    return zip(body, following, strict=False)  # an empty module has no statement


def _without(lines: Sequence[str], cuts: Sequence[_Cut]) -> str:
    """The text with ``pass`` for each body that is cut out."""
    kept: list[str] = []
    at = 0
    for cut in cuts:
        line = lines[cut.first]
        indent = line[: len(line) - len(line.lstrip())]
        end = "\n" if cut.last < len(lines) else ""  # a text may lack its last newline
        kept += [*lines[at : cut.first], f"{indent}pass{end}"]
        at = cut.last
    return "".join([*kept, *lines[at:]])


def _functions_of(tree: CSTNode) -> Iterator[FunctionDef]:
    """The functions of a module and the methods of its classes, as `_cuts_of` counts them.

    Of a statement of the module those that it consists of.
    """
    from libcst import ClassDef, FunctionDef, Module

    for statement in tree.body if isinstance(tree, Module) else [tree]:
        inner = statement.body.body if isinstance(statement, ClassDef) else [statement]
        yield from (one for one in inner if isinstance(one, FunctionDef))


__all__ = ["Skeleton", "in_part", "whole"]
