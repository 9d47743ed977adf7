"""What one cheap look at a piece of syntax says, before it is interpreted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import libcst as cst

# Fields that hold no code of interest; skipping them makes the walk about four times as fast as
# `CSTNode.children` (whitespace objects are more than half of a tree).
_SKIPPED = {
    "header",
    "footer",
    "lpar",
    "rpar",
    "semicolon",
    "comma",
    "leading_lines",
    "lines_after_decorators",
    "equal",
    "lbracket",
    "rbracket",
    "lbrace",
    "rbrace",
    "dot",
    "colon",
    "asynchronous",
    "indent",
}


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The direct children that hold code, in source order."""
    for name in node.__slots__ or node.__dataclass_fields__:
        if name in _SKIPPED or name.startswith("whitespace"):
            continue
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            yield value
        elif isinstance(value, (tuple, list)):
            for item in value:
                if isinstance(item, cst.CSTNode):
                    yield item


@dataclass(frozen=True, slots=True)
class Assigned:
    """What a block of statements assigns, nested functions not looked into."""

    names: frozenset[str]


@dataclass(slots=True)
class Mutations:
    """What a module changes in place anywhere: ``self.step += 1``, ``state["n"] += 1``."""

    attributes: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    shared_names: set[str] = field(default_factory=set)
    """Names declared ``global`` or ``nonlocal`` somewhere."""


def assigned_names(block: cst.CSTNode) -> frozenset[str]:
    """The names that a block binds, nested functions and classes not looked into."""
    names: set[str] = set()
    stack: list[cst.CSTNode] = [block]
    while stack:
        node = stack.pop()
        match node:
            case cst.FunctionDef(name=name) | cst.ClassDef(name=name):
                names.add(name.value)
                continue
            case (
                cst.Lambda() | cst.ListComp() | cst.DictComp() | cst.SetComp() | cst.GeneratorExp()
            ):
                continue
            case cst.AssignTarget(target=target) | cst.AugAssign(target=target):
                names.update(_target_names(target))
            case cst.AnnAssign(target=target) | cst.For(target=target):
                names.update(_target_names(target))
            case cst.NamedExpr(target=target):
                names.update(_target_names(target))
            case cst.AsName(name=target):
                names.update(_target_names(target))
        stack.extend(children(node))
    return frozenset(names)


def _target_names(target: cst.CSTNode) -> Iterator[str]:
    match target:
        case cst.Name(value):
            yield value
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            for element in elements:
                yield from _target_names(element.value)
        case cst.StarredElement(value=value):
            yield from _target_names(value)


def mutations(module: cst.Module) -> Mutations:
    """All attributes, string keys and shared names that the module changes in place."""
    found = Mutations()
    stack: list[cst.CSTNode] = [module]
    while stack:
        node = stack.pop()
        match node:
            case cst.AugAssign(target=cst.Attribute(attr=attribute)):
                found.attributes.add(attribute.value)
            case cst.AugAssign(target=cst.Subscript(slice=[element])):
                key = _string_index(element)
                if key is not None:
                    found.keys.add(key)
            case cst.Assign(
                targets=[cst.AssignTarget(target=cst.Attribute(attr=attribute))],
                value=cst.BinaryOperation(),
            ):
                found.attributes.add(attribute.value)
            case cst.Global(names=names) | cst.Nonlocal(names=names):
                found.shared_names.update(item.name.value for item in names)
        stack.extend(children(node))
    return found


def _string_index(element: cst.SubscriptElement) -> str | None:
    match element.slice:
        case cst.Index(value=cst.SimpleString() as string):
            value = string.evaluated_value
            return value if isinstance(value, str) else None
    return None


def has_own_break(body: cst.CSTNode) -> bool:
    """Whether a ``break`` in a loop's body leaves that very loop."""
    stack: list[cst.CSTNode] = [body]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Break):
            return True
        if not isinstance(node, (cst.For, cst.While, cst.FunctionDef, cst.ClassDef)):
            stack.extend(children(node))
    return False


def is_generator(function: cst.FunctionDef) -> bool:
    """Whether calling the function makes a generator."""
    stack: list[cst.CSTNode] = [function.body]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Yield):
            return True
        if not isinstance(node, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
            stack.extend(children(node))
    return False


def dotted(node: cst.CSTNode) -> str | None:
    """``a.b.c`` as written, or None where the expression is anything else."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return None
    parts.append(node.value)
    return ".".join(reversed(parts))
