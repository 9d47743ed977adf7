"""CPython's tree of a text, or what is wrong with it, as CPython says it.

libcst reports every lexical error at row 1 and lists dozens of "expected" tokens for the others
("expected one of !=, %, &, (, …"); CPython says "Missing parentheses in call to 'print'" at the
right place.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from typing import Final

from lrlint.source.errors import SourceError
from lrlint.source.nesting import check
from lrlint.source.stack import is_small, with_large_stack

_FRAGILE: Final = sys.version_info < (3, 11)
"""Whether this CPython's parser crashes on deep nesting; later ones raise an error."""
_LONE_CR: Final = re.compile(r"\r(?!\n)")
_LONG_IMPORT: Final = re.compile(r"(?:import|from)[^\n]{1000}")
"""The longest dotted name: CPython's parser keeps a string for each part of it."""


def parsable(text: str) -> str:
    """Return the text with lone carriage returns as newlines: libcst loses rows at them."""
    return _LONE_CR.sub("\n", text) if "\r" in text else text


def syntax_error(text: str) -> SourceError | None:
    """Return the syntax error of a text; None where it parses."""
    found = syntax_tree(text)
    return found if isinstance(found, SourceError) else None


def syntax_tree(text: str) -> ast.Module | SourceError:
    """Return CPython's tree of a text, or its syntax error.

    A cell of a notebook may await at its top level. Syntax that is newer than the running Python
    is an error here; libcst decides then.
    """
    try:
        if _FRAGILE or _LONG_IMPORT.search(text):
            check(text)
        return with_large_stack(lambda: _compiled(text)) if is_small() else _compiled(text)
    except SourceError as error:
        return error


def _compiled(text: str) -> ast.Module:
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes are not our subject
            tree: ast.Module = compile(text, "<source>", "exec", flags, dont_inherit=True)
            return tree
    except SyntaxError as error:
        raise SourceError(
            " ".join(str(error.msg).split()), max(error.lineno or 1, 1), max(error.offset or 1, 1)
        ) from error
    except UnicodeEncodeError:
        raise SourceError("holds half of a surrogate pair") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise SourceError(str(error) or "too complex for the parser") from error


def assigned_names(text: str) -> set[str]:
    """Return the names that a text assigns; none where it is not Python."""
    tree = syntax_tree(text)
    if isinstance(tree, SourceError):
        return set()
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    return {name.id for name in names if isinstance(name.ctx, ast.Store)}


def first_row(statement: ast.stmt) -> int:
    """Return the first row of a statement: that of its first decorator where it has one."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(one.lineno for one in decorators)])


__all__ = ["assigned_names", "first_row", "parsable", "syntax_error", "syntax_tree"]
