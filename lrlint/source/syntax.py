"""What is wrong with a text, as CPython says it.

libcst reports every lexical error at row 1 and lists dozens of "expected" tokens for the others
("expected one of !=, %, &, (, …"); CPython says "Missing parentheses in call to 'print'" at the
right place. Its parser is fast, so it also judges the cells of a notebook one by one.
"""

from __future__ import annotations

import ast
import warnings

from lrlint.source.span import SourceError


def syntax_error(text: str) -> SourceError | None:
    """The syntax error of a text that is not nested too deeply; None where it parses."""
    found = syntax_tree(text)
    return found if isinstance(found, SourceError) else None


def syntax_tree(text: str) -> ast.Module | SourceError:
    """CPython's tree of a text that is not nested too deeply, or its syntax error.

    A cell of a notebook may await at its top level. What a younger Python would accept is an error
    here: `libcst_accepts` has the last word.
    """
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes are not our subject
            tree: ast.Module = compile(text, "<source>", "exec", flags, dont_inherit=True)
            return tree
    except SyntaxError as error:
        return SourceError(
            " ".join(str(error.msg).split()), max(error.lineno or 1, 1), max(error.offset or 1, 1)
        )
    except UnicodeEncodeError:
        return SourceError("holds half of a surrogate pair")
    except (ValueError, RecursionError, MemoryError) as error:
        return SourceError(str(error) or "too complex for the parser")


def first_row(statement: ast.stmt) -> int:
    """The first row of a statement: that of its first decorator where it has one."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(one.lineno for one in decorators)])


def libcst_accepts(text: str) -> bool:
    """Whether libcst parses a text that is not nested too deeply."""
    import libcst

    try:
        libcst.parse_module(text)
    except (libcst.ParserSyntaxError, UnicodeEncodeError):
        return False
    return True


__all__ = ["first_row", "libcst_accepts", "syntax_error", "syntax_tree"]
