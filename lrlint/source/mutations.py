"""What a module changes in place, told from CPython's own tree, no nodes are made for it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import Final

from lrlint.source.outline import without_strings


@dataclass(slots=True)
class Mutations:
    """What a module changes in place anywhere: ``self.step += 1``, ``state["n"] += 1``."""

    attributes: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    shared_names: set[str] = field(default_factory=set)
    """Names declared ``global`` or ``nonlocal`` somewhere."""


_CHANGES: Final = re.compile(
    r"(?:[-+*/%@&|^]|<<|>>)=|\b(?:global|nonlocal)\b"
    r"|\.\s*\w+[\s)]*=(?!=)"
)
"""An augmented assignment, and any to an attribute: where its value ends is not told."""
_BLOCKS: Final = ("body", "orelse", "finalbody", "handlers", "cases")


def may_mutate(code: str) -> bool:
    """Whether some code may change anything in place; told from its text."""
    return _CHANGES.search(without_strings(code)) is not None


def mutations_of(tree: ast.Module) -> Mutations:
    """Those of a module."""
    found = Mutations()
    note_mutations(tree, found)
    return found


def note_mutations(tree: ast.Module | ast.stmt, found: Mutations) -> None:
    """Add those of a module or statement; expressions, which change nothing, are not visited."""
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


__all__ = ["Mutations", "may_mutate", "mutations_of", "note_mutations"]
