"""IPython's additions to Python, replaced by Python that keeps every row and column.

A magic becomes ``pass`` at its indentation (``...`` where its value is assigned), so that an
``if``-block with nothing but ``!pip install`` in it still has a body.
"""

from __future__ import annotations

import re
from typing import Final

from lrlint.source.lexical import end_of_logical_line
from lrlint.source.syntax import syntax_error
from lrlint.source.text import LINE_END

PYTHON_CELL_MAGICS: Final = frozenset(
    {
        "capture",
        "debug",
        "memit",
        "prun",
        "pyinstrument",
        "scalene",
        "snakeviz",
        "time",
        "timeit",
        "wandb",
    }
)
"""Cell magics that run the rest of the cell as Python in the notebook's own namespace."""

# Magics whose argument is a statement of the notebook: `%time model.fit()`. `%timeit` is not one:
# what it assigns is lost, and it runs any number of times.
_CARRIES_CODE = re.compile(r"%(?:time|prun|memit)[ \t]+(?!-)(?=\S)")

_MAGIC = re.compile(r"[ \t]*(?=[%!?])")
_ASSIGNED = re.compile(r"([ \t]*[^=#!%()\"']+=[ \t]*)(?=%\w|!)")
# `obj?`, `obj.attr??`, `%magic?`, as IPython's own pattern has it
_HELP = re.compile(r"([ \t]*)(?:%{0,2}(?!\d)[\w*]+(?:\.[\w*]+|\[-?\d+\])*)\?\??[ \t]*(?:;[ \t]*)?$")
_FIRST_LINE = re.compile(r"(?:[ \t]*(?:\r\n|\r|\n))*(?P<line>%%(?P<name>[\w.]*)[^\r\n]*)")


def blank(text: str) -> str:
    """Return nothing but the line ends of the text."""
    return "".join(LINE_END.findall(text))


def replace_magics(cell: str) -> str:
    """Return the cell as plain Python, with the same rows; code keeps its columns."""
    done: list[str] = []
    at = 0
    while (first := _FIRST_LINE.match(cell, at)) is not None:
        if first["name"] not in PYTHON_CELL_MAGICS:
            return "".join(done) + blank(cell[at:])
        # What is left of the line is its end: a blank line before whatever follows.
        done.append(cell[at : first.start("line")])
        at = first.end("line")
    while at < len(cell):
        line, after = _line(cell, at)
        replaced = _replace_line(line)
        if replaced is None:
            after = end_of_logical_line(cell, at)
            done.append(cell[at:after])
        else:
            done += [replaced, cell[at + len(line) : after]]
            # A backslash carries a magic on, whatever the language of its text.
            while line.endswith("\\") and after < len(cell):
                start = after
                line, after = _line(cell, start)
                done.append(cell[start + len(line) : after])
        at = after
    return "".join(done)


def _line(text: str, start: int) -> tuple[str, int]:
    """Return a line without its end, and where the next one starts."""
    end = LINE_END.search(text, start)
    return (text[start : end.start()], end.end()) if end else (text[start:], len(text))


def _replace_line(line: str) -> str | None:
    """Return the Python for a line that starts a statement; None where it is Python."""
    if (magic := _MAGIC.match(line)) is not None:
        code = _CARRIES_CODE.match(line, magic.end())
        if code is not None:
            replaced = f"{magic[0]}pass;{' ' * (len(code[0]) - 5)}{line[code.end() :]}"
            if syntax_error(replaced.strip()) is None:
                return replaced
        return f"{magic[0]}pass"
    if (assigned := _ASSIGNED.match(line)) is not None:
        code = _CARRIES_CODE.match(line, assigned.end())
        if code is not None:
            return f"{assigned[1]}{' ' * len(code[0])}{line[code.end() :]}"
        return f"{assigned[1]}..."
    if (asked := _HELP.match(line)) is not None:
        return f"{asked[1]}pass"
    return None


__all__ = ["PYTHON_CELL_MAGICS", "blank", "replace_magics"]
