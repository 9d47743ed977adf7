"""Annotations in outlines: a type is neither built nor called.

They are left out by patterns, which err on one side: an annotation that none of them knows stays.
"""

from __future__ import annotations

import re
from typing import Final

_BRACKETS: Final = r"\[[^\[\]]*(?:\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\][^\[\]]*)*\]"
_TYPE: Final = rf"[\w.$]+[ \t]*(?:{_BRACKETS})?"
_TYPES: Final = rf"{_TYPE}(?:\s*\|\s*{_TYPE})*"

_PARAMETER: Final = re.compile(rf"(?<=[(,\s*])(\w+)[ \t]*:[ \t]*{_TYPES}(?=\s*[=,)])")
_RESULT: Final = re.compile(rf"\)\s*->\s*{_TYPES}\s*:")
_SIGNATURE: Final = re.compile(
    r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)(?:\s*->[^\n:]*(?:\[[^\n]*)?)?\s*:"
)
_ASSIGNED: Final = re.compile(rf"\n([ \t]+[\w.]+)[ \t]*:[ \t]*{_TYPES}(?=[ \t]*=(?!=))")
_FIELD: Final = re.compile(rf"\n([ \t]+\w+)[ \t]*:[ \t]*{_TYPES}[ \t]*(?=\n|\Z)")
_NO_FIELD: Final = frozenset({"else", "finally", "try"})


def without_annotations(code: str) -> str:
    """Return the code of a function or method without the annotations of its variables.

    The code begins with ``def``, or with the bracket before the parameters. The first
    parameter keeps its annotation: pyrallis and draccus build an object of that class.
    """
    signature = _SIGNATURE.match(code, max(0, code.find("(")))
    if signature is not None:
        first = code.find(",", signature.start(), signature.end())
        begin = signature.end() if first < 0 else first
        plain = code[signature.start() : begin] + _PARAMETER.sub(
            r"\1", code[begin : signature.end()]
        )
        plain = _RESULT.sub("):", plain)
        code = code[: signature.start()] + plain + code[signature.end() :]
    return _ASSIGNED.sub(r"\n\1", code)


def without_field_types(code: str) -> str:
    """Return a class's own level without the types of its fields."""
    code = _ASSIGNED.sub(r"\n\1", code)
    return _FIELD.sub(_without_type, code)


def _without_type(match: re.Match[str]) -> str:
    return match[0] if match[1].strip() in _NO_FIELD else f"\n{match[1]}"


__all__ = ["without_annotations", "without_field_types"]
