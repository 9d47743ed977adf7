"""Moving a statement: ``scheduler.step()`` out of its loop, or behind ``optimizer.step()``."""

from __future__ import annotations

from dataclasses import dataclass

from lrlint.analysis.code.queries import SCOPES
from lrlint.analysis.places.sheet import Sheet
from lrlint.fix import Destination
from lrlint.syntax import nodes as cst
from lrlint.syntax.nodes import children

Pieces = list[tuple[int, int, str]] | None
_Path = list[cst.CSTNode]

_LOOPS = (cst.For, cst.While)
_LEAVES = (cst.Continue, cst.Break, cst.Return, cst.Raise)


@dataclass(frozen=True)
class _Statement:
    """A statement that stands alone on its rows, in an indented block."""

    path: _Path
    line: cst.SimpleStatementLine
    block: cst.Block

    @property
    def index(self) -> int:
        return next(i for i, one in enumerate(self.block.body) if one is self.line)


def move(sheet: Sheet, node: cst.CSTNode, to: object, destination: Destination) -> Pieces:
    """Return the edits that move the statement with ``node``; None where that is not clean.

    ``to`` is a node of the same module.
    """
    moved = _statement(sheet, node)
    if (
        moved is None
        or not isinstance(to, cst.CSTNode)
        or len(moved.line.body) != 1
        or not isinstance(moved.line.body[0], cst.Expr)
    ):
        return None
    if destination is Destination.END_OF_BODY:
        return _to_end_of_loop(sheet, moved, to)
    return _behind(sheet, moved, to)


def _statement(sheet: Sheet, node: cst.CSTNode) -> _Statement | None:
    path = sheet.path(node)
    if path is None:
        return None
    for position in range(len(path) - 1, 0, -1):
        line, block = path[position], path[position - 1]
        if isinstance(line, cst.SimpleStatementLine) and isinstance(block, cst.Block):
            start = sheet.offsets(line)[0]
            alone = not sheet.text[sheet.row_start(start) : start].strip()
            return _Statement(path, line, block) if alone else None
        if type(line) in SCOPES:
            return None
    return None


# -- where to ---------------------------------------------------------------------------------


def _to_end_of_loop(sheet: Sheet, moved: _Statement, loop: cst.CSTNode) -> Pieces:
    if len(moved.block.body) == 1 or not isinstance(loop, _LOOPS):
        return None
    at = next((i for i, one in enumerate(moved.path) if one is loop), None)
    if at is None or any(type(one) in SCOPES for one in moved.path[at:]):
        return None
    body = loop.body
    # The `else` of a loop is not in its body.
    if moved.path[at + 1] is not body or not isinstance(body, cst.Block):
        return None
    last = body.body[-1]
    if last is moved.line or _leaves(last) or _continues(body):
        return None
    inside = sheet.offsets(body.body[0])[0]
    return _moved(sheet, moved, _last_row_end(sheet, last), sheet.indentation(inside))


def _leaves(statement: cst.CSTNode) -> bool:
    """Whether what follows the statement would never run."""
    return isinstance(statement, cst.SimpleStatementLine) and isinstance(
        statement.body[-1], _LEAVES
    )


def _continues(body: cst.Block) -> bool:
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


def _behind(sheet: Sheet, moved: _Statement, node: cst.CSTNode) -> Pieces:
    target = _statement(sheet, node)
    if target is None or not (_is_later(target, moved) or _is_inside_before(target, moved)):
        return None
    if _leaves(target.line):
        return None
    line: cst.Statement = target.line
    following = target.block.body[target.index + 1 : target.index + 2]
    # `scaler.update()` ends the update that `scaler.step(optimizer)` begins.
    if following and _is_update(sheet, following[0], of=node):
        line = following[0]
    start = sheet.offsets(line)[0]
    return _moved(sheet, moved, _last_row_end(sheet, line), sheet.indentation(start))


def _is_later(target: _Statement, moved: _Statement) -> bool:
    """Whether the target follows in the same block, with nothing between that leaves it."""
    if target.block is not moved.block or target.index <= moved.index:
        return False
    return not any(_leaves(one) for one in moved.block.body[moved.index : target.index])


