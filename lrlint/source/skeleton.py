"""A module whose functions are parsed when somebody looks into them.

Of what a training script imports most is never called: models, data sets, plots. libcst takes
60 µs for a line, CPython's parser 5, and that one says where each body is. So libcst parses a text
from which the bodies of functions are cut, and a body when it is asked for. libcst's nodes cannot
be changed: an opened body is kept beside the tree, under the name that replaces it there.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

import libcst as cst

from lrlint.source.difference import Replacement, difference
from lrlint.source.errors import SourceError
from lrlint.source.module import SourceFile
from lrlint.source.nodes import path_to, walk, with_child
from lrlint.source.parse import parse_text
from lrlint.source.recorder import Recorder, write
from lrlint.source.syntax import first_row, parsable, syntax_tree
from lrlint.source.text import Lines, commonest_newline

_FEWEST_ROWS: Final = 3
"""Rows of a body that are worth another parse."""

_BLOCKS: Final = ("body", "orelse", "finalbody", "handlers", "cases")
"""Fields of CPython's nodes that hold statements."""

_NOT_WRITTEN: Final = re.compile(
    r"^(?P<reset>[ \t\f]*\f)(?=[ \t]*(?:[^\s\\]|\r?$))|^[ \t]*(?P<joined>(?:\\\r?\n[ \t\f]*)+)",
    re.MULTILINE,
)
"""Form feeds and joined rows before a statement: libcst reads them and does not write them."""
_BLANK: Final = re.compile(r"(?:^|(?<=\f))[ \t]+(?=\r?$)", re.MULTILINE)
"""Spaces in an empty row: after the last statement, libcst drops the empty rows before them."""


_MOST: Final = 25_000
"""Statements of a module, or elements of a list: the analyser follows no more in one script, and
libcst would take ten seconds and a gigabyte for a megabyte of numbers."""
_SOMETHING: Final = "...[...]"
"""An expression with no value in Python, so that the analyser can know nothing of it."""


class _Cut(NamedTuple):
    """A stretch of a text, and what replaces it."""

    start: int
    end: int
    replacement: str = ""


class _Piece:
    """A stretch of a module's text that libcst has parsed, some parts cut out."""

    def __init__(
        self,
        text: str,
        start: int,
        end: int,
        cuts: Sequence[_Cut],
        *,
        is_python: bool,
        header: str = "",
    ) -> None:
        kept, size = [header], len(header)
        self._begins, self._shifts = [size], [start - size]
        for cut in cuts:
            if start <= cut.start and cut.end <= end:
                kept += text[start : cut.start], cut.replacement
                size += cut.start - start + len(cut.replacement)
                start = cut.end
                self._begins.append(size)
                self._shifts.append(start - size)
        self._text = "".join([*kept, text[start:end]])
        self.tree = parse_text(self._text, is_python=is_python)
        self.size = len(self._text)

    def holds(self, node: cst.CSTNode) -> bool:
        """Whether a node is in the tree."""
        if "_written" in vars(self):
            return id(node) in self._written.offsets
        return path_to(self.tree, node) is not None

    def offsets(self, node: cst.CSTNode) -> tuple[int, int]:
        """Return where a node of the tree is in the module's text."""
        found = self._written.span(node)
        if found is None:
            raise KeyError(f"{type(node).__name__} is not a node of this module")
        return self._origin(found[0]), self._origin(found[1])

    def change(self, node: cst.CSTNode, new: cst.CSTNode) -> list[Replacement]:
        """Return what to replace in the module's text, so that a node of it becomes another."""
        *path, old = path_to(self.tree, node) or [self.tree]
        while not isinstance(old, (cst.BaseStatement, cst.Module)):
            parent = path.pop()
            old, new = parent, with_child(parent, old, new)
        blocks = [one.indent for one in path if isinstance(one, cst.IndentedBlock)]
        indentation = [self.tree.default_indent if one is None else one for one in blocks]
        before = write(old, self.tree, indentation)
        after = write(new, self.tree, indentation)
        start = self._written.offsets[id(old)][0] - before.offsets[id(old)][0]
        return [
            Replacement(self._origin(start + one.start), self._origin(start + one.end), one.text)
            for one in difference(before.tokens, after.tokens)
        ]

    def _origin(self, offset: int) -> int:
        return offset + self._shifts[max(bisect_right(self._begins, offset) - 1, 0)]

    @cached_property
    def _written(self) -> Recorder:
        recorder = write(self.tree, self.tree)
        if recorder.code != self._text:
            raise SourceError("libcst does not write what it has read")
        return recorder


