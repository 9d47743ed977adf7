"""The flake8 plugin: what ``lrlint check`` finds, as flake8 reports it.

Installed with lrlint (entry point ``flake8.extension``). Settings, comments that silence a finding
and the choice of rules are lrlint's; flake8's own options choose among what is left.
"""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import ClassVar

from lrlint.diagnostics import Diagnostic, position
from lrlint.linter.resolve import Resolver
from lrlint.output.text import clean
from lrlint.source import STDIN, SourceFile, Text, display_name, mentions_schedule
from lrlint.span import Location

_START = Location(1, 1)
"""The place of what concerns a whole file."""


class Plugin:
    """Lints one file."""

    name = "lrlint"
    version = metadata.version("lrlint")
    paths: ClassVar[tuple[str, ...]] = (".",)
    """What flake8 was asked to check."""
    stdin_name: ClassVar[str | None] = None
    """The name of standard input, None where that is not checked."""

    @classmethod
    def parse_options(cls, manager: object, options: Namespace, paths: Sequence[str]) -> None:
        """Take over what flake8 was asked to check."""
        cls.paths = tuple(paths) or (".",)
        cls.stdin_name = options.stdin_display_name if "-" in paths else None

    def __init__(self, tree: object, filename: str, lines: Sequence[str]) -> None:
        """Lint a file that flake8 could parse; one that it could not is its E999.

        The work is done here and not in :meth:`run`: of an exception that is raised here, such as
        one for a setting that makes no sense, flake8 prints one line instead of a traceback.
        """
        self._lines = list(_check(filename, "".join(lines)))

    def run(self) -> Iterator[tuple[int, int, str, type[Plugin]]]:
        """Yield the row, the column (from 0) and the text of each finding."""
        for at, text in self._lines:
            yield at.row, at.column - 1, clean(text), type(self)


def _check(filename: str, text: str) -> Iterator[tuple[Location, str]]:
    """Yield the findings of a file, and those of modules it imports that only it leads to."""
    resolver = _resolver()
    path, from_stdin = Path(filename), filename == Plugin.stdin_name
    if not from_stdin and not _is_named(path):
        excluded = resolver.settings(path).excludes_named(path)
        if excluded or not mentions_schedule(text.encode(errors="replace")):
            return
    from lrlint.linter.engine import lint  # 0.1 s
    from lrlint.linter.reader import Stdin
    from lrlint.linter.timeout import PATIENCE

    if from_stdin:
        data = text.encode(errors="replace")
        source = SourceFile(path, display_name(path), data, Text(text))
        stdin, memory = Stdin(data, path), {STDIN: source}
        report = lint([STDIN], resolver, stdin=stdin, memory=memory, patience=PATIENCE)
    else:
        report = lint([path], resolver, patience=PATIENCE)
    yield from ((_START, f"LR000 {problem}") for problem in report.problems)
    own = display_name(path)
    elsewhere = sorted({found.filename for found in report.diagnostics} - {own})
    # flake8 reports on one file at a time. What is found in an imported module, but not when that
    # is checked itself, is reported where it was found from.
    others = lint(elsewhere, resolver, patience=PATIENCE).diagnostics if elsewhere else ()
    for found in report.diagnostics:
        text = f"{found.code} {found.name}: {found.message}"
        if found.filename == own:
            yield found.location, text
        elif not any(_same(found, other) for other in others):
            notes = (note.location for note in found.related if note.filename == own)
            where = position(found.filename, found.cell, found.location)
            yield next(notes, _START), f"{text} ({where})"


@cache
def _resolver() -> Resolver:
    """Return the settings that ``lrlint check`` would use."""
    return Resolver()


def _is_named(path: Path) -> bool:
    """Whether flake8 was asked for this very file, and not for a folder that holds it."""
    return os.path.abspath(path) in map(os.path.abspath, Plugin.paths)


def _same(one: Diagnostic, other: Diagnostic) -> bool:
    return (one.code, one.filename, one.location) == (other.code, other.filename, other.location)
