"""lrlint: know the learning rate that a PyTorch training script will really use."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lrlint.api import LintError, lint
    from lrlint.diagnostics import Diagnostic, Severity
    from lrlint.errors import ScheduleError, UserError
    from lrlint.runtime.watch import enable, watch

__version__ = "0.1.0"

__path__ += [f"{folder}/moved" for folder in __path__]  # see `lrlint.moved`

_LAZY = {
    "Diagnostic": "lrlint.diagnostics",
    "LintError": "lrlint.api",
    "ScheduleError": "lrlint.errors",
    "Severity": "lrlint.diagnostics",
    "UserError": "lrlint.errors",
    "enable": "lrlint.runtime.watch",
    "lint": "lrlint.api",
    "watch": "lrlint.runtime.watch",
}
"""Imported on first use, so that `import lrlint` costs nothing."""


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})


__all__ = [
    "Diagnostic",
    "LintError",
    "ScheduleError",
    "Severity",
    "UserError",
    "__version__",
    "enable",
    "lint",
    "watch",
]
