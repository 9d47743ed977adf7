"""Calls with an argument more or less, laid out as the others are."""

from __future__ import annotations

from typing import TypeAlias

import libcst as cst

from lrlint.formulas import LAWS

_Space: TypeAlias = cst.BaseParenthesizableWhitespace

_NOTHING = cst.SimpleWhitespace("")


def index_of(call: cst.Call, name: str | int) -> int | None:
    """Return the index of an argument given by keyword, by position, or by its parameter's."""
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
    between: _Space = cst.SimpleWhitespace(" ")
    if args[-1].star == "**":
        index = next(index for index, one in enumerate(args) if one.star == "**")
        if (row := _row_before(call, index)) is not None:
            between = _row_like(row)
        args.insert(index, new.with_changes(comma=cst.Comma(whitespace_after=between)))
        return call.with_changes(args=args)
    last = args[-1]
    after = _after(last)
    row = _row_before(call, len(args) - 1)
    # The first may follow the opening bracket.
    others = range(1, len(args))
    if row is not None and all(_row_before(call, index) is not None for index in others):
        between = _row_like(row)
        if isinstance(after, cst.ParenthesizedWhitespace):  # the row's comment stays in it
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
    in_rows = isinstance(before, cst.ParenthesizedWhitespace) and isinstance(
        after, cst.ParenthesizedWhitespace
    )
    has_comma = isinstance(dropped.comma, cst.Comma)
    if args and in_rows:
        kept: _Space = before.with_changes(
            empty_lines=[*before.empty_lines, *after.empty_lines],  # type: ignore[attr-defined]
            indent=after.indent,  # type: ignore[attr-defined]
            last_line=after.last_line,  # type: ignore[attr-defined]
        )
    else:
        is_last = index == len(args)
        in_row = not isinstance(after, cst.ParenthesizedWhitespace)
        kept = before if args and not is_last and (in_row or index == 0) else after
        if _has_comment(dropped.value, before if kept is after else after):
            return None
        if is_last and args and not has_comma:
            last = args[-1].with_changes(
                comma=cst.MaybeSentinel.DEFAULT, whitespace_after_arg=after
            )
            return call.with_changes(args=[*args[:-1], last])
    if index == 0:
        return call.with_changes(args=args, whitespace_before_args=kept)
    previous = args[index - 1]
    assert isinstance(previous.comma, cst.Comma)
    comma = previous.comma.with_changes(whitespace_after=kept)
    args[index - 1] = previous.with_changes(comma=comma)
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


def _row_before(call: cst.Call, index: int) -> cst.ParenthesizedWhitespace | None:
    """Return the white space before an argument that begins a row; None where it does not."""
    before = _before(call, index)
    return before if isinstance(before, cst.ParenthesizedWhitespace) else None


def _row_like(row: cst.ParenthesizedWhitespace) -> cst.ParenthesizedWhitespace:
    """Return what begins a row that is indented as another."""
    return cst.ParenthesizedWhitespace(indent=row.indent, last_line=row.last_line)


def _has_comment(*parts: cst.CSTNode) -> bool:
    return any("#" in cst.Module(()).code_for_node(part) for part in parts)
