"""Does the work of ``lrlint check``: lints, fixes or compares files and standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lrlint.cli.options import Options
from lrlint.cli.progress import Progress
from lrlint.cli.terminal import wants_colour
from lrlint.errors import UserError
from lrlint.linter.engine import lint
from lrlint.linter.reader import Stdin
from lrlint.linter.report import Report
from lrlint.linter.resolve import Resolver
from lrlint.linter.timeout import PATIENCE
from lrlint.output.colour import Paint
from lrlint.output.diff import unified

if TYPE_CHECKING:
    from lrlint.linter.fixing import Fixed


@dataclass(frozen=True)
class Result:
    """The outcome of ``lrlint check``."""

    report: Report
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()
    """What was left alone on purpose."""
    fixed: tuple[Fixed, ...] = ()
    diff: str | None = None
    stdin: bytes | None = None
    """The fixed standard input, which goes to standard output instead of the findings."""


def run(resolver: Resolver, options: Options) -> Result:
    """Lint, fix or compare, as the options say."""
    if options.add_ignore is not None:
        return _add_ignores(resolver, options)
    paths = options.places
    stdin = stdin_of(options)
    if not (options.fix or options.diff):
        report = lint_as_asked(resolver, options, stdin)
        return Result(report, report.problems)
    from lrlint.linter.fixing import Fixer

    fixer = Fixer(
        paths,
        resolver,
        unsafe=options.unsafe_fixes,
        stdin=stdin,
        patience=PATIENCE,
        explain=options.verbose,
        jobs=options.jobs,
    )
    outcome = fixer.fix()
    if options.diff:
        problems = (*outcome.first.problems, *outcome.problems)
        diff = _diff(outcome.fixed)
        return Result(outcome.first, problems, outcome.notes, outcome.fixed, diff=diff)
    outcome = fixer.save(outcome)
    problems = (*outcome.report.problems, *outcome.problems)
    data = None
    if stdin is not None:
        data = next((file.after.data for file in outcome.fixed if file.stdin), stdin.data)
    return Result(outcome.report, problems, outcome.notes, outcome.fixed, stdin=data)


def lint_as_asked(resolver: Resolver, options: Options, stdin: Stdin | None = None) -> Report:
    """Lint the paths."""
    with Progress(quiet=options.hushed or options.watch) as progress:
        return lint(
            options.places,
            resolver,
            stdin=stdin,
            patience=PATIENCE,
            explain=options.verbose,
            cache=options.cache,
            jobs=options.jobs,
            progress=progress,
        )


def _add_ignores(resolver: Resolver, options: Options) -> Result:
    from lrlint.linter.adding import add_ignores

    reason = options.add_ignore or ""
    if "-" in options.places or options.fix or options.diff:
        raise UserError("--add-ignore works on files, without --fix and --diff")
    if "#" in reason or not reason.isprintable():
        raise UserError("--add-ignore: a reason is one line without a `#`")
    # Without the cache: nothing that someone else may have written into it goes into a script.
    options = replace(options, no_cache=True)
    first = lint_as_asked(resolver, options)
    added = add_ignores(first, map(Path, options.places), reason)
    report = lint_as_asked(resolver, options) if added.fixed else first
    return Result(report, (*report.problems, *added.problems), fixed=added.fixed)


def stdin_of(options: Options) -> Stdin | None:
    """Read standard input if the options name it."""
    if "-" not in options.places:
        return None
    if sys.stdin is None:  # as by `<&-`
        raise UserError("standard input is closed")
    return Stdin(sys.stdin.buffer.read(), Path(options.stdin_filename or "<stdin>"))


def _diff(fixed: Iterable[Fixed]) -> str:
    paint = Paint(wants_colour(sys.stdout))
    return "".join(
        _diff_of(file, paint) for file in sorted(fixed, key=lambda file: file.before.name)
    )


def _diff_of(file: Fixed, paint: Paint) -> str:
    """Return the diff of a file, or of each changed cell of a notebook."""
    name, before, after = file.before.name, file.before.notebook, file.after.notebook
    if before is None or after is None:
        return unified(name, file.before.text, file.after.text, paint)
    return "".join(
        unified(f"{name}:cell {old.number}", old.source, new.source, paint, cell=True)
        for old, new in zip(before.cells, after.cells, strict=True)
        if old.source != new.source
    )
