"""The options of a command as the fields of a dataclass, and those of ``lrlint check``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, get_type_hints

import click

from lrlint.diagnostics import Severity
from lrlint.linter.config import NEVER
from lrlint.output import FORMATS

_SELECTORS = "by code, prefix or name; separate several with commas"


def parameters(options: type[object]) -> list[click.Parameter]:
    """Return the click parameters in the annotations of a dataclass, one per field."""
    hints = get_type_hints(options, include_extras=True)
    return [hint.__metadata__[0] for hint in hints.values()]


@dataclass(frozen=True)
class Options:
    """What ``lrlint check`` is asked to do."""

    paths: Annotated[tuple[str, ...], click.Argument(["paths"], nargs=-1, metavar="[PATHS]...")]
    output_format: Annotated[
        str,
        click.Option(
            ["--output-format"],
            type=click.Choice(list(FORMATS)),
            default="full",
            show_default=True,
            help="How findings are written.",
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
            ["--select"], multiple=True, metavar="RULES", help=f"Only these rules, {_SELECTORS}."
        ),
    ]
    extend_select: Annotated[
        tuple[str, ...],
        click.Option(
            ["--extend-select"], multiple=True, metavar="RULES", help="These rules as well."
        ),
    ]
    ignore: Annotated[
        tuple[str, ...],
        click.Option(["--ignore"], multiple=True, metavar="RULES", help="Not these rules."),
    ]
    pedantic: Annotated[
        bool,
        click.Option(["--pedantic"], is_flag=True, help="Show findings of severity advice too."),
    ]
    fail_on: Annotated[
        str | None,
        click.Option(
            ["--fail-on"],
            type=click.Choice([*(severity.label for severity in reversed(Severity)), NEVER]),
            help="Minimum severity for exit status 1.  [default: warning]",
        ),
    ]
    exit_zero: Annotated[
        bool,
        click.Option(
            ["--exit-zero"], is_flag=True, help="Exit with 0 even where there are findings."
        ),
    ]
    fix: Annotated[
        bool,
        click.Option(["--fix"], is_flag=True, help="Apply the safe fixes to what the PATHS hold."),
    ]
    unsafe_fixes: Annotated[
        bool,
        click.Option(
            ["--unsafe-fixes"],
            is_flag=True,
            help="With --fix or --diff: also the fixes that may change behaviour; review them.",
        ),
    ]
    diff: Annotated[
        bool,
        click.Option(
            ["--diff"], is_flag=True, help="Print what the fixes would change, and change nothing."
        ),
    ]
    statistics: Annotated[
        bool, click.Option(["--statistics"], is_flag=True, help="Count the findings of each rule.")
    ]
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
        bool,
        click.Option(
            ["--no-config", "--isolated", "isolated"], is_flag=True, help="Read no configuration."
        ),
    ]
    verbose: Annotated[
        bool,
        click.Option(
            ["-v", "--verbose"], is_flag=True, help="Say what was left undecided, and why."
        ),
    ]

    @property
    def places(self) -> tuple[str, ...]:
        """The paths to check; without any, standard input if it is named, else this folder."""
        return self.paths or (("-",) if self.stdin_filename is not None else (".",))
