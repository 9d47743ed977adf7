"""Reports of names that were set and that no script has."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lrlint.cli.terminal import say
from lrlint.linter.settings import Settings, absolute, shown

if TYPE_CHECKING:
    from lrlint.linter.report import Report
    from lrlint.linter.resolve import Resolver

_MOST_NAMES = 20
"""Names that a hint lists."""


def say_unknown(origin: str, names: Collection[str], known: Collection[str], where: str) -> None:
    """Report names that were set but not used, each with what may have been meant."""
    listed = sorted(known)
    more = f" and {len(listed) - _MOST_NAMES} more" if len(listed) > _MOST_NAMES else ""
    for name in sorted(names):
        close = difflib.get_close_matches(name, listed, n=3)
        hint = f"; known are {', '.join(listed[:_MOST_NAMES])}{more}" if listed else ""
        if close:
            hint = f"; did you mean {' or '.join(close)}?"
        say(f"{origin} {name}: no such name in {where}{hint}")


def report_unknown(
    report: Report,
    resolver: Resolver,
    given: Collection[str],
    paths: Collection[str],
    *,
    quiet: bool = False,
) -> bool:
    """Report the names that no linted script has; return whether the command line has such names.

    A configuration holds for more scripts than those that a hook or an editor has linted: its names
    are reported only where the paths hold its folder. Nothing can be said without a script.
    """
    in_vain = report.unused.values()
    unknown = [name for name in given if in_vain and all(name in one for one in in_vain)]
    say_unknown("--set", unknown, report.names, _where(report))
    if not quiet:
        for settings, names in _by_configuration(report, resolver, paths):
            origin = f"{shown(settings.files[-1])}: set" if settings.files else "set"
            say_unknown(origin, set(names) - set(given), report.names, _where(report))
    return bool(unknown)


def _where(report: Report) -> str:
    files = list(report.unused)
    return files[0] if len(files) == 1 else f"any of {len(files)} scripts"


def _by_configuration(
    report: Report, resolver: Resolver, paths: Collection[str]
) -> Iterator[tuple[Settings, list[str]]]:
    """Yield settings with the names that none of the scripts has for which they are set."""
    places = [absolute(Path(path)) for path in paths]
    missed: dict[str, Settings] = {}
    has: set[str] = set()
    for file, unused in report.unused.items():
        settings = resolver.settings(Path(file))
        names = {name for name, _ in settings.numbers}
        has |= names.difference(unused)
        if any(settings.root.is_relative_to(place) for place in places):
            missed |= dict.fromkeys(names.intersection(unused), settings)
    for settings in dict.fromkeys(missed.values()):
        yield settings, [name for name, of in missed.items() if of == settings and name not in has]
