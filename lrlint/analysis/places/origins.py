"""Where the value of a name comes from, in the words of the script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import libcst as cst

from lrlint.analysis.code.modules import ModuleUnit
from lrlint.analysis.code.queries import dotted
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.source.nodes import children, walk

Assigned = tuple[cst.BaseExpression, int | None]
"""What is assigned to a name, and which item of it, where a tuple of names is assigned to."""
Finds = Callable[[cst.Call], SyntaxPlace | None]
"""Returns the function of the project that a call runs."""


def origin(place: SyntaxPlace) -> cst.BaseExpression | None:
    """Return what is last assigned, above a name and in its function, to that name alone."""
    found = _assigned(place)
    return None if found is None or found[1] is not None else found[0]


def _assigned(place: SyntaxPlace) -> Assigned | None:
    name, unit = place.node, place.unit
    if not isinstance(name, cst.Name):
        return None
    # An optimizer is built once for each alternative of its parameters, by each caller.
    if id(name) not in unit.origins:
        unit.origins[id(name)] = _search(unit, name)
    return unit.origins[id(name)]


def _search(unit: ModuleUnit, name: cst.Name) -> Assigned | None:
    found: Assigned | None = None
    stack = _code_around(unit, name)
    while stack:
        node = stack.pop()
        if node is name:
            break
        match node:
            case cst.Assign(targets=[cst.AssignTarget(target=target)], value=value):
                for index, written in _names(target):
                    # In `loss = loss / n` the name on the right has its value from further above.
                    if written == name.value and name not in walk(value):
                        found = value, index
        if not isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            stack.extend(reversed(children(node)))
    return found


def _names(target: cst.BaseExpression) -> Iterator[tuple[int | None, str]]:
    """Yield the names that are assigned to, each with its position in a tuple."""
    match target:
        case cst.Name(value=name):
            yield None, name
        case cst.Tuple(elements=elements):
            for index, element in enumerate(elements):
                if isinstance(element, cst.StarredElement):
                    return
                if isinstance(element.value, cst.Name):
                    yield index, element.value.value


def text_of_origin(place: SyntaxPlace) -> str:
    """Return the same as text; empty where nothing is assigned, or it is not a name."""
    found = origin(place)
    return "" if found is None else " ".join(place.unit.code(found).split())


def text_of_result(place: SyntaxPlace, function_of: Finds) -> str:
    """Return what the function of the project returns whose call gives a value."""
    call, index = _assigned(place) or (place.node, None)
    function = function_of(call) if isinstance(call, cst.Call) else None
    returned = None if function is None else _returned(function, index)
    if returned is None:
        return ""
    return text_of_origin(returned) or returned.text


def _returned(function: SyntaxPlace, index: int | None) -> SyntaxPlace | None:
    """Return the only value that a function returns, or an item of it."""
    node, unit = function.node, function.unit
    body = unit.body_of(node) if isinstance(node, cst.FunctionDef) else None
    returns = [] if body is None else [part for part in walk(body) if isinstance(part, cst.Return)]
    value = returns[0].value if len(returns) == 1 else None
    if isinstance(value, cst.Tuple) and index is not None and index < len(value.elements):
        value = value.elements[index].value
    elif index is not None:
        return None
    if value is None or isinstance(value, (cst.Tuple, cst.Dict, cst.List)):
        return None
    return SyntaxPlace(unit, value)


def text_of_elements(place: SyntaxPlace) -> str:
    """Return what is appended to the list whose item or mean a value is; else nothing.

    It must be the same expression each time, and a name must not stand for a difference.
    """
    name = _list_of(place.unit, place.node)
    if name is None:
        return ""
    appended = [
        argument.value
        for code in _code_around(place.unit, name)
        for node in walk(code)
        for argument in _appended(node, name.value)
    ]
    texts = {" ".join(place.unit.code(value).split()) for value in appended}
    if len(texts) != 1 or "-" in text_of_origin(SyntaxPlace(place.unit, appended[0])):
        return ""
    return texts.pop()


_OF_A_LIST = frozenset(
    {
        *("array", "average", "float", "fmean", "max", "mean", "median", "min", "nanmean"),
        *("round", "stack", "sum", "tensor"),
    }
)
"""Calls whose result grows with the elements of a list."""


def _list_of(unit: ModuleUnit, node: cst.CSTNode | None) -> cst.Name | None:
    """Return the list whose item, mean or the like a value is."""
    match node:
        case cst.Name():
            return _list_of(unit, origin(SyntaxPlace(unit, node)))
        case cst.Subscript(value=cst.Name() as name):
            return name
        case cst.BinaryOperation(left=left, operator=cst.Divide()):
            return _list_of(unit, left)
        case cst.Call(func=func, args=[first, *_]) if (dotted(func) or "").rsplit(".", 1)[
            -1
        ] in _OF_A_LIST:
            return first.value if isinstance(first.value, cst.Name) else _list_of(unit, first.value)
        case cst.Call(func=cst.Attribute(value=inner), args=[]):
            return _list_of(unit, inner)
    return None


def _appended(node: cst.CSTNode, name: str) -> Sequence[cst.Arg]:
    """Return the argument of ``name.append(…)``."""
    match node:
        case cst.Call(
            func=cst.Attribute(value=cst.Name(value=of), attr=cst.Name(value="append")), args=args
        ) if of == name:
            return args
    return ()


def _code_around(unit: ModuleUnit, node: cst.CSTNode) -> list[cst.CSTNode]:
    """Return the body of the innermost function around a node, or else the module."""
    for parent in reversed(unit.path_to(node) or []):
        if isinstance(parent, cst.FunctionDef) and (body := unit.body_of(parent)) is not None:
            return [body]
    return [unit.tree]
