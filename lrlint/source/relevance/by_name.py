"""Modules that are imported by names which a script puts together.

``importlib.import_module(f"models.{options.model}_model")`` leads to modules that nothing names in
full.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lrlint.source.relevance.outline import Outline, words

CALL: Final = "import_module"

_CALL: Final = re.compile(
    rf"{CALL}\s*\(\s*"
    r"(?P<name>(?:[^(),]|\([^()]*\))*)"
    r"(?:,\s*(?:package\s*=\s*)?(?P<package>[\w.$]*))?"
)
_OWN_PACKAGE: Final = frozenset({"", "__name__", "__package__", "$"})
"""What a relative name is relative to; another library's package holds nothing of the project."""
_PUT_TOGETHER: Final = re.compile(
    r"\$\s*(?:[+%]|\.\s*(?:format|join)\b)|[+%]\s*[rRfF]*\$|(?<!\w)(?:[rR]?[fF]|[fF][rR])\$"
)
"""A string, a dollar in the outline, that is a piece of a longer one."""


def imports_by_name(outline: Outline, part: str) -> bool:
    """Whether a part of a module imports by name, itself or through other parts that it uses."""
    return any(CALL in words(code) for code in _used(outline, part))


def puts_names_together(outline: Outline, part: str) -> bool:
    """Whether a part imports modules of the project whose names are made of pieces.

    A name that a function gets as a parameter counts as one.
    """
    return any(
        match["package"] in _OWN_PACKAGE if match["package"] else True
        for code in _used(outline, part)
        for match in _CALL.finditer(code)
        if _is_put_together(match["name"].strip(), code)
    )


def _is_put_together(name: str, code: str) -> bool:
    if not name.isidentifier():
        return _PUT_TOGETHER.search(name) is not None
    values = re.findall(rf"(?<![\w.]){name}[ \t]*=(?!=)\s*([^\n]*)", code)
    return not values or any(map(_PUT_TOGETHER.search, values))


def _used(outline: Outline, part: str) -> Iterator[str]:
    """Yield the code of a part and of all others of its module that it leads to."""
    waiting, seen = [part], {part}
    while waiting:
        code = outline.parts[waiting.pop()]
        yield code
        found = (words(code) & outline.parts.keys()) - seen
        seen |= found
        waiting += found
