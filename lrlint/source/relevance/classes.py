"""A class in outline: its methods one by one, and what its body says besides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

_IS_CLASS: Final = re.compile(r"class\b")
_BASES: Final = re.compile(
    r"^class\s+\w+\s*\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)", re.MULTILINE
)
_ARGUMENTS: Final = re.compile(r"\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\]|\w+\s*=[^,]*")
"""What stands in brackets behind a base (``Generic[T]``), and keywords (``metaclass=ABCMeta``)."""
_BASE: Final = re.compile(r"[^\W\d]\w*(?:\s*\.\s*\w+)*")
_FIRST_ROW: Final = re.compile(r"\n([ \t]+)\S")
_METHOD: Final = re.compile(r"(?:async[ \t]+)?def[ \t]+(\w+)")

_QUIET: Final = frozenset(
    {
        *("object", "dict", "list", "tuple", "set", "str", "int", "float", "type"),
        *("ABC", "Generic", "Protocol", "NamedTuple", "TypedDict"),
        *("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"),
        *("BaseException", "Exception", "RuntimeError", "TypeError", "ValueError"),
        *("Module", "ModuleList", "Sequential", "Dataset", "IterableDataset", "Sampler"),
    }
)
"""Bases outside of the project that call no methods of theirs but those of `is_called_unnamed`."""

_LOOKS_UP: Final = re.compile(
    r"getattr(?<!\wgetattr)\s*\((?P<of>(?:[^(),]|\([^()]*\))+),(?!\s*\$\s*[,)])(?:[^()]|\([^()]*\))*\)"
)
"""An attribute by a name that is put together; literals are dollars in an outline."""
_OWN: Final = re.compile(r"\s*(?:self|cls|type\s*\(\s*self\s*\)|super\s*\(\s*\))\s*")
_NAMED: Final = re.compile(r"(\w+)\s*=\s*\Z")
_NAMED_BY_USER: Final = re.compile(r"\b(?:methodcaller|Fire)\s*\(")


class ClassParts(NamedTuple):
    """A class, taken apart."""

    rest: str
    """The code outside the methods: bases, attributes, decorators."""
    methods: Mapping[str, str]
    """The code of each method by its name; of one that is defined twice, both."""


def is_class(code: str) -> bool:
    """Whether a part of an outline is a class."""
    return _IS_CLASS.match(code) is not None


def class_parts(code: str) -> ClassParts:
    """Take a class apart; methods under a condition stay in the rest."""
    first = _FIRST_ROW.search(code)
    if first is None:
        return ClassParts(code, {})
    indent = first[1]
    rest: list[str] = []
    methods: dict[str, str] = {}
    inside: str | None = None
    for row in code.split("\n"):
        if row.startswith(indent) and row[len(indent) : len(indent) + 1] not in (" ", "\t", ""):
            definition = _METHOD.match(row, len(indent))
            if definition is not None:
                inside, row = definition[1], row[definition.end() :]
            elif row[len(indent)] not in ")]}":  # the end of a signature over several rows
                inside = None
        elif row and row[0] not in " \t)]}$":
            inside = None  # a second definition of the class
        if inside is None:
            rest.append(row)
        else:
            methods[inside] = f"{methods.get(inside, '')}\n{row}"
    return ClassParts("\n".join(rest), methods)


def bases(code: str) -> Sequence[str]:
    """Return the bases of a class, as written: ``Trainer``, ``nn.Module``."""
    listed = ",".join(_BASES.findall(code))
    return _BASE.findall(_ARGUMENTS.sub("", listed))


def is_quiet(base: str) -> bool:
    """Whether a base outside of the project calls no method of its subclasses by a plain name."""
    name = base.rpartition(".")[2].strip()
    return name in _QUIET or name.endswith("Mixin")


def is_called_unnamed(method: str) -> bool:
    """Whether a method is called where nothing names it: by an operator, or for a module."""
    return method == "forward" or (method.startswith("__") and method.endswith("__"))


def looks_up_own_methods(code: str) -> bool:
    """Whether a class calls methods of its objects by names that it puts together."""
    return any(map(_OWN.fullmatch, _called(code)))


def looks_up_methods(code: str) -> bool:
    """Whether code calls methods by names that it puts together, or as the user names them."""
    return any(_called(code)) or _NAMED_BY_USER.search(code) is not None


def _called(code: str) -> Iterator[str]:
    """Yield what attributes are looked up of, and then called."""
    if "getattr" not in code:
        return
    for match in _LOOKS_UP.finditer(code):
        called = code.startswith("(", match.end())
        if not called:
            row = code.rfind("\n", 0, match.start()) + 1
            name = _NAMED.search(code, row, match.start())
            called = name is not None and f"{name[1]}(" in code[match.end() :]
        if called:
            yield match["of"]


__all__ = [
    "ClassParts",
    "bases",
    "class_parts",
    "is_called_unnamed",
    "is_class",
    "is_quiet",
    "looks_up_methods",
    "looks_up_own_methods",
]
