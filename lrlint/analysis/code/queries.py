"""What one cheap look at a piece of syntax says, before it is interpreted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lrlint.syntax import nodes as syn
from lrlint.syntax.nodes import children, walk


def names_in(node: syn.Node) -> frozenset[str]:
    """All the names in a piece of code: of variables, attributes and keywords."""
    return frozenset(part.value for part in walk(node) if isinstance(part, syn.Name))


def assigned_names(block: syn.Node) -> frozenset[str]:
    """The names that a block binds, nested functions and classes not looked into."""
    names: set[str] = set()
    stack = [block]
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind in _DEFINITIONS:
            names.add(node.name.value)  # type: ignore[attr-defined]
            continue
        if kind in _OWN_SCOPES or kind is syn.Name:
            continue
        if kind in _BINDS:
            names.update(_target_names(node.target))  # type: ignore[attr-defined]
        elif kind is syn.AsName:
            names.update(_target_names(node.name))  # type: ignore[attr-defined]
        stack += children(node)
    return frozenset(names)


_DEFINITIONS: Final = frozenset({syn.FunctionDef, syn.ClassDef})
_OWN_SCOPES: Final = frozenset(
    {syn.Lambda, syn.ListComp, syn.DictComp, syn.SetComp, syn.GeneratorExp}
)
_BINDS: Final = frozenset({syn.AssignTarget, syn.AugAssign, syn.AnnAssign, syn.For, syn.NamedExpr})


def _target_names(target: syn.Node) -> Iterator[str]:
    match target:
        case syn.Name(value=value):
            yield value
        case syn.Tuple(elements=elements) | syn.List(elements=elements):
            for element in elements:
                yield from _target_names(element.value)
        case syn.StarredElement(value=value):
            yield from _target_names(value)


def has_own_break(body: syn.Node) -> bool:
    """Whether a ``break`` in a loop's body leaves that very loop."""
    stack: list[syn.Node] = [body]
    while stack:
        node = stack.pop()
        if isinstance(node, syn.Break):
            return True
        if not isinstance(node, (syn.For, syn.While, syn.FunctionDef, syn.ClassDef)):
            stack.extend(children(node))
    return False


def yields(body: syn.Node) -> bool:
    """Whether the body of a function yields, nested functions not looked into."""
    stack = [body]
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is syn.Yield:
            return True
        if kind not in SCOPES:
            stack += children(node)
    return False


SCOPES: Final = frozenset({syn.FunctionDef, syn.ClassDef, syn.Lambda})
"""What has names of its own."""


def dotted(node: syn.Node) -> str | None:
    """``a.b.c`` as written, or None where the expression is anything else."""
    parts: list[str] = []
    while isinstance(node, syn.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, syn.Name):
        return None
    parts.append(node.value)
    return ".".join(reversed(parts))
