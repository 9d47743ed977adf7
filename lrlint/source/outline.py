"""A module's text in outline: what it imports and which words each top-level definition has.

No tree is built, which makes this some twenty times as fast as parsing. It errs on one side only:
what it cannot place belongs to the module's own level, which runs whenever the module is imported.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lrlint.source.lexical import COMMENTS_AND_STRINGS

_NO_CODE: Final = re.compile(
    rf"(?:\b[rRbBuUfF]{{1,2}}(?=['\"]))?(?:{COMMENTS_AND_STRINGS.pattern})"
)
_JOINED: Final = re.compile(r"\\\n")
_STARTS: Final = r"(?:^|(?<=[;:]))[ \t]*"
_FROM: Final = re.compile(
    _STARTS + r"from\b[ \t]*(\.*)[ \t]*(\w*(?:\.\w+)*)[ \t]*\bimport\b[ \t]*(\([^)]*\)|[^\n;]*)",
    re.M,
)
_IMPORT: Final = re.compile(_STARTS + r"import\b([^\n;(]*)", re.M)
_TYPING: Final = re.compile(
    r"^if[ \t]+(?:\w+\.)?TYPE_CHECKING[ \t]*:[^\n]*(?:\n(?:[ \t]+[^\n]*)?(?=\n|\Z))*", re.M
)
"""What is imported for annotations alone, at the module's own level."""
_DEFINITION: Final = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+(\w+)", re.M)
_OUTSIDE: Final = re.compile(r"^[^\s)\]}]", re.M)
_FORMATTED: Final = re.compile(r"[rR]?[fF]")
_FIELD: Final = re.compile(r"\{([^{}]+)\}")
_WORD: Final = re.compile(r"[^\W\d]\w*")
_REFERENCE: Final = re.compile(r"(?<![\w.])[^\W\d]\w*\b(?![ \t]*:?=(?!=))")
"""A name that is read: no attribute, no target of an assignment, no keyword of a call."""
_BOUND: Final = re.compile(
    r"^[ \t]*([\w, ()]+?)(?::[^=\n]*)?[ \t]+=[ \t]"
    r"|\bfor\s+([^\n:]*?)\s+in\b|\bas\s+(\w+)|\b(\w+)[ \t]*:="
    r"|^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)[ \t]*\(([^)]*)\)",
    re.M,
)
_PARAMETER: Final = re.compile(r"(?:^|,)\s*\**(\w+)")
_GLOBAL_WORDS: Final = frozenset({*keyword.kwlist, *dir(builtins), "__file__"})

_DEEPEST: Final = 30
"""Names that a dotted one consists of; no package goes as deep."""

TOP: Final = ""
"""The part of a module that is no top-level function or class."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a name that an import binds stands for."""

    module: str
    level: int
    name: str | None
    """The name taken from the module; None for the module itself."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A module without its strings and comments, cut at its top-level definitions."""

    parts: Mapping[str, str]
    """The code of each top-level function and class by its name, imports left out; `TOP` holds
    all the rest."""
    imports: Mapping[str, tuple[Imported, ...]]
    """What each name may stand for that an import statement binds, wherever the statement is."""
    stars: tuple[Imported, ...]
    """The modules that all names are taken from."""


def outline(text: str) -> Outline:
    """The outline of a module's text, which need not be valid Python."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    code = _JOINED.sub(" ", without_strings(text))
    imports: dict[str, tuple[Imported, ...]] = {}
    stars: list[Imported] = []

    def bind(name: str, imported: Imported) -> None:
        imports[name] = (*imports.get(name, ()), imported)

    def note_from(match: re.Match[str]) -> str:
        dots, module, names = match.groups()
        for name, bound in _names(names):
            if name == "*":
                stars.append(Imported(module, len(dots), None))
            else:
                bind(bound, Imported(module, len(dots), name))
        return ""

    def note_import(match: re.Match[str]) -> str:
        for name, bound in _names(match[1]):
            if bound != name:
                bind(bound, Imported(name, 0, None))
                continue
            # `import a.b.c` binds `a`, through which the others are reached.
            parts = name.split(".")[:_DEEPEST]
            for end in range(1, len(parts) + 1):
                bind(parts[0], Imported(".".join(parts[:end]), 0, None))
        return ""

    if "TYPE_CHECKING" in code:
        code = _TYPING.sub("", code)
    if "import" in code:
        code = _IMPORT.sub(note_import, _FROM.sub(note_from, code))
    return Outline(_cut(code), imports, tuple(stars))


def without_strings(text: str, *, fields: bool = False) -> str:
    """Code without its comments, and with empty strings; of f-strings with ``fields`` the code."""
    return _NO_CODE.sub(_fields if fields else _emptied, text)


def words(code: str) -> frozenset[str]:
    """The names and keywords in code that has no strings and comments."""
    return frozenset(_WORD.findall(code))


def free_words(code: str) -> frozenset[str]:
    """The names that a function, or a module's own level, reads and does not bind itself."""
    return frozenset(_REFERENCE.findall(code)) - bound_words(code) - _GLOBAL_WORDS


def bound_words(code: str) -> frozenset[str]:
    """The names that some code binds other than by imports."""
    found = _BOUND.findall(code)
    if not found:
        return frozenset()
    assigned, targets, *names, parameters = zip(*found, strict=True)
    listed = _WORD.findall(" ".join((*assigned, *targets)))
    return frozenset(listed).union(*names, _PARAMETER.findall(",".join(parameters))) - {""}


def _emptied(match: re.Match[str]) -> str:
    return "" if match[0].startswith("#") else '""'


def _fields(match: re.Match[str]) -> str:
    if _FORMATTED.match(match[0]) is None:
        return _emptied(match)
    return " ".join(_FIELD.findall(match[0]))


def _names(listed: str) -> Iterator[tuple[str, str]]:
    """The names of an import statement, each with the name that it gets."""
    for item in listed.strip("() \t\n").split(","):
        match item.split():
            case [name, "as", bound]:
                yield name, bound
            case [name]:
                yield name, name


def _cut(code: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    rest: list[str] = []
    at = 0
    for match in _DEFINITION.finditer(code):
        if match.start() < at:
            continue
        after = _OUTSIDE.search(code, code.find("\n", match.end()) + 1 or len(code))
        end = len(code) if after is None else after.start()
        rest.append(code[at : match.start()])
        name = match[1]
        # A name that is defined twice, by the branches of a condition, say, has both bodies.
        parts[name] = parts.get(name, "") + code[match.start() : end]
        at = end
    rest.append(code[at:])
    parts[TOP] = "".join(rest)
    return parts


__all__ = [
    "TOP",
    "Imported",
    "Outline",
    "bound_words",
    "free_words",
    "outline",
    "without_strings",
    "words",
]
