"""How code is laid out in libcst's tree: the only module that knows.

More than half of a libcst tree is white space, comments, brackets and commas, and some nodes are
wrapped in others that hold nothing else. The analyser asks these functions and sees code alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from types import NoneType
from typing import Final

import libcst as cst

_LAYOUT: Final = re.compile(
    r".*(?:whitespace|lines|par$|bracket$|brace$|comma|colon|equal|star$|operator|conversion)"
    r"|asynchronous|default_\w+|dot|encoding|end|footer|has_trailing_newline|header|indent"
    r"|posonly_ind|relative|rest|semicolon|separator|start|type_parameters"
)
"""Fields of nodes in which no code is found that the analyser reads."""

_code_fields: Final[dict[type[cst.CSTNode], tuple[str, ...]]] = {}
_NO_NODES: Final = frozenset({NoneType, str, cst.MaybeSentinel})


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """Return the parts of a node that are code, in nearly the order of the source."""
    names = _code_fields.get(type(node))
    if names is None:
        names = _code_fields[type(node)] = tuple(
            field.name
            for field in fields(node)
            if field.type is not str and not _LAYOUT.match(field.name)
        )
    parts: list[cst.CSTNode] = []
    for name in names:
        value = getattr(node, name)
        kind = type(value)
        if kind is tuple or kind is list:
            parts += value
        elif kind not in _NO_NODES:
            parts.append(value)
    return parts


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield a node and all the code in it."""
    stack = [node]
    while stack:
        part = stack.pop()
        yield part
        stack += children(part)


def path_to(start: cst.CSTNode, target: cst.CSTNode) -> list[cst.CSTNode] | None:
    """Return the nodes from ``start`` down to ``target``; None where it is elsewhere."""
    stack: list[tuple[cst.CSTNode, Iterator[cst.CSTNode]]] = [(start, iter(children(start)))]
    while stack:
        if stack[-1][0] is target:
            return [node for node, _ in stack]
        child = next(stack[-1][1], None)
        if child is None:
            stack.pop()
        else:
            stack.append((child, iter(children(child))))
    return None


def with_child(node: cst.CSTNode, child: cst.CSTNode, new: cst.CSTNode) -> cst.CSTNode:
    """Return a copy of a node with one of its parts replaced."""
    for name in _code_fields[type(node)]:
        value = getattr(node, name)
        if value is child:
            return node.with_changes(**{name: new})
        if isinstance(value, (tuple, list)) and any(part is child for part in value):
            return node.with_changes(**{name: [new if part is child else part for part in value]})
    raise KeyError(f"{type(child).__name__} is not a part of {type(node).__name__}")


# -- statements -----------------------------------------------------------------------------------


def statements_of(block: cst.BaseSuite) -> Sequence[cst.CSTNode]:
    """Return the statements of a block; those after a colon, in its row, are one."""
    return [block] if isinstance(block, cst.SimpleStatementSuite) else block.body


def small_statements(node: cst.CSTNode) -> Sequence[cst.CSTNode]:
    """Return the statements of a row, which ``;`` separates; a compound statement has none."""
    if isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
        return node.body
    return ()


def lines_of(block: cst.BaseSuite) -> list[cst.CSTNode]:
    """Return the simple statements of a block, also those that share a line."""
    return [small for part in statements_of(block) for small in small_statements(part)]


def blocks_in(node: cst.CSTNode) -> list[cst.CSTNode]:
    """Return the parts of a module, block or statement that hold statements, or are some."""
    parts: list[cst.CSTNode] = []
    for name in _BLOCKS:
        value = getattr(node, name, None)
        if isinstance(value, cst.CSTNode):
            parts.append(value)
        elif value is not None:
            parts += value
    return parts


_BLOCKS: Final = ("body", "orelse", "handlers", "finalbody", "cases")


def decorators_of(node: cst.FunctionDef | cst.ClassDef) -> list[cst.BaseExpression]:
    """Return the decorators of a function or class."""
    return [one.decorator for one in node.decorators]


def import_level(node: cst.ImportFrom) -> int:
    """Return the number of dots of a relative import."""
    return len(node.relative)


def declared_names(node: cst.Global | cst.Nonlocal) -> list[str]:
    """Return the names that a ``global`` or ``nonlocal`` statement declares."""
    return [item.name.value for item in node.names]


# -- expressions ----------------------------------------------------------------------------------


def indices_of(node: cst.Subscript) -> list[cst.CSTNode]:
    """Return what is between the brackets of ``x[…]``: expressions and slices.

    ``*rest`` stays wrapped as an `Index`.
    """
    return [
        inner.value if isinstance(inner := element.slice, cst.Index) and not inner.star else inner
        for element in node.slice
    ]


def star_parameter(parameters: cst.Parameters) -> cst.Param | None:
    """Return the parameter ``*args``."""
    star = parameters.star_arg
    return star if isinstance(star, cst.Param) else None


_MOST_DIGITS: Final = 300
"""Digits of an integer; the value of more is of no use, and takes quadratic time to compute."""


def number_of(literal: cst.BaseExpression) -> int | float | complex | None:
    """Return the value of a number; None for other expressions and huge integers."""
    match literal:
        case cst.Integer(value=digits):
            return int(digits, 0) if len(digits) <= _MOST_DIGITS else None
        case cst.Float(value=digits):
            return float(digits)
        case cst.Imaginary(value=digits):
            return complex(digits.replace("_", ""))
    return None


_PLAIN_STRING: Final = re.compile(r"""(["'])([^\\"'\n\r]*)\1""")
"""A string whose value is what is between its quotes; libcst would have it compiled."""


def string_of(node: cst.CSTNode) -> str | bytes | None:
    """Return the value of a string literal, or of several side by side; None for f-strings."""
    if type(node) is cst.SimpleString:
        plain = _PLAIN_STRING.fullmatch(node.value)
        return plain[2] if plain is not None else node.evaluated_value
    return node.evaluated_value if isinstance(node, cst.ConcatenatedString) else None


def string_parts(node: cst.CSTNode) -> Iterator[str | bytes | cst.CSTNode]:
    """Yield the texts and the fields of an f-string and of the literals beside it.

    A field is its expression, or a `FormattedStringExpression` where it says how to write that.
    """
    match node:
        case cst.ConcatenatedString(left=left, right=right):
            yield from string_parts(left)
            yield from string_parts(right)
        case cst.FormattedString(parts=parts):
            for part in parts:
                match part:
                    case cst.FormattedStringText(value=text):
                        yield _text(text, node)
                    case cst.FormattedStringExpression(
                        expression=value, conversion=None, format_spec=None, equal=None
                    ):
                        yield value
                    case _:
                        yield part
        case cst.SimpleString():
            yield node.evaluated_value


def _text(text: str, string: cst.FormattedString) -> str:
    text = text.replace("{{", "{").replace("}}", "}")
    if "\\" not in text:
        return text
    prefix = string.start.lower().replace("f", "")
    try:
        value: str = ast.literal_eval(f"{prefix}{text}{string.end}")
    except (SyntaxError, ValueError):  # a backslash before a field
        return text
    return value


__all__ = [
    "blocks_in",
    "children",
    "declared_names",
    "decorators_of",
    "import_level",
    "indices_of",
    "number_of",
    "path_to",
    "small_statements",
    "star_parameter",
    "statements_of",
    "string_of",
    "string_parts",
    "walk",
    "with_child",
]