def _end_of_code(text: str) -> int:
    """Return the offset after which there are only empty rows and comments."""
    end = len(text)
    while end:
        start = text.rfind("\n", 0, end - 1) + 1
        row = text[start:end].strip()
        if row and not row.startswith("#"):
            break
        end = start
    return end


class Skeleton:
    """The tree of a module, some of whose functions may not be parsed yet."""

    def __init__(
        self,
        text: str,
        bodies: Sequence[_Cut] = (),
        left_out: Sequence[_Cut] = (),
        *,
        is_python: bool = False,
    ) -> None:
        """Parse a text without some bodies, each replaced by its indentation and a name.

        What is ``left_out`` besides is never parsed. ``is_python`` says that CPython reads it.
        """
        self._text = text
        self._is_python = is_python
        self._left_out = left_out
        self._bodies = {body.replacement.lstrip(): body for body in bodies}
        self._opened: dict[str, tuple[cst.FunctionDef, _Piece | SourceError]] = {}
        self._codes: dict[int, str] = {}  # by identity: the trees keep their nodes alive
        cuts = sorted([*bodies, *self._not_written])
        self._outline = _Piece(text, 0, len(text), cuts, is_python=is_python)
        self.tree = self._outline.tree
        """The module; the bodies that were cut out are names in it, see `body_of`."""

    @property
    def text(self) -> str:
        """The code of the module."""
        return self._text

    @property
    def size(self) -> int:
        """Characters that libcst has parsed: what the trees take of memory grows with them."""
        return sum(piece.size for piece in self._pieces())

    @cached_property
    def _not_written(self) -> list[_Cut]:
        text = self._text
        cuts = [_Cut(*one.span(one.lastgroup or 0)) for one in _NOT_WRITTEN.finditer(text)]
        return sorted(
            [
                *self._left_out,
                *cuts,
                *(_Cut(*one.span()) for one in _BLANK.finditer(text, _end_of_code(text))),
            ]
        )

    # -- bodies -----------------------------------------------------------------------------------

    def text_of(self, function: cst.CSTNode) -> str | None:
        """Return the text of a function's body, where that is not parsed with the module."""
        body = self._bodies.get(_name_in(function))
        return None if body is None else self._text[body.start : body.end]

    def body_of(self, function: cst.FunctionDef) -> cst.BaseSuite:
        """Return the body of a function, parsed; `SourceError` where libcst refuses it."""
        name = _name_in(function)
        if name not in self._bodies:
            return function.body
        if name not in self._opened:
            self._opened[name] = function, self._parsed(self._bodies[name])
        piece = self._opened[name][1]
        if isinstance(piece, SourceError):
            raise piece
        return _body(piece)

    def _parsed(self, body: _Cut) -> _Piece | SourceError:
        try:
            # The first line end of a text is that of all that is written anew.
            header = f"if _:{commonest_newline(self._text)}"
            return _Piece(
                self._text,
                body.start,
                body.end,
                self._not_written,
                is_python=self._is_python,
                header=header,
            )
        except SourceError as error:
            row, _ = Lines(self._text).position(body.start)
            return SourceError(error.message, row + error.row - 2, error.column)

    @property
    def refusal(self) -> SourceError | None:
        """What libcst does not read in a body that was asked for."""
        errors = (one for _, one in self._opened.values() if isinstance(one, SourceError))
        return next(errors, None)

    def _pieces(self) -> Iterator[_Piece]:
        yield self._outline
        yield from (one for _, one in self._opened.values() if isinstance(one, _Piece))

    # -- where nodes are --------------------------------------------------------------------------

    def offsets(self, node: cst.CSTNode) -> tuple[int, int]:
        """Return start and end of a node in the module's text.

        The brackets around a node do not count; those of a tuple are its own.
        """
        return self._piece_of(node).offsets(node)

    def change(self, node: cst.CSTNode, new: cst.CSTNode) -> list[Replacement]:
        """Return what to replace in the module's text, so that a node becomes another."""
        return self._piece_of(node).change(node, new)

    def _piece_of(self, node: cst.CSTNode) -> _Piece:
        written_first = sorted(self._pieces(), key=lambda piece: "_written" not in vars(piece))
        for piece in written_first:
            if piece.holds(node):
                return piece
        raise KeyError(f"{type(node).__name__} is not a node of this module")

    def path_to(self, node: cst.CSTNode) -> list[cst.CSTNode] | None:
        """Return the nodes from the module down to a node; None where it is not of this module."""
        path = path_to(self.tree, node)
        if path is not None:
            return path
        for function, piece in self._opened.values():
            inner = None if isinstance(piece, SourceError) else path_to(_body(piece), node)
            if inner is not None:
                return [*(path_to(self.tree, function) or ()), *inner]
        return None

    def code(self, node: cst.CSTNode) -> str:
        """Return the text of a node in one row."""
        if type(node) is cst.Name:
            return node.value
        known = self._codes.get(id(node))
        if known is None:
            recorder = write(node, self.tree)
            start, end = recorder.span(node) or (0, None)
            text = recorder.code[start:end]
            known = self._codes[id(node)] = " ".join(text.split()) if "\n" in text else text
        return known


