"""Where the value of a name comes from, in the words of the script."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.code.modules import ModuleUnit
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.source.nodes import children, walk


def origin(place: SyntaxPlace) -> cst.BaseExpression | None:
    """Return what is last assigned, above a name and in its function, to that name."""
    name, unit = place.node, place.unit
    if not isinstance(name, cst.Name):
        return None
    # An optimizer is built once for each alternative of its parameters, by each caller.
    if id(name) not in unit.origins:
        unit.origins[id(name)] = _origin(unit, name)
    return unit.origins[id(name)]


def _origin(unit: ModuleUnit, name: cst.Name) -> cst.BaseExpression | None:
    found = None
    stack = _code_around(unit, name)
    while stack:
        node = stack.pop()
        if node is name:
            break
        match node:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=written))]) if (
                written == name.value
            ):
                found = node.value
        if not isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            stack.extend(reversed(children(node)))
    return found


def text_of_origin(place: SyntaxPlace) -> str:
    """Return the same as text; empty where nothing is assigned, or it is not a name."""
    found = origin(place)
    return "" if found is None else " ".join(place.unit.code(found).split())


def text_of_result(place: SyntaxPlace) -> str:
    """Return what the function of the same module returns whose call gives a value."""
    call = place.node if isinstance(place.node, cst.Call) else origin(place)
    match call:
        case cst.Call(func=cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name))):
            returned = _returned(place.unit, name)
            if returned is not None:
                text = text_of_origin(SyntaxPlace(place.unit, returned))
                return text or " ".join(place.unit.code(returned).split())
    return ""


def _returned(unit: ModuleUnit, name: str) -> cst.BaseExpression | None:
    """Return the only value that the only function of a name returns, unless it is several."""
    functions = [
        node
        for node in walk(unit.tree)
        if isinstance(node, cst.FunctionDef) and node.name.value == name
    ]
    body = unit.body_of(functions[0]) if len(functions) == 1 else None
    returns = [] if body is None else [node for node in walk(body) if isinstance(node, cst.Return)]
    value = returns[0].value if len(returns) == 1 else None
    return None if isinstance(value, (cst.Tuple, cst.Dict, cst.List)) else value


def _code_around(unit: ModuleUnit, node: cst.CSTNode) -> list[cst.CSTNode]:
    """Return the body of the innermost function around a node, or else the module."""
    for parent in reversed(unit.path_to(node) or []):
        if isinstance(parent, cst.FunctionDef) and (body := unit.body_of(parent)) is not None:
            return [body]
    return [unit.tree]
