"""How the script computes what it hands to a scheduler's ``step()``."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.prescan import children
from lrlint.analysis.trace import SchedulerStep


def source_of(event: SchedulerStep) -> str:
    """What is last assigned, above the call and in its function, to the name that it is given."""
    call = event.place.node
    if not isinstance(call, cst.Call) or not call.args:
        return ""
    given = call.args[0].value
    if not isinstance(given, cst.Name):
        return ""
    unit = event.place.unit
    found = None
    stack: list[cst.CSTNode] = [_function_around(unit.tree, call) or unit.tree]
    while stack:
        node = stack.pop()
        if node is call:
            break
        match node:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]) if (
                name == given.value
            ):
                found = node.value
        stack.extend(reversed(children(node)))
    return "" if found is None else " ".join(unit.code(found).split())


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