def _is_inside_before(target: _Statement, moved: _Statement) -> bool:
    """Whether the target is inside a loop or a branch that the moved statement follows."""
    if len(moved.block.body) == 1:
        return False
    at = next((i for i, one in enumerate(target.path) if one is moved.block), None)
    if at is None or any(type(one) in SCOPES for one in target.path[at:]):
        return False
    before = any(one is target.path[at + 1] for one in moved.block.body[: moved.index])
    return before and any(isinstance(one, (*_LOOPS, cst.If)) for one in target.path[at:])


def _is_update(sheet: Sheet, statement: cst.CSTNode, of: cst.CSTNode) -> bool:
    match of, statement:
        case (
            cst.Call(func=cst.Attribute(value=stepped)),
            cst.SimpleStatementLine(
                body=[cst.Expr(value=cst.Call(func=cst.Attribute(value=updated, attr=name)))]
            ),
        ):
            return name.value == "update" and sheet.code(stepped) == sheet.code(updated)
    return False


# -- the edits --------------------------------------------------------------------------------


def _moved(sheet: Sheet, moved: _Statement, after: int, indentation: str) -> Pieces:
    """Take the statement's rows out and write them behind the row that ends at ``after``."""
    start, end = sheet.offsets(moved.line)
    first, last = sheet.row_start(start), sheet.row_end(end)
    old = sheet.indentation(start)
    if sheet.text[first:start].strip() or any(mark in sheet.text[start:end] for mark in _MULTILINE):
        return None
    first = _with_comments(sheet, first, old, _code_before(sheet, moved))
    if any(_goes_on(sheet, offset) for offset in (max(first - 1, 0), last, after)):
        return None
    rows = _rows(sheet.text[first:last])
    content = "".join(
        sheet.newline + (indentation + row[len(old) :] if row.startswith(old) else row)
        for row in rows
    )
    cut = first - len(sheet.newline_before(first))
    if _blank_before(sheet, cut) and _ends_paragraph(sheet, last, old):
        cut = _blank_start(sheet, cut)
    if cut < after < last:
        return None
    return [(cut, last, content)] if after == last else [(cut, last, ""), (after, after, content)]


_MULTILINE = ('"""', "'''", "\\\n", "\\\r")
"""What must not be indented anew."""


def _rows(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _last_row_end(sheet: Sheet, statement: cst.CSTNode) -> int:
    """The end of the row in which a statement ends."""
    return sheet.row_end(sheet.offsets(statement)[1])


def _code_before(sheet: Sheet, moved: _Statement) -> int:
    """Where the code ends that stands above a statement: another one, or the block's header."""
    if moved.index:
        return sheet.offsets(moved.block.body[moved.index - 1])[1]
    at = next(i for i, one in enumerate(moved.path) if one is moved.block)
    above = [one for one in children(moved.path[at - 1]) if one.end <= moved.block.start]
    return max((sheet.offsets(one)[1] for one in above), default=0)


def _goes_on(sheet: Sheet, offset: int) -> bool:
    """Whether the row of an offset goes on in the next one."""
    row = sheet.text[sheet.row_start(offset) : sheet.row_end(offset)]
    return row.rstrip(" \t").endswith("\\")


def _with_comments(sheet: Sheet, first: int, indentation: str, code: int) -> int:
    """The start of the comment rows directly above a row, which belong to it.

    ``code`` is where the code above ends, in which a row of a string may look like a comment.
    """
    while first > 0:
        above = sheet.row_start(first - len(sheet.newline_before(first)))
        row = sheet.text[above : sheet.row_end(above)]
        if above < code or not row.startswith(f"{indentation}#"):
            break
        first = above
    return first


def _blank_before(sheet: Sheet, cut: int) -> bool:
    return not sheet.text[sheet.row_start(cut) : cut].strip()


def _blank_start(sheet: Sheet, cut: int) -> int:
    """The end of the last row with code before the blank rows that end at ``cut``."""
    while cut > 0 and _blank_before(sheet, cut):
        start = sheet.row_start(cut)
        cut = start - len(sheet.newline_before(start))
    return cut


def _ends_paragraph(sheet: Sheet, end: int, indentation: str) -> bool:
    """Whether a blank row, or the end of the block, follows the row that ends at ``end``."""
    start = end + len(sheet.newline_after(end))
    row = sheet.text[start : sheet.row_end(start)]
    return not row.strip() or not row.startswith(indentation)
