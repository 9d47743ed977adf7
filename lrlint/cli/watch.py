"""``lrlint check --watch``: lints again whenever something changes that a result rests on.

What that is only the cache knows: imported modules, settings files, files that do not exist yet. So
the files are linted again and again, and the cache makes that cheap while nothing has changed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from lrlint.cli import work
from lrlint.cli.options import Options
from lrlint.cli.terminal import is_terminal, say, write
from lrlint.cli.work import Result
from lrlint.errors import UserError
from lrlint.linter.report import Report
from lrlint.linter.resolve import Resolver
from lrlint.output.summary import count

_PAUSE = 0.5
_SHARE = 10
"""Seconds between two looks, and how many times as long as a look took at least."""


def watch(
    options: Options,
    resolver: Callable[[], Resolver],
    show: Callable[[Result, Resolver], object],
) -> None:
    """Lint and show the result, and do so after each change, until the user interrupts."""
    with tempfile.TemporaryDirectory(prefix="lrlint-") as folder:
        seen: object = None
        while True:
            start = time.monotonic()
            try:
                settings = resolver()
                result = work.run(settings, options)
            except UserError as error:
                if seen != str(error):
                    seen = str(error)
                    _clear()
                    say(seen)
                    _say_what_is_watched("the configuration")
            else:
                report = result.report
                if seen != (seen := _seen(report)):
                    _clear()
                    show(result, settings)
                    _say_what_is_watched(count(report.files_found, "file"))
                if options.no_cache or report.cache_trouble is not None:
                    options = replace(options, cache_dir=Path(folder), no_cache=False)
            time.sleep(max(_PAUSE, _SHARE * (time.monotonic() - start)))


def _seen(report: Report) -> tuple[object, ...]:
    """Return what a user sees of a report."""
    texts = [(name, source.data) for name, source in sorted(report.sources.items())]
    shown = (report.diagnostics, report.problems, report.undecided, report.unreported)
    return (*shown, report.files_found, report.files_analysed, texts)


def _clear() -> None:
    if is_terminal(sys.stdout):
        write("\x1b[2J\x1b[3J\x1b[H")


def _say_what_is_watched(what: str) -> None:
    say(f"{datetime.now():%H:%M:%S}: watching {what}; Ctrl-C ends")
