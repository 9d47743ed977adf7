"""Text to libcst tree; the only place that asks libcst to parse, and it never crashes.

A file is read with CPython's parser (`lrlint.source.skeleton`). libcst's is asked where that one
refuses what a younger may accept. ``import libcst`` costs 0.2 s: nothing here does it before that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lrlint.source.nesting import ROOMY, check
from lrlint.source.span import SourceError
from lrlint.source.stack import is_small, with_large_stack
from lrlint.source.syntax import syntax_error

if TYPE_CHECKING:
    from libcst import BaseExpression, Module

    from lrlint.source.module import SourceFile

_LONE_CR: Final = re.compile(r"\r(?!\n)")
_WHERE: Final = re.compile(r"error at (\d+):(\d+)")


def check_syntax(source: SourceFile) -> None:
    """Raise SourceError where a file is not Python; no tree is made where CPython reads it."""
    if syntax_error(parsable(source.text)) is not None:
        from lrlint.source.skeleton import read  # imports libcst: 0.15 s

        read(source)


def parse_text(text: str) -> Module:
    """The tree of a module's text."""
    levels = check(text)
    text = parsable(text)
    # 20 nested blocks need more than 0.5 MiB of stack, 95 more than 2 MiB.
    if levels > ROOMY or is_small():
        return with_large_stack(lambda: _parse(text))
    return _parse(text)


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
                leading_lines=[],
                trailing_whitespace=cst.TrailingWhitespace(comment=None),
            )
        ] if text.isprintable():
            return value
    return None


def parsable(text: str) -> str:
    """The text with lone carriage returns as newlines: libcst loses rows at the former."""
    return _LONE_CR.sub("\n", text) if "\r" in text else text


def _parse(text: str) -> Module:
    import libcst

    try:
        return libcst.parse_module(text)
    except libcst.ParserSyntaxError as error:
        raise syntax_error(text) or _located(error) from error
    except libcst.CSTValidationError as error:
        raise syntax_error(text) or SourceError(str(error)) from error
    except UnicodeEncodeError as error:
        raise SourceError("holds half of a surrogate pair") from error
    except (RecursionError, MemoryError) as error:
        raise SourceError("nested too deeply for the parser") from error


def _located(error: Exception) -> SourceError:
    """What only libcst refuses, in its words less the list of what it would have liked."""
    message = " ".join(str(getattr(error, "message", error)).split())
    where = _WHERE.search(message)
    row, column = (int(where[1]), int(where[2])) if where else (1, 1)
    what = re.sub(r"^(?:parser|tokenizer) error: (?:error at \d+:\d+: )?", "", message)
    if what.startswith("expected"):
        what = "invalid syntax"
    return SourceError(what, max(row, 1), max(column, 1))


__all__ = ["check_syntax", "parsable", "parse_expression", "parse_text"]
