"""libcst writes code by visiting every node; this writer notes where each node's code went."""

from __future__ import annotations

from collections.abc import Sequence

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

    def record_syntactic_position(  # type: ignore[override]  # any context manager serves
        self,
        node: cst.CSTNode,
        *,
        start_node: cst.CSTNode | None = None,
        end_node: cst.CSTNode | None = None,
    ) -> _Position:
        return _Position(self, node, start_node, end_node)


class _Position:
    """Notes where the code of a node begins and ends; `contextlib` would take twice the time."""

    __slots__ = ("end_node", "node", "recorder", "start", "start_node")

    def __init__(
        self,
        recorder: Recorder,
        node: cst.CSTNode,
        start_node: cst.CSTNode | None,
        end_node: cst.CSTNode | None,
    ) -> None:
        self.recorder = recorder
        self.node = node
        self.start_node = start_node
        self.end_node = end_node

    def __enter__(self) -> None:
        self.start = self.recorder.offset

    def __exit__(self, *_: object) -> None:
        offsets, start, end = self.recorder.offsets, self.start, self.recorder.offset
        if self.start_node is not None:
            start = offsets[id(self.start_node)][0]
        if self.end_node is not None:
            end = offsets[id(self.end_node)][1]
        offsets[id(self.node)] = start, end


def write(node: cst.CSTNode, module: cst.Module, indentation: Sequence[str] = ()) -> Recorder:
    """Write the code of a node, with the line ends of ``module``, at some indentation."""

    def written() -> Recorder:
        recorder = Recorder(module)
        recorder.indent_tokens += indentation
        node._codegen(recorder)
        return recorder

    try:
        return written()
    except RecursionError:  # 130 nested calls are enough at the default limit of 1000
        return with_large_stack(written, recursive=True)


__all__ = ["Recorder", "write"]
