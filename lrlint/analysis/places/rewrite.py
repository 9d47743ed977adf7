"""From a change that a rule asks for to the text edits that make it.

Everything outside the edits stays as it is to the byte, layout and comments included. What cannot
be done cleanly is not done: the answer is then None, and the finding has no fix.
"""

from __future__ import annotations

import re

import libcst as cst

from lrlint.analysis.code.modules import ModuleUnit
from lrlint.analysis.places.arguments import index_of, with_argument, without_argument
from lrlint.analysis.places.moving import move
from lrlint.fix import Change, DropArgument, Edit, MoveStatement, ReplaceWith, SetArgument, SetItem
from lrlint.source.difference import Replacement
from lrlint.source.nodes import string_of
from lrlint.source.parse import parse_expression
from lrlint.source.text import LINE_END


def edits(unit: ModuleUnit, node: cst.CSTNode, change: Change) -> tuple[Edit, ...] | None:
    """Return the edits that make ``change`` at ``node``; None where it cannot be made cleanly.

    A loop that a statement is moved to is a node, too.
    """
    match change:
        case SetArgument(name=name, text=text) if isinstance(node, cst.Call):
            return _edits(unit, _set(unit, node, name, text))
        case DropArgument(name=name) if isinstance(node, cst.Call):
            return _edits(unit, _drop(unit, node, name))
        case ReplaceWith(text=text):
            return _edits(unit, _replace(unit, node, text))
        case SetItem(key=key, text=text) if isinstance(node, cst.Dict):
            return _edits(unit, _set_item(unit, node, key, text))
        case SetItem(key=key, text=text) if _is_dict_call(node) and isinstance(node, cst.Call):
            return _edits(unit, _set(unit, node, key, text))
        case SetItem(key=key, text=text, alone=alone):
            value = " ".join(unit.code(node).split())
            return _edits(unit, _replace(unit, node, f'{{"{alone}": {value}, "{key}": {text}}}'))
        case MoveStatement(to=cst.CSTNode() as to, destination=destination):
            return _edits(unit, move(unit, node, to, destination))
    return None


def _is_dict_call(node: cst.CSTNode) -> bool:
    match node:
        case cst.Call(func=cst.Name(value="dict"), args=[*arguments]):
            return all(argument.keyword is not None for argument in arguments)
    return False


def _edits(unit: ModuleUnit, changes: list[Replacement] | None) -> tuple[Edit, ...] | None:
    """Return what to replace in the text as edits; None where it lies in several cells."""
    source = unit.source
    cells = {source.at(at, at).cell for start, end, _ in changes or () for at in (start, end)}
    if len(cells) != 1:
        return None
    return tuple(
        Edit(source.at(start, end), LINE_END.sub(source.newline, text))
        for start, end, text in changes or ()
    )


# -- expressions ------------------------------------------------------------------------------


_LOOSE = (
    cst.BinaryOperation,
    cst.UnaryOperation,
    cst.BooleanOperation,
    cst.Comparison,
    cst.IfExp,
    cst.Lambda,
    cst.Await,
)
"""Expressions that need brackets beside an operator; tuples need them beside a comma."""
_OF_STRINGS = frozenset("'\"{}\\#")
"""What may end a string around a replacement field before Python 3.12."""
_BINDING = (
    cst.BinaryOperation,
    cst.UnaryOperation,
    cst.BooleanOperation,
    cst.Comparison,
    cst.ComparisonTarget,
    cst.IfExp,
    cst.Attribute,
    cst.Subscript,
    cst.Index,
    cst.Call,
    cst.Await,
    cst.StarredElement,
    cst.StarredDictElement,
    cst.CompFor,
    cst.CompIf,
    cst.FormattedStringExpression,
)
"""Parents that an operator expression needs brackets in."""


def _replace(unit: ModuleUnit, node: cst.CSTNode, text: str) -> list[Replacement] | None:
    new = parse_expression(text)
    path = unit.path_to(node)
    if new is None or path is None or not isinstance(node, cst.BaseExpression):
        return None
    if any(isinstance(one, cst.FormattedString) for one in path) and set(text) & _OF_STRINGS:
        return None
    parent = path[-2]
    if isinstance(new, cst.Tuple):
        torn = not isinstance(parent, (cst.BaseSmallStatement, cst.BaseStatement))
    elif isinstance(new, cst.BaseNumber):
        torn = isinstance(parent, cst.Attribute)  # `1.real`
    else:
        torn = isinstance(new, _LOOSE) and isinstance(parent, _BINDING)
    if torn and not new.lpar and not node.lpar:
        text = f"({text})"
    return [Replacement(*unit.offsets(node), text)]


# -- dicts ------------------------------------------------------------------------------------


def _set_item(unit: ModuleUnit, node: cst.Dict, key: str, text: str) -> list[Replacement] | None:
    if parse_expression(text) is None or not node.elements:
        return None
    for element in node.elements:
        if isinstance(element, cst.DictElement) and string_of(element.key) == key:
            return _replace(unit, element.value, text)
    last = node.elements[-1]
    if not isinstance(last, cst.DictElement) or last.value.lpar:
        return None
    end = unit.offsets(last.value)[1]
    start = unit.offsets(last.key)[0]
    source = unit.source.text
    row = 1 + max(source.rfind(line_end, 0, start) for line_end in "\r\n")
    if source[row:start].strip() or row == 0:
        return [Replacement(end, end, f', "{key}": {text}')]
    # An item on a separate line gets a neighbour on the next line.
    margin = source[row:start]
    rest = _COMMA_AND_COMMENT.match(source, end)
    if rest is not None:
        return [Replacement(rest.end(), rest.end(), f'\n{margin}"{key}": {text},')]
    return [Replacement(end, end, f',\n{margin}"{key}": {text}')]


_COMMA_AND_COMMENT = re.compile(r",[ \t]*(#[^\r\n]*)?(?=[\r\n])")


# -- arguments --------------------------------------------------------------------------------


def _set(unit: ModuleUnit, call: cst.Call, name: str, text: str) -> list[Replacement] | None:
    value = parse_expression(text)
    if value is None or not name.isidentifier():
        return None
    if isinstance(value, cst.Tuple) and not value.lpar:
        return None
    index = index_of(call, name)
    if index is not None:
        return _replace(unit, call.args[index].value, text)
    return None if _shares_brackets(call) else unit.change(call, with_argument(call, name, value))


def _drop(unit: ModuleUnit, call: cst.Call, name: str | int) -> list[Replacement] | None:
    index = index_of(call, name)
    if index is None or _shares_brackets(call):
        return None
    if call.args[index].keyword is None and any(
        one.keyword is None and one.star != "**" for one in call.args[index + 1 :]
    ):
        return None  # those after it would take its place
    new = without_argument(call, index)
    return None if new is None else unit.change(call, new)


def _shares_brackets(call: cst.Call) -> bool:
    """Whether the brackets of a call are those of a generator."""
    return any(isinstance(one.value, cst.GeneratorExp) and not one.value.lpar for one in call.args)
