"""The Python interface of the linter."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from lrlint.diagnostics import Diagnostic
from lrlint.linter.config import Config
from lrlint.linter.engine import lint as _lint
from lrlint.linter.report import Report
from lrlint.linter.resolve import Resolver


class LintError(Exception):
    """lrlint could not check all files; ``report`` holds the findings in the others."""

    def __init__(self, report: Report) -> None:
        super().__init__("; ".join(report.problems))
        self.report = report


def lint(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = ".",
    *,
    select: Iterable[str] | None = None,
    extend_select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    pedantic: bool = False,
    config: str | os.PathLike[str] | None = None,
    isolated: bool = False,
) -> list[Diagnostic]:
    """Lint files, and all scripts and notebooks in folders, as ``lrlint check`` does.

    Rules are chosen by code, prefix or name. Settings come from ``config`` or, for each file, from
    the nearest configuration above it, unless ``isolated``. Raises LintError if a path is missing
    or lrlint itself failed, UserError (a ValueError) if a setting is invalid.
    """
    given = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    places = [Path(os.fspath(path)) for path in given]
    chosen: dict[str, object] = {
        "extend-select": tuple(extend_select),
        "ignore": tuple(ignore),
        **({} if select is None else {"select": tuple(select)}),
        **({"pedantic": True} if pedantic else {}),
    }
    resolver = Resolver(
        [Config(chosen, Path.cwd())],
        file=None if config is None or isolated else Path(config),
        isolated=isolated,
    )
    report = _lint(places, resolver)
    if report.problems:
        raise LintError(report)
    return list(report.diagnostics)
