"""Where the value of a name comes from, in the words of the script."""

from __future__ import annotations

from lrlint.analysis.places.place import SyntaxPlace
from lrlint.syntax import nodes as cst
from lrlint.syntax.nodes import children


def origin(place: SyntaxPlace) -> cst.BaseExpression | None:
    """What is last assigned, above a name and in its function, to that name."""
    name, unit = place.node, place.unit
    if not isinstance(name, cst.Name):
        return None
    found = None
    root = _function_around(unit.tree, name) or unit.tree
    stack: list[cst.CSTNode] = [root]
    while stack:
        node = stack.pop()
        if node is name:
            break
        match node:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=written))]) if (
                written == name.value
            ):
                found = node.value
        if node is root or not isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            stack.extend(reversed(children(node)))
    return found


def text_of_origin(place: SyntaxPlace) -> str:
    """The same as text; empty where nothing is assigned, or it is no name."""
    found = origin(place)
    return "" if found is None else " ".join(place.unit.code(found).split())


def _function_around(tree: cst.CSTNode, target: cst.CSTNode) -> cst.CSTNode | None:
    """The innermost function that holds a node."""
    stack: list[tuple[cst.CSTNode, cst.CSTNode | None]] = [(tree, None)]
    while stack:
        node, function = stack.pop()
        if node is target:
            return function
        inner = node if isinstance(node, cst.FunctionDef) else function
        stack.extend((child, inner) for child in children(node))
    return None
