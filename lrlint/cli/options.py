"""The options of a command as the fields of a dataclass, and those of ``lrlint check``."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, get_type_hints

import click
from click.shell_completion import CompletionItem

from lrlint.cli import complete
from lrlint.diagnostics import Severity
from lrlint.linter.config import NEVER
from lrlint.output import FORMATS

_SELECTORS = "by code, prefix or name; separate several with commas"


def parameters(options: type[object]) -> list[click.Parameter]:
    """Return the click parameters in the annotations of a dataclass, one per field."""
    hints = get_type_hints(options, include_extras=True)
    return [hint.__metadata__[0] for hint in hints.values()]


def flag(*names: str, help: str) -> click.Option:
    """Return an option that takes no value."""
    return click.Option(names, is_flag=True, help=help)


def format_option(summaries: Mapping[str, str], default: str, what: str) -> click.Option:
    """Return ``--output-format``, which takes the formats with these lines about them."""
    listed = ", ".join(summaries)

    def check(context: click.Context, parameter: click.Parameter, value: str) -> str:
        if value in summaries:
            return value
        close = difflib.get_close_matches(value, summaries, n=2, cutoff=0.5)
        hint = f"did you mean {' or '.join(close)}?" if close else f"known are {listed}"
        raise click.BadParameter(f"no format is called {value!r}; {hint}")

    def complete(
        context: click.Context, parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return [
            CompletionItem(name, help=summary)
            for name, summary in summaries.items()
            if name.startswith(incomplete)
        ]

    return click.Option(
        ["--output-format"],
        default=default,
        show_default=True,
        metavar="FORMAT",
        callback=check,
        shell_complete=complete,
        help=f"How {what} written: {listed}.",
    )


@dataclass(frozen=True)
class Options:
    """What ``lrlint check`` is asked to do."""

    paths: Annotated[
        tuple[str, ...],
        click.Argument(["paths"], nargs=-1, metavar="[PATHS]...", shell_complete=complete.paths),
    ]
    output_format: Annotated[
        str,
        format_option(
            {name: kind.summary for name, kind in FORMATS.items()}, "full", "findings are"
        ),
    ]
    output_file: Annotated[
        Path | None,
        click.Option(
            ["--output-file"], type=click.Path(path_type=Path), help="Write findings to this file."
        ),
    ]
    select: Annotated[
        tuple[str, ...],
        click.Option(
            ["--select"],
            multiple=True,
            metavar="RULES",
            shell_complete=complete.rules,
            help=f"Only these rules, {_SELECTORS}.",
        ),
    ]
    extend_select: Annotated[
        tuple[str, ...],
        click.Option(
            ["--extend-select"],
            multiple=True,
            metavar="RULES",
            shell_complete=complete.rules,
            help="These rules as well.",
        ),
    ]
    ignore: Annotated[
        tuple[str, ...],
        click.Option(
            ["--ignore"],
            multiple=True,
            metavar="RULES",
            shell_complete=complete.rules,
            help="Not these rules.",
        ),
    ]
    pedantic: Annotated[bool, flag("--pedantic", help="Show findings of severity advice too.")]
    fail_on: Annotated[
        str | None,
        click.Option(
            ["--fail-on"],
            type=click.Choice([*(severity.label for severity in reversed(Severity)), NEVER]),
            help="Minimum severity for exit status 1.  [default: warning]",
        ),
    ]
    exit_zero: Annotated[
        bool, flag("--exit-zero", help="Exit with 0 even where there are findings.")
    ]
    fix: Annotated[bool, flag("--fix", help="Apply the safe fixes to what the PATHS hold.")]
    unsafe_fixes: Annotated[
        bool,
        flag(
            "--unsafe-fixes",
            help="With --fix or --diff: also the fixes that may change behaviour; review them.",
        ),
    ]
    diff: Annotated[
        bool, flag("--diff", help="Print what the fixes would change, and change nothing.")
    ]
    statistics: Annotated[bool, flag("--statistics", help="Count the findings of each rule.")]
    exclude: Annotated[
        tuple[str, ...],
        click.Option(
            ["--exclude"],
            multiple=True,
            metavar="PATTERN",
            help="Exclude files and directories that match these patterns.",
        ),
    ]
    stdin_filename: Annotated[
        str | None,
        click.Option(
            ["--stdin-filename"],
            metavar="NAME",
            help="File name of the code on standard input (PATH `-`).",
        ),
    ]
    config: Annotated[
        Path | None,
        click.Option(
            ["--config"],
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Read [tool.lrlint] from this file instead of the nearest pyproject.toml.",
        ),
    ]
    isolated: Annotated[
        bool, flag("--no-config", "--isolated", "isolated", help="Read no configuration.")
    ]
    verbose: Annotated[bool, flag("-v", "--verbose", help="Say what was left undecided, and why.")]

    @property
    def places(self) -> tuple[str, ...]:
        """The paths to check; without any, standard input if it is named, else this folder."""
        return self.paths or (("-",) if self.stdin_filename is not None else (".",))
