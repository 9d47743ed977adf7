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
from itertools import chain
from typing import Final

from lrlint.source.lexical import COMMENTS_AND_STRINGS

_GAP: Final = "$"
"""What replaces a string or a comment: no Python code has it."""
_JOINED: Final = re.compile(r"\\\n")

# Each pattern begins with letters, a newline or a set of characters: the regex engine then skips
# to where it can match, which is five to ten times as fast as trying to match everywhere.
_FROM: Final = re.compile(
    r"from(?<!\wfrom)\b[ \t]*(\.*)[ \t]*(\w*(?:\.\w+)*)[ \t]*\bimport\b[ \t]*"
    r"(\([^()]*\)|[^\n;]*)"
)
_IMPORT: Final = re.compile(r"import(?<!\wimport)\b([^\n;(]*)")
_TYPING: Final = re.compile(
    r"\nif[ \t]+(?:\w+\.)?TYPE_CHECKING[ \t]*:[^\n]*(?:\n(?:[ \t]+[^\n]*)?(?=\n|\Z))*"
)
"""What is imported for annotations alone, at the module's own level."""
_DEFINITION: Final = re.compile(r"\n(?:async[ \t]+def|def|class)[ \t]+(\w+)")
_KEPT: Final = re.compile(
    r"\n@(?:\w+[ \t]*\.[ \t]*command\b|[\w.]*[rR]egist|[\w.]+\(\s*\$)[^\n]*(?:\n[@\s)][^\n]*)*\Z"
)
"""A decorator that keeps a function: in a group of commands, or in a registry under a name."""
_OUTSIDE: Final = re.compile(rf"\n[^\s)\]}}{_GAP}]")
_FORMATTED: Final = re.compile(r"(?<!\w)(?:[rR]?[fF]|[fF][rR])\Z")
_FIELD: Final = re.compile(r"\{([^{}]+)\}")
_NO_WORD: Final = {
    ord(one): " " for one in map(chr, range(128)) if not (one.isalnum() or one == "_")
}
_REFERENCE: Final = re.compile(r"(?<![\w.])[^\W\d]\w*\b(?![ \t]*:?=(?!=))")
"""A name that is read: no attribute, no target of an assignment, no keyword of a call."""
_ASSIGNED: Final = re.compile(r"\n[ \t]*([\w, ()]+)(?:(?<=[ \t])|:[^=\n]*[ \t])=[ \t]")
_TARGETS: Final = (
    re.compile(r"for(?<!\wfor)\s+([^\n:]*?)\s+in\b"),
    re.compile(r"as(?<!\was)\s+(\w+)"),
)
_WALRUS: Final = re.compile(r"(\w+)[ \t]*:=")
_TARGET: Final = re.compile(r"[^\W\d]\w*")
_FUNCTION: Final = re.compile(r"\n[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)[ \t]*\(([^)]{0,2000})\)")
_PARAMETER: Final = re.compile(r"(?:^|,)\s*\**(\w+)")
_CALLED_BACKWARDS: Final = re.compile(r"\([ \t]*(\w+)(?!\w| (?:fed|ssalc)\b)")
"""A name that is called, back to front: the regex engine skips to the bracket, which is 20 times as
fast as trying each name."""
_GLOBAL_WORDS: Final = frozenset({*keyword.kwlist, *dir(builtins), "__file__"})

_DEEPEST: Final = 30
"""Names that a dotted one consists of; no package goes as deep."""

LR_KEY: Final = "[_lr_]"
"""The key of an LR in an outline, which has no other strings."""

TOP: Final = ""
"""The part of a module outside its top-level functions and classes."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import binds a name to."""

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
    """What each name may mean that an import statement binds, wherever the statement is."""
    stars: tuple[Imported, ...]
    """The modules that all names are taken from."""


def outline(text: str) -> Outline:
    """Return the outline of a module's text, which need not be valid Python."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    for written in ('["lr"]', "['lr']"):
        text = text.replace(written, LR_KEY)
    code = _JOINED.sub(" ", without_strings(f"\n{text}"))
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


def without_strings(text: str) -> str:
    """Return code with a ``$`` for each string and comment; prefixes of strings remain."""
    return COMMENTS_AND_STRINGS.sub(_GAP, text)


def only_fields(text: str) -> str:
    """Return code with a ``$`` for each string and comment, and the code in f-strings."""
    return COMMENTS_AND_STRINGS.sub(_fields, text)


def words(code: str) -> frozenset[str]:
    """Return the names, keywords and numbers in code that has no strings and comments."""
    return frozenset(code.translate(_NO_WORD).split())


def called_words(code: str) -> set[str]:
    """Return the last names of all that some code calls, and keywords before brackets."""
    return {name[::-1] for name in _CALLED_BACKWARDS.findall(code[::-1])}


def free_words(code: str) -> frozenset[str]:
    """Return the names that a function or a module's top level reads and does not bind."""
    return frozenset(_REFERENCE.findall(code)) - bound_words(code) - _GLOBAL_WORDS


def bound_words(code: str) -> frozenset[str]:
    """Return the names that some code binds other than by imports."""
    # No pattern finds the rows that assign as fast.
    rows = [row for row in code.split("\n") if "= " in row or "=\t" in row]
    code = f"\n{code}"
    targets = _ASSIGNED.findall("\n".join(["", *rows]))
    for one in _TARGETS:
        targets += one.findall(code)
    found = [_TARGET.findall(" ".join(targets))]
    if ":=" in code:
        found.append(_WALRUS.findall(code))
    for name, parameters in _FUNCTION.findall(code):
        found.append([name, *_PARAMETER.findall(parameters)])
    return frozenset(chain.from_iterable(found))


def _fields(match: re.Match[str]) -> str:
    prefix = match.string[max(0, match.start() - 3) : match.start()]
    if _FORMATTED.search(prefix) is None:
        return _GAP
    return f"{_GAP} {' '.join(_FIELD.findall(match[0]))}"


def _names(listed: str) -> Iterator[tuple[str, str]]:
    """Yield the names of an import statement, each with the name that it gets."""
    for item in listed.replace(_GAP, " ").strip("() \t\n").split(","):
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
        row_end = code.find("\n", match.end())
        after = None if row_end < 0 else _OUTSIDE.search(code, row_end)
        end = len(code) if after is None else after.start()
        before = code[at : match.start()]
        rest.append(before)
        if "@" in before and _KEPT.search(before):
            rest.append(f"\n{match[1]}")
        name, part = match[1], code[match.start() + 1 : end]
        # A name that is defined twice, by the branches of a condition, say, has both bodies.
        parts[name] = f"{parts[name]}\n{part}" if name in parts else part
        at = end
    rest.append(code[at:])
    parts[TOP] = "".join(rest)
    return parts


__all__ = [
    "TOP",
    "Imported",
    "Outline",
    "bound_words",
    "called_words",
    "free_words",
    "only_fields",
    "outline",
    "without_strings",
    "words",
]
