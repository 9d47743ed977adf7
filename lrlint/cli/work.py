"""What ``lrlint check`` does with files, folders and standard input: lint, fix, or show a diff."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lrlint.cli.terminal import wants_colour
from lrlint.config import Settings
from lrlint.engine import Report, Stdin, lint

if TYPE_CHECKING:
    from lrlint.cli.options import Options
    from lrlint.fixing import Fixed

PATIENCE = 60.0
"""Seconds of CPU time for one file: a hundred times what a long script takes."""


@dataclass(frozen=True)
class Result:
    """What there is to say."""

    report: Report
    problems: tuple[str, ...]
    fixed: tuple[Fixed, ...] = ()
    diff: str | None = None
    stdin: bytes | None = None
    """Standard input as fixed, which takes the findings' place on standard output."""


def run(settings: Settings, options: Options) -> Result:
    """Do what the options ask for."""
    paths = options.places
    stdin = None
    if "-" in paths:
        stdin = Stdin(sys.stdin.buffer.read(), Path(options.stdin_filename or "<stdin>"))
    if not (options.fix or options.unsafe_fixes or options.diff):
        report = lint(paths, settings, stdin=stdin, patience=PATIENCE)
        return Result(report, report.problems)
    from lrlint import fixing

    outcome = fixing.fix(
        paths, settings, unsafe=options.unsafe_fixes, stdin=stdin, patience=PATIENCE
    )
    if options.diff:
        problems = (*outcome.first.problems, *outcome.problems)
        return Result(outcome.first, problems, outcome.fixed, diff=_diff(outcome.fixed))
    outcome = fixing.save(outcome)
    problems = (*outcome.report.problems, *outcome.problems)
    data = None
    if stdin is not None:
        data = next((one.after.data for one in outcome.fixed if one.stdin), stdin.data)
    return Result(outcome.report, problems, outcome.fixed, stdin=data)


def _diff(fixed: Iterable[Fixed]) -> str:
    from lrlint.output.colour import Paint
    from lrlint.output.diff import unified

    paint = Paint(wants_colour(sys.stdout.isatty()))
    return "".join(
        unified(name, before, after, paint)
        for one in fixed
        for name, before, after in _versions(one)
        if before != after
    )


def _versions(one: Fixed) -> list[tuple[str, str, str]]:
    """The text of a file before and after, or of each cell of a notebook."""
    before, after = one.before.notebook, one.after.notebook
    if before is None or after is None:
        return [(one.before.name, one.before.text, one.after.text)]
    return [
        (f"{one.before.name}:cell {old.number}", old.source, new.source)
        for old, new in zip(before.cells, after.cells, strict=True)
    ]
