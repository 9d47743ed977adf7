"""A small Python lexer: strings, comments, brackets, ends of lines; no trees, no errors.

Three things need to know "is this inside a string, inside brackets?" before or without a parse:
the guard against nesting that would overflow the parser's stack, the magics of a notebook cell, and
suppression comments. ``tokenize`` is four times slower, refuses broken files, and changes with the
running Python; this one reads every version's f-strings (PEP 701) and never fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple, TypeAlias

Token: TypeAlias = tuple[str, int, int]
"""Kind, start, end. Kinds: ``#`` comment, ``"`` string, ``(`` any opening bracket, ``{`` the start
of a field of an f-string, ``)`` the end of either, ``n`` end of a line, ``\\`` joined lines, ``o``
operator or word (only where they are asked for).

A plain tuple: a named one would make the pass a third slower.
"""

_ESCAPE = r"\\(?:\r\n|[\s\S])"
# Unrolled loops: one step per quote or backslash, not per character (docstrings are long).
_STRINGS = (
    rf'"""[^"\\]*(?:(?:{_ESCAPE}|"(?!""))[^"\\]*)*(?:"""|\Z)'
    rf"|'''[^'\\]*(?:(?:{_ESCAPE}|'(?!''))[^'\\]*)*(?:'''|\Z)"
    rf'|"[^"\\\r\n]*(?:{_ESCAPE}[^"\\\r\n]*)*"?'
    rf"|'[^'\\\r\n]*(?:{_ESCAPE}[^'\\\r\n]*)*'?"
)
COMMENTS_AND_STRINGS: Final = re.compile(rf"#[^\r\n]*|{_STRINGS}")
"""Each comment and string; f-strings count as strings, with all that their fields say."""

_COMMON = rf"{COMMENTS_AND_STRINGS.pattern}|[()\[\]{{}}]|\\?(?:\r\n|[\r\n])"
_WORDS = "lambda|del|not|and|or|if|else|await|yield|for|in|is|from"
OPERATORS: Final = re.compile(rf"\*\*|//|<<|>>|->|[-+*/%@&|^~.,;:]|\b(?:{_WORDS})\b")
"""Each operator, comma, colon, and each keyword that joins or begins expressions."""


_compiled = cache(re.compile)  # most runs need none of these, and compiling them takes 20 ms
_IN_FIELD: Final = rf"{_COMMON}|:"
_FINE: Final = rf"{_COMMON}|{OPERATORS.pattern}"
_LITERAL: Final = {
    quote: rf"\\(?:N\{{[^}}'\"]*\}}|\r\n|[^{{}}])|\{{\{{|{quote}|[{{}}]{line}"
    for quote, line in (('"""', ""), ("'''", ""), ('"', r"|[\r\n]"), ("'", r"|[\r\n]"))
}


class _Literal(NamedTuple):
    """The literal part of an f-string (or of a format specification in it) that is being read."""

    quote: str
    in_spec: bool = False


class _Field(NamedTuple):
    """An open replacement field: the bracket depth in it, and the literal that it interrupts."""

    depth: int
    literal: _Literal


def tokens(text: str, start: int = 0, *, operators: bool = False) -> Iterator[Token]:
    """Yield the tokens from ``start`` (outside of any string) to the end of the text."""
    fields: list[_Field] = []
    literal: _Literal | None = None
    depth, at = 0, start
    pattern = plain = _compiled(_FINE if operators else _COMMON)
    while (match := pattern.search(text, at)) is not None:
        begin, at = match.span()
        first = text[begin]
        if literal is not None:
            if match[0] == "{":
                depth += 1
                fields.append(_Field(depth, literal))
                literal = None
                yield "{", begin, at
            elif first == "}" and literal.in_spec:
                depth -= 1
                literal = fields.pop().literal
                yield ")", begin, begin + 1
                at = begin + 1
            elif match[0] == literal.quote or first in "\r\n":
                while literal.in_spec:  # broken text: the string ends inside its field
                    depth -= 1
                    literal = fields.pop().literal
                    yield ")", begin, begin
                literal = None
        elif first == "#":
            yield "#", begin, at
        elif first in "\"'":
            if "{" in match[0] and _formatted(text, begin):
                literal = _Literal(first * 3 if text.startswith(first * 3, begin) else first)
                at = begin + len(literal.quote)
            else:
                yield '"', begin, at
        elif first in "([{":
            depth += 1
            yield "(", begin, at
        elif first in ")]}":
            yield ")", begin, at
            if first == "}" and fields and depth == fields[-1].depth:
                literal = fields.pop().literal
            depth = max(depth - 1, 0)
        elif first in "\r\n":
            yield "n", begin, at
        elif first == "\\":
            yield "\\", begin, at
        else:
            if operators:
                yield "o", begin, at
            if first == ":" and fields and depth == fields[-1].depth:
                literal = _Literal(fields[-1].literal.quote, in_spec=True)
        if literal is not None:
            pattern = _compiled(_LITERAL[literal.quote])
        else:
            pattern = _compiled(_IN_FIELD) if fields and not operators else plain


def _formatted(text: str, quote: int) -> bool:
    """Whether the string whose quote is here is an f-string or a t-string."""
    prefix = text[max(quote - 2, 0) : quote].lower()
    return prefix[-1:] in ("f", "t") or prefix in ("fr", "tr")


def end_of_logical_line(text: str, start: int) -> int:
    """Return the offset after the logical line that starts here, strings and brackets heeded."""
    depth = 0
    for kind, _, end in tokens(text, start):
        if kind in "({":
            depth += 1
        elif kind == ")":
            depth = max(depth - 1, 0)
        elif kind == "n" and not depth:
            return end
    return len(text)


__all__ = ["COMMENTS_AND_STRINGS", "OPERATORS", "Token", "end_of_logical_line", "tokens"]
