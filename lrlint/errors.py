"""Errors that the user can correct, and the line that asks to report a bug; exit status 2."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lrlint.diagnostics import Diagnostic


class UserError(ValueError):
    """The message is one line that names what is wrong and where."""


class ConfigError(UserError):
    """A configuration that cannot be used; the message names file and key."""


class UnknownSelector(UserError):
    """A selector that names no rule; the message says where it is and suggests others."""


class PluginError(UserError):
    """Rules that cannot be loaded; the message names the plugin."""


class ScheduleError(RuntimeError):
    """The LR of a recorded run differs from its schedule; ``findings`` say how and where."""

    def __init__(self, findings: Sequence[Diagnostic]) -> None:
        first = findings[0]
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        where = f"{first.filename}:{first.location.row}"
        super().__init__(f"{where}: {first.code} {first.name}: {first.message}{more}")
        self.findings = tuple(findings)


class Interrupted(BaseException):
    """A script that was run ended by Ctrl-C, and this process must end in the same way."""


def internal_error(where: str, error: BaseException, plugin: str | None = None) -> str:
    """Return the line that asks to report a bug, met in ``where``.

    ``plugin`` is the distribution whose code failed, None where that is lrlint's own.
    """
    what = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    report = f"{where}: {what} ({_raised_at(error)}); please report it"
    return f"internal error in {report}" if plugin is None else f"{plugin} failed in {report} there"


def _raised_at(error: BaseException) -> str:
    """Return the line of code that raised an exception: ``analysis/loops.py:123``."""
    trace = error.__traceback__
    if trace is None:
        return "unknown place"
    while trace.tb_next is not None:
        trace = trace.tb_next
    file = Path(trace.tb_frame.f_code.co_filename)
    return f"{file.parent.name}/{file.name}:{trace.tb_lineno}"
