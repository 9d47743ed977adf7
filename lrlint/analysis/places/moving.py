"""Moving a statement: ``scheduler.step()`` out of its loop, or to after ``optimizer.step()``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from lrlint.analysis.code.modules import ModuleUnit
from lrlint.analysis.code.queries import SCOPES
from lrlint.fix import Destination
from lrlint.source.difference import Replacement
from lrlint.source.nodes import children

_Path = list[cst.CSTNode]

_LOOPS = (cst.For, cst.While)
_BRANCHES = (*_LOOPS, cst.If)
_LEAVES = (cst.Continue, cst.Break, cst.Return, cst.Raise)


@dataclass(frozen=True)
class _Statement:
    """A statement that has its rows to itself, in an indented block."""

    path: _Path
    line: cst.SimpleStatementLine
    block: cst.IndentedBlock

    @property
    def index(self) -> int:
        return self.block.body.index(self.line)


def move(
    unit: ModuleUnit, node: cst.CSTNode, to: cst.CSTNode, destination: Destination
) -> list[Replacement] | None:
    """Return the changes that move the statement at ``node``; None where that is not clean."""
    moved = _statement(unit, node)
    if moved is None or len(moved.line.body) != 1 or not isinstance(moved.line.body[0], cst.Expr):
        return None
    if destination is Destination.END_OF_BODY:
        return _to_end_of_loop(unit, moved, to)
    return _to_after(unit, moved, to)


def _statement(unit: ModuleUnit, node: cst.CSTNode) -> _Statement | None:
    path = unit.path_to(node) or []
    for position in range(len(path) - 1, 0, -1):
        line, block = path[position], path[position - 1]
        if isinstance(line, cst.SimpleStatementLine) and isinstance(block, cst.IndentedBlock):
            return _Statement(path, line, block)
        if type(line) in SCOPES:
            return None
    return None


# -- where to ---------------------------------------------------------------------------------


def _to_end_of_loop(
    unit: ModuleUnit, moved: _Statement, loop: cst.CSTNode
) -> list[Replacement] | None:
    inside = _inside(moved.path, loop)
    if not inside or not isinstance(loop, _LOOPS) or len(moved.block.body) == 1:
        return None
    body = loop.body
    # The `else` of a loop is not in its body.
    if inside[0] is not body or not isinstance(body, cst.IndentedBlock):
        return None
    last = body.body[-1]
    if last is moved.line or _leaves(last) or _continues(body):
        return None
    return _moved(unit, moved, body, len(body.body))


def _inside(path: _Path, around: cst.CSTNode) -> _Path:
    """Return the part of a path inside a node; empty where a function or class is between."""
    inside = path[path.index(around) + 1 :] if around in path else []
    return [] if any(type(one) in SCOPES for one in inside) else inside


def _leaves(statement: cst.CSTNode) -> bool:
    """Whether what follows the statement would never run."""
    return isinstance(statement, cst.SimpleStatementLine) and isinstance(
        statement.body[-1], _LEAVES
    )


def _continues(body: cst.IndentedBlock) -> bool:
    """Whether a ``continue`` of this very loop skips the end of its body."""
    stack: list[cst.CSTNode] = [body]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Continue):
            return True
        if isinstance(node, _LOOPS):
            if node.orelse is not None:
                stack.append(node.orelse)
        elif type(node) not in SCOPES:
            stack += children(node)
    return False


def _to_after(unit: ModuleUnit, moved: _Statement, node: cst.CSTNode) -> list[Replacement] | None:
    target = _statement(unit, node)
    if target is None or not (_is_later(target, moved) or _is_inside_before(target, moved)):
        return None
    if _leaves(target.line):
        return None
    index = target.index + 1
    # `scaler.update()` ends the update that `scaler.step(optimizer)` begins.
    index += any(_is_update(unit, one, node) for one in target.block.body[index : index + 1])
    return _moved(unit, moved, target.block, index)


def _is_later(target: _Statement, moved: _Statement) -> bool:
    """Whether the target follows in the same block, with nothing between that leaves it."""
    if target.block is not moved.block or target.index <= moved.index:
        return False
    return not any(_leaves(one) for one in moved.block.body[moved.index : target.index])


def _is_inside_before(target: _Statement, moved: _Statement) -> bool:
    """Whether the target is inside a loop or a branch that the moved statement follows."""
    inside = _inside(target.path, moved.block)
    before = moved.block.body[: moved.index]
    return (
        bool(inside) and inside[0] in before and any(isinstance(one, _BRANCHES) for one in inside)
    )


def _is_update(unit: ModuleUnit, statement: cst.CSTNode, step: cst.CSTNode) -> bool:
    match step, statement:
        case (
            cst.Call(func=cst.Attribute(value=stepped)),
            cst.SimpleStatementLine(
                body=[cst.Expr(value=cst.Call(func=cst.Attribute(value=updated, attr=name)))]
            ),
        ):
            return name.value == "update" and unit.code(stepped) == unit.code(updated)
    return False


# -- the changes ------------------------------------------------------------------------------


def _moved(
    unit: ModuleUnit, moved: _Statement, block: cst.IndentedBlock, index: int
) -> list[Replacement] | None:
    """Take the statement out and write it, with its comments, at an index of a block."""
    if any(map(_goes_on, (moved.line, *block.body[index - 1 : index]))):
        return None
    rest, own = _leading(moved.line)
    following = moved.block.body[moved.index + 1 : moved.index + 2]
    if rest and rest[-1].comment is None and _ends_paragraph(moved.block, following):
        while rest and rest[-1].comment is None:
            rest.pop()
    (without,) = unit.change(moved.block, _without(moved, following, rest))
    line = moved.line.with_changes(leading_lines=own)
    body = [*block.body[:index], line, *block.body[index:]]
    (with_it,) = unit.change(block, block.with_changes(body=body))
    at = _end_of_code(unit.source.text, with_it.start)
    if without.end == at:
        return [Replacement(without.start, at, with_it.text)]
    return [without, Replacement(at, at, with_it.text)]


def _end_of_code(text: str, row_end: int) -> int:
    """Return the end of the last row that is not blank."""
    while (start := text.rfind("\n", 0, row_end)) >= 0 and not text[start:row_end].strip():
        row_end = start - (text[start - 1] == "\r")
    return row_end


def _goes_on(statement: cst.CSTNode) -> bool:
    """Whether the row in which a statement ends goes on in the next one."""
    return (
        isinstance(statement, cst.SimpleStatementLine)
        and "\\" in statement.trailing_whitespace.whitespace.value
    )


def _leading(line: cst.SimpleStatementLine) -> tuple[list[cst.EmptyLine], list[cst.EmptyLine]]:
    """Return the rows above a statement: others, and the comments directly above it."""
    rest = list(line.leading_lines)
    own: list[cst.EmptyLine] = []
    while rest and rest[-1].comment is not None and rest[-1].indent and rest[-1].whitespace.empty:
        own.insert(0, rest.pop())
    return rest, own


def _ends_paragraph(block: cst.IndentedBlock, following: Sequence[cst.BaseStatement]) -> bool:
    """Whether a blank row, or the end of the block, follows a statement."""
    rows = following[0].leading_lines if following else block.footer  # type: ignore[attr-defined]
    return rows[0].comment is None or not rows[0].indent if rows else not following


def _without(
    moved: _Statement, following: Sequence[cst.BaseStatement], rest: list[cst.EmptyLine]
) -> cst.IndentedBlock:
    """Return the block of a statement without it; some rows above it stay."""
    body = [one for one in moved.block.body if one is not moved.line]
    if not following:
        return moved.block.with_changes(body=body, footer=[*rest, *moved.block.footer])
    lines = [*rest, *following[0].leading_lines]  # type: ignore[attr-defined]
    body[moved.index] = following[0].with_changes(leading_lines=lines)
    return moved.block.with_changes(body=body)
