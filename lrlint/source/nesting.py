"""The guard against code that is nested too deeply for a recursive parser.

libcst's parser is native and recursive: 1,000 nested brackets overflow the 8 MB stack of a main
thread and the process dies. Measured with libcst 1.9, by the depth at which it crashed: lambdas in
defaults 800, brackets 1,600, chains of ``+``, ``elif`` and attributes 12,800. It also parses
``match`` patterns and the targets of ``del`` in exponential time: 10 nested mappings in a ``case``
take 1.9 s, each further level four times as long. CPython 3.10 dies of chains of 300,000 links. So
the nesting is measured first, in one linear pass of 5 µs a line.

The measure is an upper bound on the tree's depth, not the depth itself: operators in one bracket
are counted as if each nested in the next, as they do in ``a + b + c``.
"""

from __future__ import annotations

import re
from typing import Final

from lrlint.source.errors import SourceError
from lrlint.source.lexical import OPERATORS, tokens
from lrlint.source.text import Lines

MAX_BRACKETS: Final = 100
"""CPython's own limit is 200; the code of 100 nested calls still prints at recursion limit 1000."""
MAX_LEVELS: Final = 500
"""Brackets, operators, links of a call chain, ``lambda``, ``elif``… within each other."""
MAX_PATTERN: Final = 8
"""Brackets in a ``case`` pattern or after ``del``: at 8, mappings take 0.1 s."""
ROOMY: Final = 60
"""Deeper than this, parse on a large stack."""

# Measuring every line of more than 60 characters would double the time of the guard. Short lines
# are shallow: a level takes a character or more.
_SHORT: Final = 160


_EXPONENTIAL = re.compile(r"\b(?:case|del)\b")
_HEAD = re.compile(r"([ \t\f]*)(elif\b|else\b|[^ \t\f\r\n#]?)")


def check(text: str) -> int:
    """Return how deeply a text nests; ``SourceError`` where that is too deep to parse."""
    deepest = depth = start = 0
    opened = 0  # brackets opened in this logical line
    lines: list[int] = [0]
    for kind, begin, end in tokens(text):
        if kind in "({":
            depth += 1
            opened = max(opened, depth)
            if depth > MAX_BRACKETS:
                raise _too_deep(text, begin, _brackets(text, start), MAX_BRACKETS)
        elif kind == ")":
            depth = max(depth - 1, 0)
        elif kind == "n" and not depth:
            deepest = max(deepest, opened, _line(text, start, end, opened))
            start, opened = end, 0
            lines.append(end)
    deepest = max(deepest, opened, _line(text, start, len(text), opened))
    if text.count("elif") > ROOMY:
        deepest = max(deepest, _elif_chain(text, lines))
    return deepest


def _line(text: str, start: int, end: int, brackets: int) -> int:
    """Measure one logical line, in detail only where it is long enough to be deep."""
    if brackets > MAX_PATTERN and _EXPONENTIAL.search(text, start, end):
        line = text[start:end]
        words = [line[at:to] for kind, at, to in tokens(line, operators=True) if kind == "o"]
        if "del" in words or line.lstrip().startswith("case"):
            raise _too_deep(text, start, brackets, MAX_PATTERN)
    if end - start <= _SHORT:
        return 0
    line = text[start:end]
    most = _most_levels(line)
    if most <= ROOMY:
        return most
    levels, worst = _levels(line)
    if levels > MAX_LEVELS:
        raise _too_deep(text, start + worst, levels, MAX_LEVELS)
    return levels


def _most_levels(line: str) -> int:
    """Return an upper bound of the levels in a line: strings and comments count as code."""
    brackets = sum(map(line.count, "([{"))
    return 2 * brackets + len(OPERATORS.findall(line)) - sum(map(line.count, ",;:"))


class _Frame:
    """Code in which a comma starts afresh: a bracket, or a lambda (its parameters, its body)."""

    __slots__ = ("count", "kind")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.count = 1


def _levels(line: str) -> tuple[int, int]:
    """Return the most levels in one logical line, and the offset at which they are reached."""
    frames = [_Frame("(")]
    total = deepest = worst = 0
    for kind, begin, end in tokens(line, operators=True):
        top = frames[-1]
        if kind in "({":
            if kind == "(":  # `a()()()`: a link of a chain, whatever is inside of it
                top.count += 1
                total += 1
            frames.append(_Frame("("))
            total += 1
        elif kind == ")":
            while len(frames) > 1:
                top = frames.pop()
                total -= top.count
                if top.kind == "(":
                    break
        elif kind == "o":
            word = line[begin:end]
            if word in ",;":
                while frames[-1].kind == "body":
                    total -= frames.pop().count
                total -= frames[-1].count - 1
                frames[-1].count = 1
            elif word == "lambda":
                frames.append(_Frame("parameters"))
                total += 1
            elif word != ":":
                top.count += 1
                total += 1
            else:
                waiting = len(frames) - 1
                while frames[waiting].kind == "body":
                    waiting -= 1
                if frames[waiting].kind == "parameters":
                    total -= sum(frame.count for frame in frames[waiting + 1 :])
                    del frames[waiting + 1 :]
                    frames[waiting].kind = "body"
        if total > deepest:
            deepest, worst = total, begin
    return deepest, worst


def _elif_chain(text: str, lines: list[int]) -> int:
    """Return the most ``elif`` branches of one ``if``: each nests in the one before."""
    chains: dict[str, int] = {}
    longest = 0
    for start in lines:
        head = _HEAD.match(text, start)
        assert head is not None  # both groups may be empty
        indent, word = head.groups()
        if word == "elif":
            chains[indent] = chains.get(indent, 0) + 1
            longest = max(longest, chains[indent])
            if longest > MAX_LEVELS:
                raise _too_deep(text, start, longest, MAX_LEVELS)
        elif word and word != "else":
            chains[indent] = 0
    return longest


def _too_deep(text: str, at: int, levels: int, limit: int) -> SourceError:
    row, column = Lines(text).position(at)
    return SourceError(f"nested too deeply ({levels} levels; limit {limit})", row, column)


def _brackets(text: str, start: int) -> int:
    """Return how many brackets are open at once in the logical line that starts here."""
    depth = deepest = 0
    for kind, _, _ in tokens(text, start):
        if kind in "({":
            depth += 1
            deepest = max(deepest, depth)
        elif kind == ")":
            depth -= 1
        elif kind == "n" and depth <= 0:
            break
    return deepest


__all__ = ["MAX_BRACKETS", "MAX_LEVELS", "MAX_PATTERN", "ROOMY", "check"]
