"""Calls with an argument more or less, laid out as the others are."""

from __future__ import annotations

from typing import TypeAlias

import libcst as cst

from lrlint.formulas import LAWS

_Space: TypeAlias = cst.BaseParenthesizableWhitespace
_Row: TypeAlias = cst.ParenthesizedWhitespace
"""White space that goes on in the next row."""

_NOTHING = cst.SimpleWhitespace("")


def index_of(call: cst.Call, name: str | int) -> int | None:
    """Return the index of an argument given by keyword, by position, or by its parameter's."""
    for index, argument in enumerate(call.args):
        if argument.keyword is not None and argument.keyword.value == name:
            return index
    position = name if isinstance(name, int) else _position(call, name)
    if position is None:
        return None
    before = [one for one in call.args[: position + 1] if not one.star and one.keyword is None]
    return position if len(before) == position + 1 else None


def _position(call: cst.Call, name: str) -> int | None:
    """Return where a known scheduler takes the parameter positionally."""
    callee = call.func.attr if isinstance(call.func, cst.Attribute) else call.func
    law = LAWS.get(callee.value) if isinstance(callee, cst.Name) else None
    if law is None:
        return None
    names = [parameter.name for parameter in law.parameters if not parameter.keyword_only]
    names.insert(law.optimizer_index, "optimizer")
    return names.index(name) if name in names else None


def with_argument(call: cst.Call, name: str, value: cst.BaseExpression) -> cst.Call:
    """Return the call with one more keyword argument: the last, but before ``**kwargs``."""
    equal = cst.AssignEqual(whitespace_before=_NOTHING, whitespace_after=_NOTHING)
    new = cst.Arg(value, keyword=cst.Name(name), equal=equal)
    args = list(call.args)
    if not args:
        return call.with_changes(args=[new])
    if args[-1].star == "**":
        index = next(index for index, one in enumerate(args) if one.star == "**")
        between = _like(_before(call, index))
        args.insert(index, new.with_changes(comma=cst.Comma(whitespace_after=between)))
        return call.with_changes(args=args)
    last = args[-1]
    between, after = _like(None), _after(last)
    # The first may follow the opening bracket.
    if all(isinstance(_before(call, i), _Row) for i in range(len(args) > 1, len(args))):
        between = _like(_before(call, len(args) - 1))
        if isinstance(after, _Row):  # the row's comment stays in it
            between = between.with_changes(first_line=after.first_line)
            after = after.with_changes(first_line=cst.TrailingWhitespace())
    if isinstance(last.comma, cst.Comma):
        last = last.with_changes(comma=last.comma.with_changes(whitespace_after=between))
        new = new.with_changes(comma=cst.Comma(whitespace_after=after))
    else:
        comma = cst.Comma(whitespace_after=between)
        last = last.with_changes(comma=comma, whitespace_after_arg=_NOTHING)
        new = new.with_changes(whitespace_after_arg=after)
    return call.with_changes(args=[*args[:-1], last, new])


def without_argument(call: cst.Call, index: int) -> cst.Call | None:
    """Return the call without an argument; None where a comment would go with it.

    The comment in the row of an argument that has whole rows is its own.
    """
    args = list(call.args)
    dropped = args.pop(index)
    before, after = _before(call, index), _after(dropped)
    is_last = index == len(args)
    if args and isinstance(before, _Row) and isinstance(after, _Row):
        rows = [*before.empty_lines, *after.empty_lines]
        kept: _Space = after.with_changes(first_line=before.first_line, empty_lines=rows)
    else:
        in_row = not isinstance(after, _Row)
        kept = before if args and not is_last and (in_row or index == 0) else after
        gone = dropped.value, before if kept is after else after
        if any("#" in cst.Module(()).code_for_node(one) for one in gone):
            return None
        if args and is_last and not isinstance(dropped.comma, cst.Comma):
            comma = cst.MaybeSentinel.DEFAULT
            args[-1] = args[-1].with_changes(comma=comma, whitespace_after_arg=after)
            return call.with_changes(args=args)
    if index == 0:
        return call.with_changes(args=args, whitespace_before_args=kept)
    previous = args[index - 1]
    assert isinstance(previous.comma, cst.Comma)
    comma_before = previous.comma.with_changes(whitespace_after=kept)
    args[index - 1] = previous.with_changes(comma=comma_before)
    return call.with_changes(args=args)


def _before(call: cst.Call, index: int) -> _Space:
    """Return the white space before an argument."""
    if index == 0:
        return call.whitespace_before_args
    comma = call.args[index - 1].comma
    assert isinstance(comma, cst.Comma)
    return comma.whitespace_after


def _after(argument: cst.Arg) -> _Space:
    """Return the white space after an argument and its comma."""
    comma = argument.comma
    return comma.whitespace_after if isinstance(comma, cst.Comma) else argument.whitespace_after_arg


def _like(space: _Space | None) -> _Space:
    """Return the white space that begins a row where other white space does; else a blank."""
    if isinstance(space, _Row):
        return _Row(indent=space.indent, last_line=space.last_line)
    return cst.SimpleWhitespace(" ")
