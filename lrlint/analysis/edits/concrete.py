"""libcst's tree of a statement, for edits: only there do commas, brackets and comments count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cached_property
from typing import TYPE_CHECKING, Final

import libcst as cst

from lrlint.source import Positions, SourceError, parse_text
from lrlint.source.stack import with_large_stack
from lrlint.syntax.recorder import Recorder

if TYPE_CHECKING:
    from lrlint.syntax import nodes as syn

_Offsets = tuple[int, int]


class Concrete:
    """A statement of a module's own level, as libcst parses it."""

    def __init__(self, statement: syn.Statement, positions: Positions) -> None:
        """Raises `SourceError` where libcst does not parse it."""
        self._positions = positions
        self._base = positions.offsets(statement)[0]
        self._tree = parse_text(positions.code(statement))
        self._recorder = _recorded(self._tree)

    def offsets(self, node: cst.CSTNode) -> _Offsets:
        """Start and end of a node in the module's text, its own brackets not counted."""
        start, end = self._recorder.offsets[id(node)]
        return self._base + start, self._base + end

    def find(self, node: syn.Node) -> cst.CSTNode | None:
        """What a node of the analyser's tree is in libcst's."""
        kind = type(node).__name__
        return self._nodes.get((kind, self._positions.offsets(node)))

    def path(self, node: cst.CSTNode) -> list[cst.CSTNode]:
        """The nodes from the statement's module down to ``node``, both included."""
        path = [node]
        while id(path[-1]) in self._parents:
            path.append(self._parents[id(path[-1])])
        return path[::-1]

    @cached_property
    def _nodes(self) -> dict[tuple[str, _Offsets], cst.CSTNode]:
        """The nodes by kind and place; several of one kind do not begin and end together."""
        found: dict[tuple[str, _Offsets], cst.CSTNode] = {}
        for node in _walk(self._tree):
            kind = type(node).__name__
            found[_KINDS.get(kind, kind), self._place(node)] = node
        return found

    @cached_property
    def _parents(self) -> dict[int, cst.CSTNode]:
        return {id(child): node for node in _walk(self._tree) for child in children(node)}

    def _place(self, node: cst.CSTNode) -> _Offsets:
        """Where the analyser's tree has a node: a tuple with the brackets that are part of it."""
        if isinstance(node, (cst.Tuple, cst.GeneratorExp)) and node.lpar:
            return self.offsets(node.lpar[-1])[0], self.offsets(node.rpar[0])[1]
        return self.offsets(node)


def statement_of(node: syn.Node, module: syn.Module) -> syn.Statement:
    """The statement of a module's own level that a node is part of."""
    for one in module.body:
        if one.start <= node.start < one.end:
            return one
    raise SourceError("stands in no statement")  # but in a decorator of one


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The direct children of a node; white space is not looked into."""
    found: list[cst.CSTNode] = []
    for field in fields(node):
        if "whitespace" in field.name or "lines" in field.name:
            continue
        value = getattr(node, field.name)
        parts = value if isinstance(value, (list, tuple)) else [value]
        found += [part for part in parts if isinstance(part, cst.CSTNode)]
    return found


def _walk(tree: cst.CSTNode) -> Iterator[cst.CSTNode]:
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        stack += children(node)


def _recorded(tree: cst.Module) -> Recorder:
    def write() -> Recorder:
        recorder = Recorder(tree)
        tree._codegen(recorder)
        return recorder

    try:
        return write()
    except RecursionError:  # 130 nested calls are enough at the default limit of 1000
        return with_large_stack(write, recursive=True)


_KINDS: Final = {"SimpleString": "String", "ConcatenatedString": "String"}
"""The kinds of nodes that the analyser's tree calls otherwise."""
