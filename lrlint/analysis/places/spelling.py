"""How a quantity is written at some place of the script: only in names that have a value there.

An expression knows a setting by one name (``args.epochs``); a function may know it by another
(``opt.epochs``), or not at all.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import libcst as cst

from lrlint.analysis.code.modules import ModuleUnit
from lrlint.analysis.code.queries import assigned_names, dotted, target_names
from lrlint.source.nodes import children, star_parameter
from lrlint.source.parse import parse_expression
from lrlint.symbolic import Atom, Expr

_BUILT_IN = frozenset(dir(builtins))


def spelled(unit: ModuleUnit, node: cst.CSTNode, expression: Expr) -> str | None:
    """Return the text of ``expression`` at ``node``; None where none works there."""
    names = _names_at(unit, node)
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
        """Return ``name``, or the one other way in which the code around writes it."""
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
    tree = parse_expression(expression)
    if tree is None:
        return None
    names: set[str] = set()
    stack: list[cst.CSTNode] = [tree]
    while stack:
        node = stack.pop()
        match node:
            case cst.Name(value=name):
                names.add(name)
            case cst.Attribute(value=inner) | cst.Arg(value=inner):
                stack.append(inner)
            case _:
                stack += children(node)
    return frozenset(names)


def _names_at(unit: ModuleUnit, node: cst.CSTNode) -> _Names:
    """Return the names that code at a place can use."""
    start, _ = unit.offsets(node)
    functions = [one for one in unit.path_to(node) or () if isinstance(one, cst.FunctionDef)]
    bound: set[str] = set()
    guarded: set[str] = set()
    scopes: list[cst.Module | cst.FunctionDef] = [unit.tree, *functions[:-1]]
    for scope in scopes:
        # What the scopes around bind is bound once the function runs, wherever it is called from:
        # `if __name__ == "__main__":` binds nothing for those who import it.
        names = {name for name, end in _bindings(unit, scope) if functions or end <= start}
        bound |= names
        if functions:
            guarded |= names - {name for name, _ in _bindings(unit, scope, guarded=False)}
    later: set[str] = set()
    text = unit.source.text
    if functions:
        own = functions[-1]
        first, last = unit.offsets(own)
        text = text[first:last]
        bound -= {name for name in guarded if not re.search(rf"\b{name}\b", text)}
        local = list(_bindings(unit, own))
        bound -= {name for name, _ in local}
        bound |= {name for name, end in local if end <= start}
        later = _set_on_self(text[start - first :]) - _set_on_self(text[: start - first])
    return _Names(frozenset(bound), frozenset(later), text)


def _set_on_self(text: str) -> set[str]:
    """Return the attributes that some code sets on ``self``."""
    return set(re.findall(r"\bself\.(\w+)\s*(?::[^=\n]+)?=[^=]", text))


def _bindings(
    unit: ModuleUnit, scope: cst.Module | cst.FunctionDef, *, guarded: bool = True
) -> Iterator[tuple[str, int]]:
    """Yield the names that a scope binds, each with the offset where it gets its value.

    With ``guarded`` False, those that a script binds when it runs as one are left out.
    """
    stack: list[cst.CSTNode] = []
    if isinstance(scope, cst.FunctionDef):
        for parameter in _parameters(scope.params):
            yield parameter, unit.offsets(scope)[0]
        body = unit.body_of(scope)
        stack += [] if body is None else [body]
    else:
        stack += scope.body
    while stack:
        node = stack.pop()
        match node:
            case cst.FunctionDef(name=name) | cst.ClassDef(name=name):
                yield name.value, unit.offsets(node)[1]
                continue
            case cst.If(test=test, orelse=orelse) if not guarded and _is_main_guard(test):
                stack += [] if orelse is None else [orelse]
                continue
            case cst.Import(names=names) | cst.ImportFrom(names=[*names]):
                for alias in names:
                    bound = dotted(alias.name if alias.asname is None else alias.asname.name)
                    yield (bound or "").partition(".")[0], unit.offsets(node)[1]
            case cst.For(target=target):
                for bound_name in target_names(target):
                    yield bound_name, unit.offsets(target)[1]
            case cst.Assign() | cst.AnnAssign() | cst.NamedExpr() | cst.WithItem():
                for bound_name in assigned_names(node):
                    yield bound_name, unit.offsets(node)[1]
        stack += children(node)


def _is_main_guard(test: cst.BaseExpression) -> bool:
    match test:
        case cst.Comparison(left=cst.Name(value="__name__")):
            return True
        case cst.Comparison(
            comparisons=[cst.ComparisonTarget(comparator=cst.Name(value="__name__"))]
        ):
            return True
    return False


def _parameters(parameters: cst.Parameters) -> Iterator[str]:
    for one in (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params):
        yield one.name.value
    for star in (star_parameter(parameters), parameters.star_kwarg):
        if star is not None:
            yield star.name.value
