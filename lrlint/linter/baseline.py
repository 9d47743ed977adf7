"""Baselines: how many findings of each rule a project accepts in each file, for now.

A count says nothing of rows, so it survives moved lines. Where a file has more findings of a rule
than its baseline counts, all of them are reported: which of them is new cannot be known.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from lrlint.diagnostics import Diagnostic, Suppressed
from lrlint.errors import ConfigError
from lrlint.linter.report import Report
from lrlint.linter.resolve import Resolver
from lrlint.linter.settings import absolute, shown
from lrlint.output.summary import count
from lrlint.source import read_bytes

_SCHEMA = 1
"""The version of the file's form."""
Counts = Mapping[tuple[str, str], int]
"""The number of findings by file and code."""


@dataclass(frozen=True)
class Baseline:
    """The counts in a file; paths in them are relative to its folder."""

    file: Path
    counts: Counts

    @classmethod
    def read(cls, file: Path) -> Baseline:
        """Read a baseline. Raises ConfigError."""
        try:
            data = json.loads(read_bytes(file))
            if data["schema"] != _SCHEMA:
                raise ConfigError(f"{shown(file)}: a baseline of another version of lrlint")
            counts = {
                (name, code): number
                for name, codes in data["files"].items()
                for code, number in codes.items()
            }
        except OSError as error:
            raise ConfigError(f"{shown(file)}: {error.strerror or error}") from None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            if isinstance(error, ConfigError):
                raise
            raise ConfigError(f"{shown(file)}: not a baseline (see --write-baseline)") from None
        if not all(type(number) is int and number >= 0 for number in counts.values()):
            raise ConfigError(f"{shown(file)}: not a baseline: numbers of findings are expected")
        return cls(absolute(file), counts)

    @classmethod
    def of(cls, file: Path, diagnostics: Iterable[Diagnostic]) -> Baseline:
        """Return the baseline that holds back these findings."""
        base = absolute(file)
        return cls(base, Counter((_name(one, base), one.code) for one in diagnostics))

    def text(self) -> str:
        """Return the file's content."""
        files: dict[str, dict[str, int]] = {}
        for (name, code), number in sorted(self.counts.items()):
            files.setdefault(name, {})[code] = number
        return json.dumps({"schema": _SCHEMA, "files": files}, indent=2, ensure_ascii=False) + "\n"

    def held_back(self, numbers: Counts) -> set[tuple[str, str]]:
        """Return the files and codes with no more findings than the baseline counts."""
        return {key for key, number in numbers.items() if number <= self.counts.get(key, 0)}

    def notes(self, numbers: Counts, linted: Iterable[Path]) -> list[str]:
        """Return notes on the counts of files in the paths that were linted."""
        held = self.held_back(numbers)
        total = sum(numbers[key] for key in held)
        name = shown(self.file)
        notes: list[str] = []
        if total:
            files = count(len({file for file, _ in held}), "file")
            are = "is" if total == 1 else "are"
            notes.append(f"{count(total, 'finding')} in {files} {are} held back by {name}")
        places = [absolute(path) for path in linted]
        for (file, code), counted in sorted(self.counts.items()):
            found = numbers.get((file, code), 0)
            path = absolute(self.file.parent / file)
            if found > counted > 0:
                notes.append(f"{file}: {code}: {found} found, {counted} in {name}: all are shown")
            elif found < counted and any(path.is_relative_to(place) for place in places):
                notes.append(f"{file}: {code}: {found} found, {counted} in {name}: write it anew")
        return notes


def hold_back(report: Report, paths: Iterable[Path], resolver: Resolver) -> Report:
    """Return a report without the findings that the baselines of their files hold back."""
    paths = list(paths)
    places = [path if os.path.isdir(path) else path.parent for path in paths]
    files = {resolver.settings(place / "lrlint").baseline for place in places}
    of = {one: resolver.settings(Path(one.filename)).baseline for one in report.diagnostics}
    held: set[Diagnostic] = set()
    notes: list[str] = []
    for file in sorted({file for file in (*files, *of.values()) if file is not None}):
        baseline = Baseline.read(file)
        mine = {one: (_name(one, file), one.code) for one in of if of[one] == file}
        numbers = Counter(mine.values())
        keys = baseline.held_back(numbers)
        held |= {one for one, key in mine.items() if key in keys}
        notes += baseline.notes(numbers, paths)
    if not (held or notes):
        return report
    left = tuple(one for one in report.diagnostics if one not in held)
    by_baseline = Suppressed(in_source=False)
    suppressed = (*report.suppressed, *(replace(one, suppressed=by_baseline) for one in held))
    return replace(
        report,
        diagnostics=left,
        suppressed=tuple(sorted(suppressed, key=lambda one: one.sort_key)),
        notes=tuple(notes),
    )


def _name(diagnostic: Diagnostic, baseline: Path) -> str:
    path = str(absolute(Path(diagnostic.filename)))
    with suppress(ValueError):  # another drive
        path = os.path.relpath(path, baseline.parent)
    return path.replace(os.sep, "/")
