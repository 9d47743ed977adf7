"""The options of a command as the fields of a dataclass, and those of ``lrlint check``."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, get_type_hints

import click
from click.shell_completion import CompletionItem

from lrlint.cli import complete
from lrlint.cli.configuration import assignments
from lrlint.diagnostics import Severity
from lrlint.linter.keys import NEVER
from lrlint.output import FORMATS

SEVERITIES = [*(severity.label for severity in reversed(Severity)), NEVER]
"""What ``--fail-on`` takes."""
_SELECTORS = "by code, prefix or name; separate several with commas"


def parameters(options: type[object]) -> list[click.Parameter]:
    """Return the click parameters in the annotations of a dataclass, one per field."""
    hints = get_type_hints(options, include_extras=True)
    return [hint.__metadata__[0] for hint in hints.values()]


def flag(*names: str, help: str) -> click.Option:
    """Return an option that takes no value."""
    return click.Option(names, is_flag=True, help=help)


def format_option(summaries: Mapping[str, str], what: str) -> click.Option:
    """Return ``--output-format``, which takes the formats with these lines about them.

    It is None if it is not given; the first format is the default.
    """
    listed = ", ".join(summaries)

    def check(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
        if value is None or value in summaries:
            return value
        close = difflib.get_close_matches(value, summaries, n=2, cutoff=0.5)
        hint = f"did you mean {' or '.join(close)}?" if close else f"known are {listed}"
        raise click.BadParameter(f"no format is called {value!r}; {hint}")

    def completions(
        context: click.Context, parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return [
            CompletionItem(name, help=summary)
            for name, summary in summaries.items()
            if name.startswith(incomplete)
        ]

    return click.Option(
        ["--output-format"],
        metavar="FORMAT",
        callback=check,
        shell_complete=completions,
        help=f"How {what} written: {listed}.  [default: {next(iter(summaries))}]",
    )


def file_option(
    *names: str, help: str, metavar: str = "FILE", multiple: bool = False
) -> click.Option:
    """Return an option whose value is a path."""
    return click.Option(names, type=FilePath(), metavar=metavar, multiple=multiple, help=help)


class FilePath(click.Path):
    """The path of a file other than a script, which it would replace: `--output-file *.py`."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        """Return the path. Fails where it is that of a script."""
        from lrlint.source.discover import SUFFIXES  # for a rare option

        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if path.suffix.lower() in SUFFIXES and path.is_file():
            self.fail(f"{path} is a script.", param, ctx)
        return path


def config_option(help: str) -> click.Option:
    """Return ``--config``, which takes files and settings."""
    return click.Option(
        ["--config"],
        type=Configs(),
        multiple=True,
        metavar="FILE|KEY=VALUE",
        envvar="LRLINT_CONFIG",
        help=help,
    )


def set_option(help: str) -> click.Option:
    """Return ``--set``, which takes values of names."""
    return click.Option(
        ["--set", "overrides"],
        multiple=True,
        callback=assignments,
        shell_complete=complete.settable,
        metavar="NAME=VALUE",
        envvar="LRLINT_SET",
        help=help,
    )


def isolated_option() -> click.Option:
    """Return ``--isolated``."""
    return flag("--no-config", "--isolated", "isolated", help="Read no configuration.")


def switch(name: str, help: str) -> click.Option:
    """Return an option that overrides a key of the configuration: ``--NAME``, ``--no-NAME``."""
    return click.Option([f"--{name}/--no-{name}"], default=None, help=help)


def rules(*names: str, help: str) -> click.Option:
    """Return an option whose values are rules."""
    return click.Option(
        names, multiple=True, metavar="RULES", shell_complete=complete.rules, help=help
    )


class Configs(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.3 only
    """Files and settings; in an environment variable, they are separated as paths are."""

    name = "config"
    envvar_list_splitter = os.pathsep


@dataclass(frozen=True)
class Options:
    """What ``lrlint check`` is asked to do.

    What is not given and is also a key of the configuration is None until that has been read.
    """

    paths: Annotated[
        tuple[str, ...],
        click.Argument(["paths"], nargs=-1, metavar="[PATHS]...", shell_complete=complete.paths),
    ]
    output_format: Annotated[
        str,
        format_option({name: kind.summary for name, kind in FORMATS.items()}, "findings are"),
    ]
    output_file: Annotated[
        Path | None,
        file_option("--output-file", metavar="PATH", help="Write findings to this file."),
    ]
    select: Annotated[tuple[str, ...], rules("--select", help=f"Only these rules, {_SELECTORS}.")]
    extend_select: Annotated[tuple[str, ...], rules("--extend-select", help="These rules as well.")]
    ignore: Annotated[tuple[str, ...], rules("--ignore", help="Not these rules.")]
    extend_ignore: Annotated[
        tuple[str, ...], rules("--extend-ignore", help="Not these rules; the same as --ignore.")
    ]
    pedantic: Annotated[bool, flag("--pedantic", help="Show findings of severity advice too.")]
    fail_on: Annotated[
        str | None,
        click.Option(
            ["--fail-on"],
            type=click.Choice(SEVERITIES),
            help="Minimum severity for exit status 1.  [default: warning]",
        ),
    ]
    exit_non_zero_on_fix: Annotated[
        bool, flag("--exit-non-zero-on-fix", help="Exit with 1 where anything was fixed.")
    ]
    exit_zero: Annotated[
        bool, flag("--exit-zero", help="Exit with 0 even where there are findings.")
    ]
    fix: Annotated[bool, switch("fix", "Apply the safe fixes to what the PATHS hold.")]
    fix_only: Annotated[bool, flag("--fix-only", help="Fix, and report nothing of what is left.")]
    unsafe_fixes: Annotated[
        bool,
        switch(
            "unsafe-fixes",
            "With --fix or --diff: also the fixes that may change behaviour; review them.",
        ),
    ]
    fixable: Annotated[tuple[str, ...], rules("--fixable", help="Fix only these rules.")]
    unfixable: Annotated[tuple[str, ...], rules("--unfixable", help="Do not fix these rules.")]
    add_ignore: Annotated[
        str | None,
        click.Option(
            ["--add-ignore"],
            metavar="[=REASON]",
            help="Add a comment that silences each finding, with this reason.",
        ),
    ]
    baseline: Annotated[
        Path | None,
        file_option("--baseline", help="Hold back as many findings as this baseline counts."),
    ]
    write_baseline: Annotated[
        Path | None,
        file_option("--write-baseline", help="Write a baseline that holds back what is found now."),
    ]
    diff: Annotated[
        bool, flag("--diff", help="Print what the fixes would change, and change nothing.")
    ]
    show_suppressed: Annotated[
        bool,
        flag(
            "--show-suppressed",
            help="With sarif output: also what comments and baselines silence, marked as such.",
        ),
    ]
    statistics: Annotated[
        bool,
        flag("--statistics", help="Count the findings of each rule; [*] can be fixed with --fix."),
    ]
    overrides: Annotated[
        dict[str, object],
        set_option("The value of a name that scripts leave open, as 'len(train_loader)=391'."),
    ]
    exclude: Annotated[
        tuple[str, ...],
        click.Option(
            ["--exclude", "--extend-exclude"],
            multiple=True,
            metavar="PATTERN",
            help="Exclude files and directories that match these patterns, too.",
        ),
    ]
    force_exclude: Annotated[
        bool, switch("force-exclude", "Exclude even the PATHS that match a pattern.")
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
        tuple[str, ...],
        config_option(
            "A file to read instead of the nearest configuration of each file, or a setting"
            " that overrides it, as 'fail-on=\"error\"'."
        ),
    ]
    isolated: Annotated[bool, isolated_option()]
    cache_dir: Annotated[
        Path | None,
        file_option(
            "--cache-dir",
            metavar="DIR",
            help="Keep results here.  [default: .lrlint_cache in the project's root]",
        ),
    ]
    no_cache: Annotated[bool, flag("-n", "--no-cache", help="Keep no results and use none.")]
    jobs: Annotated[
        int | None,
        click.Option(
            ["-j", "--jobs"],
            type=click.IntRange(min=1),
            metavar="N",
            help="Lint in N processes.  [default: one per core where it takes long]",
        ),
    ]
    watch: Annotated[bool, flag("-w", "--watch", help="Lint again whenever something changes.")]
    show_settings: Annotated[
        bool, flag("--show-settings", help="Print the settings of each file instead of linting.")
    ]
    show_files: Annotated[bool, flag("--show-files", help="Print the files that would be linted.")]
    quiet: Annotated[bool, flag("-q", "--quiet", help="Print findings and errors, and no summary.")]
    silent: Annotated[
        bool, flag("--silent", help="Print errors only; the exit status tells of findings.")
    ]
    verbose: Annotated[
        bool, flag("-v", "--verbose", help="Say what was left undecided or not reported, and why.")
    ]

    @property
    def cache(self) -> Path | None:
        """The folder of the cache; None without one."""
        if self.no_cache:
            return None
        from lrlint.linter.cache.folder import default_folder  # not for `--help`

        return self.cache_dir or default_folder()

    @property
    def hushed(self) -> bool:
        """Whether only findings and errors are said, or errors only."""
        return self.quiet or self.silent

    @property
    def places(self) -> tuple[str, ...]:
        """The paths to check; without any, standard input if it is named, else this folder."""
        return self.paths or (("-",) if self.stdin_filename is not None else (".",))
