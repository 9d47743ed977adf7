"""``lrlint check``: what it is told on the command line, and its exit status."""

from __future__ import annotations

import difflib
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import click

from lrlint.cli import USAGE_ERROR
from lrlint.cli.group import COMMANDS
from lrlint.cli.report import announce, emit
from lrlint.cli.terminal import say
from lrlint.diagnostics import Severity
from lrlint.linter.config import NEVER, Patterns, Settings, load, parse_fail_on
from lrlint.linter.selection import Layer
from lrlint.output import FOR_PEOPLE, FORMATS

_SELECTORS = "by code, prefix or name; separate several with commas"


@dataclass(frozen=True)
class Options:
    """What shapes the output rather than the findings."""

    output_format: str
    output_file: Path | None
    exit_zero: bool
    statistics: bool
    verbose: bool
    fix: bool
    unsafe_fixes: bool
    diff: bool
    stdin_filename: str | None


@click.command(short_help="Lint scripts, notebooks and folders (the default).")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option(
    "--output-format",
    type=click.Choice(list(FORMATS)),
    default="full",
    show_default=True,
    help="How findings are written.",
)
@click.option("--output-file", type=click.Path(path_type=Path), help="Write findings to this file.")
@click.option("--select", multiple=True, metavar="RULES", help=f"Only these rules, {_SELECTORS}.")
@click.option("--extend-select", multiple=True, metavar="RULES", help="These rules as well.")
@click.option("--ignore", multiple=True, metavar="RULES", help="Not these rules.")
@click.option("--pedantic", is_flag=True, help="Show findings of severity advice too.")
@click.option(
    "--fail-on",
    type=click.Choice([*(severity.label for severity in reversed(Severity)), NEVER]),
    help="The least severity that makes the exit status 1.  [default: warning]",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even where there are findings.")
@click.option("--fix", is_flag=True, help="Apply the safe fixes.")
@click.option("--unsafe-fixes", is_flag=True, help="Apply the unsafe fixes too; read the result.")
@click.option("--diff", is_flag=True, help="Print what the fixes would change, and change nothing.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule.")
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Pass over these in folders.")
@click.option("--stdin-filename", metavar="NAME", help="What to call standard input (PATH `-`).")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Read [tool.lrlint] from this file instead of the nearest pyproject.toml.",
)
@click.option("--no-config", "--isolated", "isolated", is_flag=True, help="Read no configuration.")
@click.option("-v", "--verbose", is_flag=True, help="Say what is not reported, and why.")
def check(
    paths: tuple[str, ...],
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    pedantic: bool,
    fail_on: str | None,
    exclude: tuple[str, ...],
    config: Path | None,
    isolated: bool,
    **others: object,
) -> int:
    """Lint scripts, notebooks and folders (default: the working directory).

    The exit status is 0 where there is nothing to report, 1 where there are findings of severity
    --fail-on or above, 2 where lrlint could not do its work.
    """
    options = Options(**others)  # type: ignore[arg-type]  # click has checked them
    if options.diff and options.output_format not in FOR_PEOPLE:
        raise click.UsageError(f"--diff cannot be combined with {options.output_format} output.")
    if config is not None and isolated:
        raise click.UsageError("--config cannot be combined with --no-config.")
    places = paths or (("-",) if options.stdin_filename is not None else (".",))
    near = [Path(options.stdin_filename or ".") if one == "-" else Path(one) for one in places]
    settings = Settings() if isolated else load(near, config)
    settings = _with_options(
        settings, _layer(select, extend_select, ignore), pedantic, fail_on, exclude
    )
    return _run(places, settings, options)


def _layer(select: tuple[str, ...], extend: tuple[str, ...], ignore: tuple[str, ...]) -> Layer:
    return Layer(
        select=_split(select) or None,
        extend_select=_split(extend),
        ignore=_split(ignore),
        origin={key: f"--{key}" for key in ("select", "extend-select", "ignore")},
    )


def _split(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def _with_options(
    settings: Settings,
    layer: Layer,
    pedantic: bool,
    fail_on: str | None,
    exclude: tuple[str, ...],
) -> Settings:
    """The settings of the configuration file, overridden by the command line."""
    patterns = _split(exclude)
    return replace(
        settings,
        layers=(*settings.layers, layer),
        exclude=(*settings.exclude, *([Patterns(Path.cwd(), patterns)] if patterns else ())),
        pedantic=settings.pedantic or pedantic,
        fail_on=settings.fail_on if fail_on is None else parse_fail_on(fail_on),
    )


def _run(paths: tuple[str, ...], settings: Settings, options: Options) -> int:
    from lrlint.cli import work  # the engine, once the usage is known to be right

    result = work.run(paths, settings, options)
    report = result.report
    if options.verbose:
        announce(report, settings)
    failed = not emit(result, options)
    for problem in result.problems:
        say(problem + _meant_a_command(problem, paths))
    if not report.files_found and not result.problems:
        say(f"no Python files or notebooks found in {', '.join(paths)}")
    sys.stderr.flush()
    if failed or result.problems:
        return USAGE_ERROR
    if options.exit_zero or settings.fail_on is None:
        return 0
    return int(any(one.severity >= settings.fail_on for one in report.diagnostics))


def _meant_a_command(problem: str, paths: tuple[str, ...]) -> str:
    """A hint where the missing path is a misspelt command: ``lrlint chekc``."""
    if not any(problem.startswith(f"{path}: no such") for path in paths[:1]):
        return ""
    close = difflib.get_close_matches(paths[0], COMMANDS, n=1, cutoff=0.75)
    return f"; did you mean the command `{close[0]}`?" if close else ""
