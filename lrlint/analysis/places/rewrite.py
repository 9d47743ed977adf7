"""From a change that a rule asks for to the text edits that make it.

Everything outside the edits stays as it is to the byte, layout and comments included. What cannot
be done cleanly is not done: the answer is then None, and the finding has no fix.
"""

from __future__ import annotations

import ast

from lrlint.analysis.code.modules import ModuleUnit
from lrlint.analysis.places import moving
from lrlint.analysis.places.arguments import Slot, opening, slots
from lrlint.analysis.places.sheet import Sheet
from lrlint.fix import Change, DropArgument, Edit, MoveStatement, ReplaceWith, SetArgument
from lrlint.formulas import LAWS
from lrlint.syntax import nodes as cst


def edits(unit: ModuleUnit, node: cst.CSTNode, change: Change) -> tuple[Edit, ...] | None:
    """Return the edits that make ``change`` at ``node``; None where that is not clean."""
    sheet = Sheet(unit)
    match change:
        case SetArgument(name=name, text=text):
            return sheet.edits(_set(sheet, node, name, text))
        case DropArgument(name=name):
            return sheet.edits(_drop(sheet, node, name))
        case ReplaceWith(text=text):
            return sheet.edits(_replace(sheet, node, text))
        case MoveStatement(to=to, destination=destination):
            return sheet.edits(moving.move(sheet, node, to, destination))
    return None


Pieces = list[tuple[int, int, str]] | None
"""Stretches of the text (offsets) and what replaces them."""


# -- expressions ------------------------------------------------------------------------------


_LOOSE = (
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.Lambda,
    ast.Await,
)
"""Expressions that an operator beside them would tear apart; to tuples, each comma does."""
_OF_STRINGS = frozenset("'\"{}\\#")
"""What a string around a replacement field may take for its own, before Python 3.12."""
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
    cst.StarredElement,
    cst.StarredDictElement,
    cst.CompFor,
    cst.CompIf,
    cst.FormattedStringExpression,
)
"""Parents in which an operator expression needs brackets of its own."""


def _parsed(text: str) -> ast.expr | None:
    """CPython's tree of an expression that stands in one row."""
    try:
        return None if "\n" in text else ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return None


def _has_brackets(new: ast.expr, text: str) -> bool:
    """Whether an expression stands in brackets; as an argument, a tuple without them is several."""
    if isinstance(new, ast.Tuple):
        call = _parsed(f"_({text})")
        return isinstance(call, ast.Call) and len(call.args) == 1
    return new.col_offset > 0


def _replace(sheet: Sheet, node: cst.CSTNode, text: str) -> Pieces:
    new = _parsed(text)
    path = sheet.path(node)
    if new is None or path is None or not isinstance(node, cst.BaseExpression):
        return None
    if any(isinstance(one, cst.FormattedString) for one in path) and set(text) & _OF_STRINGS:
        return None
    if isinstance(new, ast.Tuple):
        torn = not isinstance(path[-2], cst.Statement)
    elif isinstance(new, ast.Constant):
        torn = isinstance(path[-2], cst.Attribute)  # `1.real`
    else:
        torn = isinstance(new, _LOOSE) and isinstance(path[-2], _BINDING)
    if torn and not _has_brackets(new, text) and not _is_in_brackets(sheet, path):
        text = f"({text})"
    return [(*sheet.offsets(node), text)]


def _is_in_brackets(sheet: Sheet, path: list[cst.CSTNode]) -> bool:
    """Whether the last node of a path stands in brackets that are not those of a call."""
    *_, around, parent, node = path
    if isinstance(parent, cst.Arg) and isinstance(around, cst.Call):
        places = slots(sheet, around)
        return places is not None and places[around.args.index(parent)].bracketed
    start, end = sheet.offsets(node)
    closing = sheet.skip(end)
    before = sheet.text[:start].rstrip()
    return before.endswith("(") and sheet.text[closing : closing + 1] == ")"


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
    if not isinstance(node, cst.Call) or value is None or not name.isidentifier():
        return None
    if isinstance(value, ast.Tuple) and not _has_brackets(value, text):
        return None
    index = _argument(node, name)
    if index is not None:
        return _replace(sheet, node.args[index].value, text)
    return _insert(sheet, node, f"{name}={text}")


def _insert(sheet: Sheet, call: cst.Call, text: str) -> Pieces:
    places = slots(sheet, call)
    if places is None:
        return None
    if not places:
        end = sheet.offsets(call)[1] - 1
        return [(end, end, text)]
    if call.args[-1].star == "**":
        # What the user unpacks stays last.
        start = next(
            place.start for place, one in zip(places, call.args, strict=True) if one.star == "**"
        )
        between = sheet.row_break(start) if _own_row(sheet, start) else " "
        return [(start, start, f"{text},{between}")]
    last = places[-1]
    # The first may follow the opening bracket.
    if not all(_own_row(sheet, place.start) for place in places[1:] or places):
        return [(last.after, last.after, f" {text}," if last.has_comma else f", {text}")]
    line = f"{sheet.row_break(last.start)}{text}"
    if last.has_comma:
        return [(at := _end_of_row_or_call(sheet, call, last.after), at, f"{line},")]
    at = _end_of_row_or_call(sheet, call, last.end)
    if at == last.end:
        return [(at, at, f",{line}")]
    return [(last.end, last.end, ","), (at, at, line)]


def _own_row(sheet: Sheet, offset: int) -> bool:
    """Whether nothing stands before an offset in its row."""
    return not sheet.text[sheet.row_start(offset) : offset].strip()


def _end_of_row_or_call(sheet: Sheet, call: cst.Call, offset: int) -> int:
    """Behind the comment of the row, unless the call ends in this row."""
    end = sheet.row_end(offset)
    if sheet.offsets(call)[1] <= end:
        return offset
    return end if sheet.text[offset:end].strip().startswith("#") else offset


def _drop(sheet: Sheet, node: cst.CSTNode, name: str | int) -> Pieces:
    if not isinstance(node, cst.Call):
        return None
    index, places = _argument(node, name), slots(sheet, node)
    if index is None or places is None:
        return None
    if node.args[index].keyword is None and any(
        one.keyword is None and one.star != "**" for one in node.args[index + 1 :]
    ):
        return None  # the ones behind it would take its place
    place = places[index]
    if len(places) == 1:
        return _without_comment(sheet, opening(sheet, node) + 1, place.after)
    if _own_row(sheet, place.start) and _ends_row(sheet, place):
        # Whole rows, with the comment that belongs to them.
        first = sheet.row_start(place.start) - len(sheet.newline_before(place.start))
        return [(first, sheet.row_end(place.after), "")]
    if index + 1 < len(places):
        following = places[index + 1].start
        if sheet.row_start(following) == sheet.row_start(place.after):
            return _without_comment(sheet, place.start, following)
    if index == 0:
        return _without_comment(sheet, place.start, places[1].start)
    previous = places[index - 1]
    if index + 1 == len(places) and not place.has_comma:
        return _without_comment(sheet, previous.end, place.end)
    return _without_comment(sheet, previous.after, place.after)


def _ends_row(sheet: Sheet, place: Slot) -> bool:
    """Whether nothing but a comment follows an argument in its row."""
    rest = sheet.text[place.after : sheet.row_end(place.after)].strip()
    return not rest or rest.startswith("#")


def _without_comment(sheet: Sheet, start: int, end: int) -> Pieces:
    return None if "#" in sheet.text[start:end] else [(start, end, "")]
