"""libcst writes code by visiting every node; this writer notes where each node's code went."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import libcst as cst
from libcst._nodes.internal import CodegenState  # what PositionProvider itself is built on

from lrlint.source.stack import with_large_stack

_Offsets = tuple[int, int]


class Recorder(CodegenState):
    """Code of a piece of a tree, with the offsets of every node in it (by ``id``)."""

    def __init__(self, module: cst.Module) -> None:
        super().__init__(
            default_indent=module.default_indent, default_newline=module.default_newline
        )
        self.offset = 0
        self.offsets: dict[int, _Offsets] = {}
        self._starts: list[int] = []

    @property
    def code(self) -> str:
        """What was written."""
        return "".join(self.tokens)

    def span(self, node: cst.CSTNode) -> _Offsets | None:
        """Return where a node is, without the brackets around it; a tuple has its own."""
        if isinstance(node, (cst.Tuple, cst.GeneratorExp)) and node.lpar:
            return self.offsets[id(node.lpar[-1])][0], self.offsets[id(node.rpar[0])][1]
        return self.offsets.get(id(node))

    # -- what libcst calls ------------------------------------------------------------------------

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.add_token(token)

    def add_token(self, value: str) -> None:
        if value:
            self.tokens.append(value)
        self.offset += len(value)

    def pop_trailing_newline(self) -> None:
        if self.tokens:
            self.offset -= len(self.tokens.pop())

    def before_codegen(self, node: cst.CSTNode) -> None:
        self._starts.append(self.offset)

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self._starts.pop()
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


def write(node: cst.CSTNode, module: cst.Module) -> Recorder:
    """Write the code of a node, indented and with line ends as in ``module``."""

    def written() -> Recorder:
        recorder = Recorder(module)
        node._codegen(recorder)
        return recorder

    try:
        return written()
    except RecursionError:  # 130 nested calls are enough at the default limit of 1000
        return with_large_stack(written, recursive=True)


__all__ = ["Recorder", "write"]
