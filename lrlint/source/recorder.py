"""libcst writes code by visiting every node; this writer notes where each node's code went.

Imported only when the first finding needs a position: it imports libcst.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import libcst as cst
from libcst._nodes.internal import CodegenState  # what PositionProvider itself is built on

_Offsets = tuple[int, int]

# What has a row of its own to leave a comment on: statements, and the headers of their branches.
_STATEMENTS = (
    cst.SimpleStatementLine,
    cst.SimpleStatementSuite,
    cst.BaseCompoundStatement,
    cst.Decorator,
    cst.Else,
    cst.ExceptHandler,
    cst.ExceptStarHandler,
    cst.Finally,
    cst.MatchCase,
)


@cache
def _roles(kind: type[cst.CSTNode]) -> tuple[bool, bool]:
    """Whether nodes of a kind are suites, and statements; they have abstract base classes, which
    makes asking dear."""
    return issubclass(kind, cst.BaseSuite), issubclass(kind, _STATEMENTS)


class Recorder(CodegenState):
    """Code of a piece of a tree, with the offsets of every node in it (by ``id``)."""

    def __init__(self, module: cst.Module) -> None:
        super().__init__(
            default_indent=module.default_indent, default_newline=module.default_newline
        )
        self.offset = 0
        self.offsets: dict[int, _Offsets] = {}
        self.statement_of: dict[int, int] = {}
        self.header_end: dict[int, int] = {}
        self._starts: list[int] = []
        self._statements: list[int] = []

    @property
    def code(self) -> str:
        return "".join(self.tokens)

    def statement(self, node: int) -> _Offsets | None:
        """The statement that a node stands in; of a compound one only the header."""
        owner = self.statement_of.get(node)
        if owner is None:
            return self.offsets.get(node)
        start, end = self.offsets[owner]
        return start, self.header_end.get(owner, end)

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.add_token(token)

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        self.offset += len(value)

    def pop_trailing_newline(self) -> None:
        if self.tokens:
            self.offset -= len(self.tokens.pop())

    def before_codegen(self, node: cst.CSTNode) -> None:
        self._starts.append(self.offset)
        is_suite, is_statement = _roles(type(node))
        if is_suite:
            self.header_end.setdefault(self._statements[-1], self.offset)
        if is_statement:
            self._statements.append(id(node))
        if self._statements:
            self.statement_of[id(node)] = self._statements[-1]

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self._starts.pop()
        if self._statements and self._statements[-1] == id(node):
            self._statements.pop()
        # `record_syntactic_position` knows better where it has been called.
        self.offsets.setdefault(id(node), (start, self.offset))

    @contextmanager
    def record_syntactic_position(
        self,
        node: cst.CSTNode,
        *,
        start_node: cst.CSTNode | None = None,
        end_node: cst.CSTNode | None = None,
    ) -> Iterator[None]:
        start = self.offset
        yield
        end = self.offset
        if start_node is not None:
            start = self.offsets[id(start_node)][0]
        if end_node is not None:
            end = self.offsets[id(end_node)][1]
        self.offsets[id(node)] = start, end


__all__ = ["Recorder"]
