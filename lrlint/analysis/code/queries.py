"""What one cheap look at a piece of syntax says, before it is interpreted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import libcst as cst

from lrlint.source.nodes import blocks_in, children, walk


def names_in(node: cst.CSTNode) -> frozenset[str]:
    """Return all the names in a piece of code: of variables, attributes and keywords."""
    return frozenset(part.value for part in walk(node) if isinstance(part, cst.Name))


def sets_lrs(code: str) -> bool:
    """Whether code may write an LR or step something, by its text."""
    return _SETS_LRS.search(code) is not None


_SETS_LRS: Final = re.compile(r"""\[\s*["']lr["']\s*\]\s*[-+*/]*=(?!=)|\.step\(""")


def assigned_names(block: cst.CSTNode) -> frozenset[str]:
    """Return the names that a block binds, nested functions and classes not looked into."""
    names: set[str] = set()
    stack = [block]
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind in _DEFINITIONS:
            names.add(node.name.value)  # type: ignore[attr-defined]
            continue
        if kind in _OWN_SCOPES or kind is cst.Name:
            continue
        if kind in _BINDS:
            names.update(target_names(node.target))  # type: ignore[attr-defined]
        elif kind is cst.AsName:
            names.update(target_names(node.name))  # type: ignore[attr-defined]
        stack += children(node)
    return frozenset(names)


def changed_in_place(block: cst.CSTNode) -> frozenset[str]:
    """Return the first names of what a block sets or deletes in part: ``x`` of ``x.y[0] = 1``.

    The name is empty where that is not part of a variable: ``f().y = 1``.
    """
    names: set[str] = set()
    for node in walk(block):
        target = node.name if type(node) is cst.AsName else getattr(node, "target", None)
        if target is not None and (type(node) in _BINDS or type(node) in (cst.AsName, cst.Del)):
            for part in walk(target):
                if isinstance(part, (cst.Attribute, cst.Subscript)):
                    names.add(_variable_of(part))
    return frozenset(names)


def _variable_of(node: cst.CSTNode) -> str:
    while isinstance(node, (cst.Attribute, cst.Subscript)):
        node = node.value
    return node.value if isinstance(node, cst.Name) else ""


_DEFINITIONS: Final = frozenset({cst.FunctionDef, cst.ClassDef})
_OWN_SCOPES: Final = frozenset(
    {cst.Lambda, cst.ListComp, cst.DictComp, cst.SetComp, cst.GeneratorExp}
)
_BINDS: Final = frozenset({cst.AssignTarget, cst.AugAssign, cst.AnnAssign, cst.For, cst.NamedExpr})


def target_names(target: cst.CSTNode) -> Iterator[str]:
    """Yield the names that a target of an assignment binds."""
    match target:
        case cst.Name(value=value):
            yield value
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            for element in elements:
                yield from target_names(element.value)
        case cst.StarredElement(value=value):
            yield from target_names(value)


_RESIZES: Final = frozenset({"append", "extend", "insert", "pop", "remove", "clear"})


def resized_lists(block: cst.CSTNode) -> frozenset[str]:
    """Return the lists whose length a block changes, each a name or an attribute of one."""
    found: set[str | None] = set()
    for node in walk(block):
        match node:
            case cst.Call(func=cst.Attribute(value=receiver, attr=cst.Name(value=method))):
                if method in _RESIZES:
                    found.add(dotted(receiver))
            case cst.AugAssign(target=target):
                found.add(dotted(target))
    return frozenset(name for name in found if name is not None)


def has_own_break(body: cst.CSTNode) -> bool:
    """Whether a ``break`` in a loop's body leaves that very loop."""
    stack: list[cst.CSTNode] = [body]
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is cst.Break:
            return True
        if kind not in _LOOPS and kind not in _DEFINITIONS:
            stack += blocks_in(node)
    return False


_LOOPS: Final = frozenset({cst.For, cst.While})


def yields(body: cst.CSTNode) -> bool:
    """Whether the body of a function yields, nested functions not looked into."""
    stack = [body]
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is cst.Yield:
            return True
        if kind not in SCOPES:
            stack += children(node)
    return False


SCOPES: Final = frozenset({cst.FunctionDef, cst.ClassDef, cst.Lambda})
"""Nodes with names that are not seen outside."""


def dotted(node: cst.CSTNode) -> str | None:
    """Return ``a.b.c`` as written, or None where the expression is anything else."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return None
    parts.append(node.value)
    return ".".join(reversed(parts))


def first_name(target: cst.CSTNode) -> str | None:
    """Return the first name that a loop assigns: ``i`` of ``for i, batch in …``."""
    match target:
        case cst.Name(value=name):
            return name
        case cst.Tuple(elements=elements) if elements:
            return first_name(elements[0].value)
    return None


def draws(test: cst.BaseExpression) -> bool:
    """Whether a test fetches data: ``while (batch := next(batches, None)) is not None``."""
    return any(
        isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "next"
        for node in walk(test)
    )


def once_flags(body: cst.CSTNode) -> frozenset[str]:
    """Return the flags that a body changes where it tests them only: ``if new: new = False``."""
    inside: set[str] = set()
    outside: set[str] = set()
    waiting = list(children(body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, cst.If) and (name := _flag(node.test)) in assigned_names(node.body):
            inside.add(name)
            outside |= assigned_names(node.body) - {name}
            waiting += [] if node.orelse is None else [node.orelse]
        elif isinstance(node, (cst.Assign, cst.AnnAssign, cst.AugAssign, cst.NamedExpr)):
            outside |= assigned_names(node)
        else:
            waiting += children(node)
    return frozenset(inside - outside)


def _flag(test: cst.BaseExpression) -> str:
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        test = test.expression
    return test.value if isinstance(test, cst.Name) else ""
