"""Trees of texts, with every function opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import libcst as cst

from lrlint.source import SourceFile, load
from lrlint.source.nodes import children
from lrlint.source.skeleton import Skeleton


def source_of(text: str, name: str = "train.py") -> SourceFile:
    return load(Path(name), data=text.encode())


def everything(found: Skeleton) -> Iterator[cst.CSTNode]:
    """Yield all code of a module, that in the bodies of functions included."""
    stack: list[cst.CSTNode] = [found.tree]
    while stack:
        node = stack.pop()
        yield node
        for child in children(node):
            is_body = isinstance(node, cst.FunctionDef) and child is node.body
            stack.append(found.body_of(node) if is_body else child)  # type: ignore[arg-type]


def functions(found: Skeleton) -> list[cst.FunctionDef]:
    """Return the functions of a module in the order of the source."""
    nodes = [node for node in everything(found) if isinstance(node, cst.FunctionDef)]
    return sorted(nodes, key=found.offsets)


def named(found: Skeleton, name: str) -> cst.Name:
    """Return the last of the names in a module that reads so."""
    nodes = [one for one in everything(found) if isinstance(one, cst.Name) and one.value == name]
    return max(nodes, key=found.offsets)
