"""Where a node stands in its file."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from lrlint.source.parse import parsable
from lrlint.source.span import Span

if TYPE_CHECKING:
    from lrlint.source.module import SourceFile
    from lrlint.syntax.nodes import Node


class Positions:
    """Spans and text of the nodes of one file, which count in bytes of UTF-8."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source

    def span(self, node: Node) -> Span:
        """Where the node stands, without the brackets around it (those of a tuple are its own)."""
        return self._source.at(*self.offsets(node))

    def offsets(self, node: Node) -> tuple[int, int]:
        """Start and end of the node in the characters of the file's text."""
        data = self._bytes
        if data is None:
            return node.start, node.end
        start = len(_decoded(data[: node.start]))
        return start, start + len(_decoded(data[node.start : node.end]))

    def code(self, node: Node) -> str:
        """The text of the node as the file has it."""
        if self._bytes is None:
            return self._source.text[node.start : node.end]
        return _decoded(self._bytes[node.start : node.end])

    @cached_property
    def _bytes(self) -> bytes | None:
        """The text's bytes; None where each is a character."""
        text = self._source.text
        return None if text.isascii() else parsable(text).encode()


def _decoded(data: bytes) -> str:
    """Text of a part of a file; CPython tells a name that it knows by another only nearly."""
    return data.decode(errors="replace")


__all__ = ["Positions"]
