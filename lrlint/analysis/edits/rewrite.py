"""From a change that a rule asks for to the text edits that make it.

Everything outside the edits stays as it is to the byte, layout and comments included. What cannot
be done cleanly is not done: the answer is then None, and the finding has no fix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lrlint.analysis.edits import moving
from lrlint.analysis.edits.sheet import Sheet
from lrlint.fix import Change, DropArgument, Edit, MoveStatement, ReplaceWith, SetArgument
from lrlint.formulas import LAWS
from lrlint.source import SourceError

if TYPE_CHECKING:
    from lrlint.analysis.places import SyntaxPlace


def edits(place: SyntaxPlace, change: Change) -> tuple[Edit, ...] | None:
    """The edits that make ``change`` at ``place``; None where it cannot be made cleanly."""
    try:
        sheet = Sheet(place.unit, place.node)
    except SourceError:
        return None
    node = sheet.find(place.node)
    if node is None:
        return None
    match change:
        case SetArgument(name=name, text=text):
            return sheet.edits(_set(sheet, node, name, text))
        case DropArgument(name=name):
            return sheet.edits(_drop(sheet, node, name))
        case ReplaceWith(text=text):
            return sheet.edits(_replace(sheet, node, text))
        case MoveStatement(to=to, destination=destination):
            return sheet.edits(moving.move(sheet, place.unit, node, to, destination))
    return None


Pieces = list[tuple[int, int, str]] | None
"""Stretches of the text (offsets) and what replaces them."""


# -- expressions ------------------------------------------------------------------------------


_LOOSE = (
    cst.BinaryOperation,
    cst.UnaryOperation,
    cst.BooleanOperation,
    cst.Comparison,
    cst.IfExp,
    cst.Lambda,
    cst.NamedExpr,
    cst.GeneratorExp,
    cst.Tuple,
    cst.Yield,
    cst.Await,
    cst.StarredElement,
)
_BINDING = (
    cst.BinaryOperation,
    cst.UnaryOperation,
    cst.BooleanOperation,
    cst.Comparison,
    cst.ComparisonTarget,
    cst.IfExp,
    cst.Attribute,
    cst.Subscript,
    cst.Call,
    cst.Await,
    cst.FormattedStringExpression,
)
"""Parents in which an operator expression needs brackets of its own."""


def _parsed(text: str) -> cst.BaseExpression | None:
    try:
        return cst.parse_expression(text)
    except (cst.ParserSyntaxError, ValueError):
        return None


def _replace(sheet: Sheet, node: cst.CSTNode, text: str) -> Pieces:
    new = _parsed(text)
    if new is None or "\n" in text or not isinstance(node, cst.BaseExpression):
        return None
    path = sheet.path(node)
    bracketed = bool(new.lpar) or bool(node.lpar)
    if isinstance(new, _LOOSE) and not bracketed and isinstance(path[-2], (*_BINDING, cst.Arg)):
        is_plain_argument = isinstance(path[-2], cst.Arg) and not isinstance(
            new, (cst.NamedExpr, cst.GeneratorExp, cst.Tuple, cst.Yield)
        )
        if not is_plain_argument:
            text = f"({text})"
    return [(*sheet.offsets(node), text)]


# -- arguments --------------------------------------------------------------------------------


def _argument(call: cst.Call, name: str | int) -> int | None:
    """The index of an argument given by keyword, by position, or by its parameter's position."""
    if isinstance(name, int):
        position = name
    else:
        for index, argument in enumerate(call.args):
            if argument.keyword is not None and argument.keyword.value == name:
                return index
        found = _position(call, name)
        if found is None:
            return None
        position = found
    for index, argument in enumerate(call.args[: position + 1]):
        if argument.star or argument.keyword is not None:
            return None
        if index == position:
            return index
    return None


def _position(call: cst.Call, name: str) -> int | None:
    """Where a known scheduler takes the parameter positionally."""
    callee = call.func.attr if isinstance(call.func, cst.Attribute) else call.func
    law = LAWS.get(callee.value) if isinstance(callee, cst.Name) else None
    if law is None:
        return None
    names = [parameter.name for parameter in law.parameters if not parameter.keyword_only]
    names.insert(law.optimizer_index, "optimizer")
    return names.index(name) if name in names else None


