"""``lrlint check``: its settings and its exit status."""

from __future__ import annotations

import difflib
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from lrlint.cli import USAGE_ERROR
from lrlint.cli.group import COMMANDS
from lrlint.cli.options import Options, parameters
from lrlint.cli.report import announce, emit
from lrlint.cli.terminal import say
from lrlint.errors import UserError
from lrlint.linter.config import Patterns, Settings, load, parse_fail_on
from lrlint.linter.selection import Layer
from lrlint.output import FOR_PEOPLE


@click.command(
    params=parameters(Options), short_help="Lint scripts, notebooks and folders (the default)."
)
def check(**values: Any) -> int:
    """Lint scripts, notebooks and folders (default: the working directory).

    The exit status is 1 if there are findings of severity --fail-on or above, 2 if lrlint could
    not do its work, else 0.
    """
    options = Options(**values)
    if options.diff and options.output_format not in FOR_PEOPLE:
        raise click.UsageError(f"--diff cannot be combined with {options.output_format} output.")
    if options.config is not None and options.isolated:
        raise click.UsageError("--config cannot be combined with --no-config.")
    return _run(_settings(options), options)


def _settings(options: Options) -> Settings:
    """Return the settings of the configuration file, overridden by the command line."""
    settings = Settings()
    if not options.isolated:
        named = options.stdin_filename or "."
        near = [Path(named if path == "-" else path) for path in options.places]
        settings = load(near, options.config)
    rules = Layer(
        select=_split(options.select) or None,
        extend_select=_split(options.extend_select),
        ignore=_split(options.ignore),
        origin={key: f"--{key}" for key in ("select", "extend-select", "ignore")},
    )
    patterns = _split(options.exclude)
    fail_on = options.fail_on
    return replace(
        settings,
        layers=(*settings.layers, rules),
        exclude=(*settings.exclude, *([Patterns(Path.cwd(), patterns)] if patterns else ())),
        pedantic=settings.pedantic or options.pedantic,
        fail_on=settings.fail_on if fail_on is None else parse_fail_on(fail_on),
    )


def _split(values: tuple[str, ...]) -> tuple[str, ...]:
    """Split selectors or patterns at their commas."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def _run(settings: Settings, options: Options) -> int:
    from lrlint.cli import work  # the engine takes 20 ms, and `--help` needs none

    result = work.run(settings, options)
    report = result.report
    if options.verbose:
        announce(report, settings)
    try:
        failed = not emit(result, options)
    except UserError as error:  # what else there is to say goes to standard error
        say(str(error))
        failed = True
    for note in result.notes:
        say(note)
    for problem in result.problems:
        say(problem + _meant_a_command(problem, options.places))
    if not report.files_found and not result.problems:
        say(f"no Python files or notebooks found in {', '.join(options.places)}")
    if failed or result.problems:
        return USAGE_ERROR
    if options.exit_zero or settings.fail_on is None:
        return 0
    return int(any(found.severity >= settings.fail_on for found in report.diagnostics))


def _meant_a_command(problem: str, paths: tuple[str, ...]) -> str:
    """Return a hint if the missing path is a misspelt command: ``lrlint chekc``."""
    if not any(problem.startswith(f"{path}: no such") for path in paths[:1]):
        return ""
    close = difflib.get_close_matches(paths[0], COMMANDS, n=1, cutoff=0.75)
    return f"; did you mean the command `{close[0]}`?" if close else ""
