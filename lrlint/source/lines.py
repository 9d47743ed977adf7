"""What lies around a line of code: its statement, and the loops of its function."""

from __future__ import annotations

import ast
import sys
from typing import NamedTuple

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


class LoopLines(NamedTuple):
    """The lines of a loop, counted from 1."""

    first: int
    last: int
    names: tuple[str, ...]
    """The variables that count its iterations."""
    within: tuple[int, int]
    """The first and last line of the function around it."""


def statement_lines(code: str, line: int) -> tuple[int, int] | None:
    """Return the first and last line of the simple statement at a line; None where there is none.

    That is also the case for code that does not parse.
    """
    tree = _parsed(code)
    for node in () if tree is None else ast.walk(tree):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            last = node.end_lineno or node.lineno
            if node.lineno <= line <= last:
                return node.lineno, last
    return None


def loops_of(code: str) -> tuple[LoopLines, ...]:
    """Return all loops, outer ones first; none of code that does not parse."""
    loops: list[LoopLines] = []
    tree = _parsed(code)
    if tree is not None:
        _collect(tree, (0, sys.maxsize), loops)
    return tuple(loops)


def rows_of_functions(code: str) -> tuple[range, ...] | None:
    """Return the rows of each function; None where the text does not parse."""
    tree = _parsed(code)
    if tree is None:
        return None
    return tuple(
        range(node.lineno, (node.end_lineno or node.lineno) + 1)
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    )


def is_same_code(first: str, second: str) -> bool:
    """Whether two texts differ in comments and layout only; True where neither parses."""
    trees = [_parsed(first), _parsed(second)]
    dumps = [None if tree is None else ast.dump(tree) for tree in trees]
    return dumps[0] == dumps[1]


def _parsed(code: str) -> ast.Module | None:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _collect(node: ast.AST, within: tuple[int, int], loops: list[LoopLines]) -> None:
    if isinstance(node, _FUNCTIONS):
        within = node.lineno, node.end_lineno or node.lineno
    if isinstance(node, _LOOPS):
        counter = node.test if isinstance(node, ast.While) else node.target
        names = [name.id for name in ast.walk(counter) if isinstance(name, ast.Name)]
        loops.append(LoopLines(node.lineno, node.end_lineno or node.lineno, tuple(names), within))
    for child in ast.iter_child_nodes(node):
        _collect(child, within, loops)