def _set(sheet: Sheet, node: cst.CSTNode, name: str, text: str) -> Pieces:
    value = _parsed(text)
    if not isinstance(node, cst.Call) or value is None or "\n" in text or not name.isidentifier():
        return None
    if isinstance(value, (cst.NamedExpr, cst.GeneratorExp, cst.Tuple)) and not value.lpar:
        return None
    index = _argument(node, name)
    if index is not None:
        return _replace(sheet, node.args[index].value, text)
    return _insert(sheet, node, f"{name}={text}")


def _insert(sheet: Sheet, call: cst.Call, text: str) -> Pieces:
    arguments = list(call.args)
    if not arguments:
        end = sheet.offsets(call)[1] - 1
        return [(end, end, text)]
    if len(arguments) == 1 and isinstance(arguments[0].value, cst.GeneratorExp):
        return None  # its brackets may be those of the call
    if arguments[-1].star == "**":
        # What the user unpacks stays last.
        first = next(i for i, one in enumerate(arguments) if one.star == "**")
        start = sheet.offsets(arguments[first])[0]
        between = sheet.row_break(start) if _own_row(sheet, arguments[first]) else " "
        return [(start, start, f"{text},{between}")]
    last = arguments[-1]
    start, end = sheet.offsets(last)
    comma = isinstance(last.comma, cst.Comma)
    after = _after_comma(sheet, last)
    if not _own_row(sheet, last) or not _separate(sheet, arguments):
        return [(after, after, f" {text}," if comma else f", {text}")]
    line = f"{sheet.row_break(start)}{text}"
    if comma:
        return [(at := _end_of_row_or_call(sheet, call, after), at, f"{line},")]
    at = _end_of_row_or_call(sheet, call, end)
    return [(end, end, f",{line}")] if at == end else [(end, end, ","), (at, at, line)]


def _own_row(sheet: Sheet, argument: cst.Arg) -> bool:
    """Whether nothing stands before an argument in its row."""
    start = sheet.offsets(argument)[0]
    return not sheet.text[sheet.row_start(start) : start].strip()


def _separate(sheet: Sheet, arguments: list[cst.Arg]) -> bool:
    """Whether arguments stand one to a row (the first may follow the opening bracket)."""
    return all(_own_row(sheet, argument) for argument in arguments[1:])


def _end_of_row_or_call(sheet: Sheet, call: cst.Call, offset: int) -> int:
    """Behind the comment of the row, unless the call ends in this row."""
    end = sheet.row_end(offset)
    if sheet.offsets(call)[1] <= end:
        return offset
    return end if sheet.text[offset:end].strip().startswith("#") else offset


def _drop(sheet: Sheet, node: cst.CSTNode, name: str | int) -> Pieces:
    if not isinstance(node, cst.Call):
        return None
    arguments = list(node.args)
    index = _argument(node, name)
    if index is None:
        return None
    positional = arguments[index].keyword is None
    if positional and any(
        one.keyword is None and one.star != "**" for one in arguments[index + 1 :]
    ):
        return None  # the ones behind it would take its place
    start, end = sheet.offsets(arguments[index])
    has_comma = isinstance(arguments[index].comma, cst.Comma)
    after = _after_comma(sheet, arguments[index])
    if len(arguments) == 1:
        return _without_comment(sheet, sheet.offsets(node.whitespace_before_args)[0], after)
    rest = sheet.text[after : sheet.row_end(after)].strip()
    if _own_row(sheet, arguments[index]) and (not rest or rest.startswith("#")):
        # Whole rows, with the comment that belongs to them.
        return [
            (sheet.row_start(start) - len(sheet.newline_before(start)), sheet.row_end(after), "")
        ]
    if index + 1 < len(arguments):
        following = sheet.offsets(arguments[index + 1])[0]
        if sheet.row_start(following) == sheet.row_start(after):
            return [(start, following, "")]
    if index == 0:
        return _without_comment(sheet, start, sheet.offsets(arguments[1])[0])
    previous = arguments[index - 1]
    if index + 1 == len(arguments) and not has_comma:
        return _without_comment(sheet, sheet.offsets(previous)[1], end)
    return _without_comment(sheet, _after_comma(sheet, previous), after)


def _after_comma(sheet: Sheet, argument: cst.Arg) -> int:
    """Where an argument ends, its comma included."""
    if isinstance(argument.comma, cst.Comma):
        return sheet.offsets(argument.comma.whitespace_after)[0]
    return sheet.offsets(argument)[1]


def _without_comment(sheet: Sheet, start: int, end: int) -> Pieces:
    return None if "#" in sheet.text[start:end] else [(start, end, "")]
