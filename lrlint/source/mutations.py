"""What a module changes in place, told from CPython's own tree, no nodes are made for it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Final


@dataclass(slots=True)
class Mutations:
    """What a module changes in place anywhere: ``self.step += 1``, ``state["n"] += 1``."""

    attributes: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    shared_names: set[str] = field(default_factory=set)
    """Names declared ``global`` or ``nonlocal`` somewhere."""


_BLOCKS: Final = ("body", "orelse", "finalbody", "handlers", "cases")


def mutations_of(tree: ast.Module) -> Mutations:
    """Those of a module; only statements are visited, expressions change nothing."""
    found = Mutations()
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        match node:
            case ast.AugAssign(target=ast.Attribute(attr=name)):
                found.attributes.add(name)
            case ast.AugAssign(target=ast.Subscript(slice=ast.Constant(value=str() as key))):
                found.keys.add(key)
            case ast.Assign(targets=[ast.Attribute(attr=name)], value=ast.BinOp()):
                found.attributes.add(name)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                found.shared_names.update(names)
            case ast.stmt() | ast.Module() | ast.ExceptHandler() | ast.match_case():
                for block in _BLOCKS:
                    stack += getattr(node, block, ())
    return found


__all__ = ["Mutations", "mutations_of"]