def _name_in(function: cst.CSTNode) -> str:
    """Return the name that is all that there is in the body of a function."""
    match function:
        case cst.FunctionDef(
            body=cst.IndentedBlock(
                body=[cst.SimpleStatementLine(body=[cst.Expr(value=cst.Name(value=name))])]
            )
        ):
            return name
    return ""


def _body(piece: _Piece) -> cst.BaseSuite:
    """Return the body that a piece was made of."""
    (statement,) = piece.tree.body
    assert isinstance(statement, cst.If)
    return statement.body


def read(source: SourceFile) -> Skeleton:
    """Return the tree of a source file; `SourceError` (one line, with its place) where it has none.

    Syntax that is newer than the running Python is left to libcst, which has its own grammar.
    """
    text = parsable(source.text)
    tree = syntax_tree(text)
    try:
        if isinstance(tree, SourceError):
            return _unless_literals_are_broken(Skeleton(text), tree)
        try:
            bodies, too_long = list(_bodies(tree, text)), list(_too_long(tree, text))
            return Skeleton(text, bodies, too_long, is_python=True)
        except SourceError:  # what is wrong, and where, is told of the whole text
            return Skeleton(text)
    except SourceError as error:
        raise source.in_cell(error) from error


def _unless_literals_are_broken(found: Skeleton, error: SourceError) -> Skeleton:
    """Return a tree that CPython has refused; libcst does not look into literals."""
    try:
        for node in walk(found.tree):
            if isinstance(node, cst.SimpleString):
                _ = node.evaluated_value
    except (SyntaxError, ValueError):
        raise error from None
    return found


def _bodies(tree: ast.Module, text: str) -> Iterator[_Cut]:
    """Yield the bodies that are worth another parse; those of functions in functions are not."""
    rows = [0, *Lines(text).starts, len(text)]
    mark = "__body"
    while mark in text:
        mark += "_"
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for block in _BLOCKS:
                waiting += getattr(node, block, ())
            continue
        row, last = first_row(node.body[0]), node.end_lineno or 0
        start = rows[row]
        indentation = text[start : start + node.body[0].col_offset]
        if last - row + 1 < _FEWEST_ROWS or indentation.strip():
            continue
        # Comments directly above the first statement belong to it.
        while row > node.lineno + 1 and text[rows[row - 1] : start].lstrip().startswith("#"):
            row, start = row - 1, rows[row - 1]
        end = start + len(text[start : rows[last + 1]].rstrip("\r\n"))
        yield _Cut(start, end, f"{indentation}{mark}{start}")


def _too_long(tree: ast.Module, text: str) -> Iterator[_Cut]:
    """Yield the literals that have too many elements, and the statements that are too many."""
    rows = [0, *Lines(text).starts, len(text)]

    def offset(row: int, column: int) -> int:
        """Return the offset of a place that CPython gives in bytes."""
        line = text[rows[row] : rows[row + 1]]
        return rows[row] + len(line.encode()[:column].decode())

    if len(tree.body) > _MOST:
        first, last = tree.body[_MOST], tree.body[-1]
        row = first_row(first)
        start = rows[row] if row < first.lineno else offset(first.lineno, first.col_offset)
        yield _Cut(start, offset(last.end_lineno or 0, last.end_col_offset or 0))
    waiting: list[ast.AST] = list(tree.body[:_MOST]) if text.count(",") >= _MOST else []
    while waiting:
        node = waiting.pop()
        match node:
            case ast.JoinedStr():  # where its fields are, older versions of Python do not know
                continue
            case (
                ast.List(elts=elements, ctx=ast.Load())
                | ast.Tuple(elts=elements, ctx=ast.Load())
                | ast.Set(elts=elements)
                | ast.Dict(values=elements)
            ) if len(elements) > _MOST:
                start = offset(node.lineno, node.col_offset)
                yield _Cut(
                    start, offset(node.end_lineno or 0, node.end_col_offset or 0), _SOMETHING
                )
            case _:
                waiting += ast.iter_child_nodes(node)


__all__ = ["Skeleton", "read"]
