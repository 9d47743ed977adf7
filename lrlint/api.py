"""The Python interface of the linter."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from lrlint.diagnostics import Diagnostic
from lrlint.linter import config as configuration
from lrlint.linter.engine import lint as _lint
from lrlint.linter.report import Report
from lrlint.linter.selection import Layer


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

    Rules are chosen by code, prefix or name. Settings come from ``config`` or the nearest
    ``pyproject.toml``, unless ``isolated``. Raises LintError if a path is missing or lrlint
    itself failed, UserError (a ValueError) if a setting is invalid.
    """
    given = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    places = [Path(os.fspath(path)) for path in given]
    settings = configuration.Settings()
    if not isolated:
        settings = configuration.load(places, None if config is None else Path(config))
    chosen = Layer(None if select is None else tuple(select), tuple(extend_select), tuple(ignore))
    report = _lint(
        places,
        replace(
            settings,
            layers=(*settings.layers, chosen),
            pedantic=settings.pedantic or pedantic,
        ),
    )
    if report.problems:
        raise LintError(report)
    return list(report.diagnostics)
