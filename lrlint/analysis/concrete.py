"""libcst's tree of a statement, for edits: only there do commas, brackets and comments count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Final

import libcst as cst

from lrlint.source import SourceError, parse_text
from lrlint.source.stack import with_large_stack
from lrlint.syntax.recorder import Recorder

if TYPE_CHECKING:
    from lrlint.analysis.modules import ModuleUnit
    from lrlint.syntax import nodes as syn


class Concrete:
    """The statement of a module's own level in which a node stands, as libcst parses it."""

    def __init__(self, unit: ModuleUnit, node: syn.Node) -> None:
        """Raises `SourceError` where libcst does not parse it."""
        self._positions = unit.positions
        holder = next((one for one in unit.tree.body if one.start <= node.start < one.end), None)
        if holder is None:
            raise SourceError("stands in no statement")
        self._base = self._positions.offsets(holder)[0]
        self.tree = parse_text(self._positions.code(holder))
        self._recorder = _recorded(self.tree)

    def offsets(self, node: cst.CSTNode) -> tuple[int, int]:
        """Start and end of a node in the module's text, its own brackets not counted."""
        start, end = self._recorder.offsets[id(node)]
        return self._base + start, self._base + end

    def find(self, node: syn.Node) -> cst.CSTNode | None:
        """What a node of the analyser's tree is in libcst's."""
        wanted = self._positions.offsets(node)
        kinds = _KINDS.get(type(node).__name__, (type(node).__name__,))
        for one in _walk(self.tree):
            if type(one).__name__ in kinds and wanted in (self.offsets(one), self._around(one)):
                return one
        return None

    def path(self, node: cst.CSTNode) -> list[cst.CSTNode]:
        """The nodes from the statement's module down to ``node``, both included."""
        parents: dict[int, cst.CSTNode] = {}
        for one in _walk(self.tree):
            for child in children(one):
                parents[id(child)] = one
        path = [node]
        while id(path[-1]) in parents:
            path.append(parents[id(path[-1])])
        return path[::-1]

    def _around(self, node: cst.CSTNode) -> tuple[int, int] | None:
        """Where a tuple or a generator stands with the brackets that are part of it."""
        if not isinstance(node, (cst.Tuple, cst.GeneratorExp)) or not node.lpar:
            return None
        return self.offsets(node.lpar[-1])[0], self.offsets(node.rpar[0])[1]


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The direct children of a node; white space is not looked into."""
    found: list[cst.CSTNode] = []
    for name in (field.name for field in fields(node)):
        if "whitespace" in name or "lines" in name:
            continue
        value = getattr(node, name)
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


_KINDS: Final = {"String": ("SimpleString", "ConcatenatedString")}
"""What libcst calls the kinds of nodes that it calls otherwise."""
