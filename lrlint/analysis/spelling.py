"""How a quantity is written at some place of the script: only in names that have a value there.

An expression knows a setting by one name (``args.epochs``); a function may know it by another
(``opt.epochs``), or not at all.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import libcst as cst

from lrlint.analysis.prescan import assigned_names, children
from lrlint.analysis.sheet import Sheet
from lrlint.symbolic import Atom, Expr

if TYPE_CHECKING:
    from lrlint.analysis.places import SyntaxPlace

_BUILT_IN = frozenset(dir(builtins))


def spelled(place: SyntaxPlace, expression: Expr) -> str | None:
    """The text of ``expression`` at ``place``; None where it has none that works there."""
    names = _names_at(place)
    if names is None:
        return None
    renamed: dict[Atom, Expr] = {}
    for atom in expression.atoms():
        text = names.spelling(atom.name)
        if text is None:
            return None
        if text != atom.name:
            renamed[atom] = Expr.atom(replace(atom, name=text))
    text = str(expression.subs(renamed))
    for function in ("ceil", "floor"):
        if re.search(rf"(?<!\.)\b{function}\(", text) and not names.readable(function):
            if not names.readable("math"):
                return None
            text = re.sub(rf"(?<!\.)\b{function}\(", f"math.{function}(", text)
    return text


@dataclass(frozen=True)
class _Names:
    """The names that have a value at a place."""

    bound: frozenset[str]
    later: frozenset[str]
    """Attributes of ``self`` that the function sets further down only."""
    text: str
    """The source of the function, or of the module."""

    def readable(self, expression: str) -> bool:
        """Whether every name in an expression has a value."""
        roots = _roots(expression)
        return (
            roots is not None
            and roots <= self.bound | _BUILT_IN
            and not any(
                re.search(rf"\bself\.{attribute}\b", expression) for attribute in self.later
            )
        )

    def spelling(self, name: str) -> str | None:
        """``name``, or the one other way in which the code around writes it."""
        if self.readable(name):
            return name
        wrapped = re.fullmatch(r"len\((.+)\)", name)
        if wrapped is not None:
            inner = self.spelling(wrapped[1])
            return None if inner is None else f"len({inner})"
        last = re.split(r"\.", name)[-1]
        if not last.isidentifier():
            return None
        pattern = rf"(?<![\w.\"'])(?:[A-Za-z_]\w*\.)+{last}\b(?!\s*[.(\[=]|\w)"
        found = {text for text in re.findall(pattern, self.text) if self.readable(text)}
        if "." in name and last in self.bound:
            found.add(last)
        return found.pop() if len(found) == 1 else None


def _roots(expression: str) -> frozenset[str] | None:
    try:
        tree = ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError):
        return None
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def _names_at(place: SyntaxPlace) -> _Names | None:
    sheet = Sheet(place.unit)
    path = sheet.path(place.node)
    if path is None:
        return None
    start = sheet.offsets(place.node)[0]
    functions = [node for node in path if isinstance(node, cst.FunctionDef)]
    bound: set[str] = set()
    for scope in [place.unit.tree, *functions[:-1]]:
        # What the scopes around bind is bound once the function runs.
        bound |= {name for name, end in _bindings(sheet, scope) if functions or end <= start}
    later: set[str] = set()
    text = sheet.text
    if functions:
        own = functions[-1]
        first, last = sheet.offsets(own)
        text = sheet.text[first:last]
        local = list(_bindings(sheet, own))
        bound -= {name for name, _ in local}
        bound |= {name for name, end in local if end <= start}
        set_before = set(re.findall(r"\bself\.(\w+)\s*(?::[^=\n]+)?=[^=]", sheet.text[first:start]))
        set_after = set(re.findall(r"\bself\.(\w+)\s*(?::[^=\n]+)?=[^=]", sheet.text[start:last]))
        later = set_after - set_before
    return _Names(frozenset(bound), frozenset(later), text)


def _bindings(sheet: Sheet, scope: cst.CSTNode) -> Iterator[tuple[str, int]]:
    """The names that a scope binds, each with the offset from which on it has a value."""
    stack: list[cst.CSTNode] = []
    if isinstance(scope, cst.FunctionDef):
        begin = sheet.offsets(scope)[0]
        for parameter in _parameters(scope.params):
            yield parameter, begin
        stack.append(scope.body)
    else:
        stack.extend(children(scope))
    while stack:
        node = stack.pop()
        match node:
            case cst.FunctionDef(name=name) | cst.ClassDef(name=name):
                yield name.value, sheet.offsets(node)[1]
                continue
            case cst.Import(names=names) | cst.ImportFrom(names=[*names]):
                for alias in names:
                    text = alias.evaluated_alias or alias.evaluated_name.partition(".")[0]
                    yield text, sheet.offsets(node)[1]
            case cst.For(target=target):
                end = sheet.offsets(target)[1]
                for bound_name in assigned_names(cst.AssignTarget(target)):
                    yield bound_name, end
            case cst.Assign() | cst.AnnAssign() | cst.NamedExpr() | cst.WithItem():
                end = sheet.offsets(node)[1]
                for bound_name in assigned_names(node):
                    yield bound_name, end
        stack.extend(children(node))


def _parameters(parameters: cst.Parameters) -> Iterator[str]:
    for one in (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params):
        yield one.name.value
    for star in (parameters.star_arg, parameters.star_kwarg):
        if isinstance(star, cst.Param):
            yield star.name.value
