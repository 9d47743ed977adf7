"""``lrlint check``: its settings and its exit status."""

from __future__ import annotations

import difflib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lrlint.cli import USAGE_ERROR
from lrlint.cli.configuration import resolver_for, split
from lrlint.cli.group import COMMANDS
from lrlint.cli.names import report_unknown
from lrlint.cli.options import Options, parameters
from lrlint.cli.report import announce, emit
from lrlint.cli.terminal import say, write, write_file
from lrlint.diagnostics import Diagnostic
from lrlint.errors import UserError
from lrlint.linter.keys import fail_on
from lrlint.linter.resolve import Resolver
from lrlint.output import FOR_PEOPLE
from lrlint.output.summary import count


class Check(click.Command):
    """The command; the value of ``--add-ignore`` is optional and follows a ``=``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(
            ctx, [f"{arg}=" if arg == "--add-ignore" else arg for arg in args]
        )


if TYPE_CHECKING:
    from lrlint.cli.work import Result  # loads the engine, which `--help` does not need


@click.command(
    cls=Check,
    params=parameters(Options),
    context_settings={"auto_envvar_prefix": "LRLINT"},
    short_help="Lint scripts, notebooks and folders (the default).",
)
def check(**values: Any) -> int:
    """Lint scripts, notebooks and folders (default: the working directory).

    The exit status is 1 if there are findings of severity --fail-on or above, 2 if lrlint could
    not do its work, else 0.
    """
    given = Options(**values)
    resolver = _resolver(given)
    wanted = resolver.preferences
    # A configuration that asks for fixes does not forbid what cannot be combined with them.
    may_fix = given.add_ignore is None and not given.watch
    options = replace(
        given,
        output_format=wanted.output_format,
        fix=given.fix or given.fix_only or (wanted.fix and may_fix),
        unsafe_fixes=wanted.unsafe_fixes,
    )
    return _watch(given, options) if options.watch else _run(resolver, options)


def _resolver(options: Options) -> Resolver:
    """Return the settings of files, overridden by the command line."""
    lists = {
        "select": split(options.select),
        "extend-select": split(options.extend_select),
        "ignore": split(options.ignore),
        "extend-ignore": split(options.extend_ignore),
        "extend-exclude": split(options.exclude),
        "fixable": split(options.fixable),
        "unfixable": split(options.unfixable),
    }
    values: dict[str, Any] = {
        "set": options.overrides or None,
        "baseline": None if options.baseline is None else str(options.baseline),
        "force-exclude": options.force_exclude,
        "pedantic": options.pedantic or None,
        "output-format": options.output_format,
        "fix": options.fix,
        "unsafe-fixes": options.unsafe_fixes,
    }
    given = {key: value for key, value in (lists | values).items() if value not in (None, ())}
    if options.fail_on is not None:
        given["fail-on"] = fail_on(options.fail_on)
    if options.write_baseline is not None:
        given["baseline"] = None
    named = options.stdin_filename if "-" in options.places else None
    return resolver_for(
        options.config,
        given,
        isolated=options.isolated,
        near=None if named is None else Path(named),
    )


def _run(resolver: Resolver, options: Options) -> int:
    if options.diff and options.output_format not in FOR_PEOPLE:
        raise click.UsageError(f"--diff cannot be combined with {options.output_format} output.")
    if options.show_suppressed and options.output_format != "sarif":
        raise click.UsageError("--show-suppressed needs --output-format sarif.")
    from lrlint.cli import work  # the engine takes 20 ms, and `--help` needs none

    if options.show_files or options.show_settings:
        from lrlint.cli.show import show_files, show_settings

        show = show_files if options.show_files else show_settings
        write(show(options.places, resolver, work.stdin_of(options)))
        return 0
    if options.write_baseline is not None:
        return _write_baseline(options.write_baseline, resolver, options)
    if (hint := _about_runs(options)) and not options.hushed:
        say(hint)
    return _tell(work.run(resolver, options), resolver, options)


def _watch(given: Options, options: Options) -> int:
    """Lint after every change; Ctrl-C is how a user ends that, and so no failure."""
    writes = (options.add_ignore, options.write_baseline, options.output_file)
    if options.fix or options.diff or any(one is not None for one in writes):
        raise click.UsageError("--watch cannot be combined with options that write files.")
    if "-" in options.places:
        raise click.UsageError("--watch cannot be combined with standard input.")
    from lrlint.cli.watch import watch

    with suppress(KeyboardInterrupt):
        watch(
            options,
            lambda: _resolver(given),
            lambda result, resolver: _tell(result, resolver, options),
        )
    return 0


def _tell(result: Result, resolver: Resolver, options: Options) -> int:
    """Write all that there is to say, and return the exit status."""
    report = result.report
    if options.verbose:
        announce(report, resolver.files)
    try:
        failed = not emit(result, options)
    except UserError as error:  # what else there is to say goes to standard error
        say(str(error))
        failed = True
    for note in (*report.notes, *result.notes) if not options.hushed else ():
        say(note)
    for problem in result.problems:
        say(problem + _meant_a_command(problem, options.places))
    if not report.files_found and not result.problems and not options.hushed:
        say(f"no Python files or notebooks found in {', '.join(options.places)}")
    unknown = report_unknown(
        report, resolver, options.overrides, options.places, quiet=options.hushed
    )
    if failed or result.problems or unknown:
        return USAGE_ERROR
    if options.exit_non_zero_on_fix and result.fixed and not options.diff:
        return 1
    if options.exit_zero or options.fix_only:
        return 0
    return int(any(_fails(found, resolver) for found in report.diagnostics))


def _write_baseline(file: Path, resolver: Resolver, options: Options) -> int:
    from lrlint.cli import work
    from lrlint.linter.baseline import Baseline

    report = work.lint_as_asked(resolver, options)
    for problem in report.problems:
        say(problem)
    unknown = report_unknown(
        report, resolver, options.overrides, options.places, quiet=options.hushed
    )
    baseline = Baseline.of(file, report.diagnostics)
    failure = write_file(file, baseline.text())
    if failure is not None:
        say(failure)
    elif not options.hushed:
        say(f"{count(len(report.diagnostics), 'finding')} held back by {file}")
    return USAGE_ERROR if failure is not None or report.problems or unknown else 0


def _about_runs(options: Options) -> str:
    """Say which of the rules that were asked for judge recorded runs only; nothing for none."""
    selectors = split(options.select + options.extend_select)
    if not selectors:
        return ""
    from lrlint.linter.selection import Catalogue
    from lrlint.rule import load_rules

    catalogue = Catalogue(load_rules())
    asked = [
        selector
        for selector in selectors
        if (codes := catalogue.match(selector))
        and all(catalogue.rules[code].runs_only for code in codes)
    ]
    judged = "judges" if len(asked) == 1 else "judge"
    return f"{', '.join(asked)} {judged} recorded runs only: `lrlint run SCRIPT`" if asked else ""


def _fails(found: Diagnostic, resolver: Resolver) -> bool:
    """Whether a finding makes the exit status 1."""
    least = resolver.settings(Path(found.filename)).fail_on
    return least is not None and found.severity >= least


def _meant_a_command(problem: str, paths: tuple[str, ...]) -> str:
    """Return a hint if the missing path is a misspelt command: ``lrlint chekc``."""
    if not any(problem.startswith(f"{path}: no such") for path in paths[:1]):
        return ""
    close = difflib.get_close_matches(paths[0], COMMANDS, n=1, cutoff=0.75)
    return f"; did you mean the command `{close[0]}`?" if close else ""
