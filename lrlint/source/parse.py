"""Text to libcst tree; the only place that asks libcst to parse, and it never crashes.

``import libcst`` takes 0.15 s, so functions import it: a folder without a schedule needs none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lrlint.source.errors import SourceError
from lrlint.source.nesting import ROOMY, check
from lrlint.source.stack import is_small, with_large_stack
from lrlint.source.syntax import parsable, syntax_error

if TYPE_CHECKING:
    from libcst import BaseExpression, Module

_WHERE: Final = re.compile(r"error at (\d+):(\d+)")


def parse_text(text: str, *, is_python: bool = False) -> Module:
    """Return the tree of a module's text; ``is_python`` where CPython has read it before."""
    levels = check(text)
    text = parsable(text)
    parse = _parse_python if is_python else _parse
    # 20 nested blocks need more than 0.5 MiB of stack, 95 more than 2 MiB.
    if levels > ROOMY or is_small():
        return with_large_stack(lambda: parse(text))
    return parse(text)


def parse_expression(text: str) -> BaseExpression | None:
    """Return the tree of an expression in one row; None where the text is anything else."""
    import libcst as cst

    try:
        module = parse_text(text)
    except SourceError:
        return None
    match module.body:
        case [
            cst.SimpleStatementLine(
                body=[cst.Expr(value=value, semicolon=cst.MaybeSentinel.DEFAULT)],
                trailing_whitespace=cst.TrailingWhitespace(comment=None),
            )
        ] if text.isprintable():
            return value
    return None


def _parse_python(text: str) -> Module:
    from lrlint.source.unvalidated import unvalidated

    with unvalidated():
        return _parse(text)


def _parse(text: str) -> Module:
    import libcst

    try:
        return libcst.parse_module(text)
    except (libcst.ParserSyntaxError, libcst.CSTValidationError) as error:
        raise syntax_error(text) or _only_refused_here(error) from error
    except UnicodeEncodeError as error:
        raise SourceError("holds half of a surrogate pair") from error
    except (RecursionError, MemoryError) as error:
        raise SourceError("nested too deeply for the parser") from error


def _only_refused_here(error: Exception) -> SourceError:
    """Return the error of a text that CPython reads and libcst does not."""
    import libcst

    where = _WHERE.search(str(getattr(error, "message", error)))
    row, column = (int(where[1]), int(where[2])) if where else (1, 1)
    message = f"Python knows this syntax, but libcst {libcst.LIBCST_VERSION} does not: update it"
    return SourceError(message, max(row, 1), max(column, 1))


__all__ = ["parse_expression", "parse_text"]
