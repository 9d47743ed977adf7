"""Lines of Python as material: indent them, rename names in them, move them into a function."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

Lines = list[str]


def indent(lines: Iterable[str], levels: int = 1) -> Lines:
    return [("    " * levels + line) if line else line for line in lines]


def block(header: str, body: Iterable[str]) -> Lines:
    """Return a compound statement: ``header`` and its indented body."""
    return [header, *(indent(body) or ["    pass"])]


def assigned(lines: Iterable[str]) -> Lines:
    """Return names bound by these lines outside nested functions, in the order of appearance."""
    return list(_assigned("\n".join(lines)))


@lru_cache(maxsize=512)
def _assigned(text: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    todo: list[ast.AST] = list(reversed(ast.parse(text).body))
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found[node.id] = None
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found[node.name] = None
            continue
        if isinstance(node, (ast.Lambda, ast.ListComp, ast.GeneratorExp, ast.DictComp)):
            continue
        todo.extend(reversed(list(ast.iter_child_nodes(node))))
    return tuple(found)


def defined(lines: Iterable[str]) -> set[str]:
    """Return names of the functions and classes that these lines define, at any depth."""
    return set(re.findall(r"^ *(?:def|class) (\w+)", "\n".join(lines), re.MULTILINE))


def used(lines: Iterable[str]) -> set[str]:
    """Return every name that occurs in these lines."""
    return set(_used("\n".join(lines)))


@lru_cache(maxsize=512)
def _used(text: str) -> frozenset[str]:
    return frozenset(node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name))


def rename(lines: Iterable[str], names: Mapping[str, str]) -> Lines:
    """Replace names; attributes, strings that are just the name, and keywords stay."""
    if not names:
        return list(lines)
    either = "|".join(re.escape(name) for name in names)
    pattern = re.compile(rf"(?<![\w.\"'])({either})\b(?![\"'])(?!=[^=])")
    return [pattern.sub(lambda match: names[match[1]], line) for line in lines]


def call(function: str, arguments: Iterable[str], *, fold: bool = False) -> Lines:
    """Return a call on one line, or with one argument a line."""
    arguments = list(arguments)
    if not fold:
        return [f"{function}({', '.join(arguments)})"]
    return [f"{function}(", *(f"    {argument}," for argument in arguments), ")"]


def prefixed(prefix: str, lines: Lines) -> Lines:
    """Put ``prefix`` (``scheduler = ``, ``return ``) before the first line."""
    return [prefix + lines[0], *lines[1:]]


def literal(value: object) -> str:
    """Return a value as a human writes it."""
    if isinstance(value, float) and 0 < abs(value) < 1e-2:
        mantissa, exponent = f"{value:e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    return repr(value)
