"""Tell our stack frames from the user's, and keep them out of warnings and tracebacks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

OURS = str(Path(__file__).absolute().parents[2]) + os.sep
"""The folder of lrlint's own files."""
HIDDEN = "<lrlint: importlib._bootstrap>"
"""The file name of our wrappers' frames: `warnings.warn(stacklevel=…)` passes over every frame
whose file name holds the words importlib and _bootstrap, in all releases of Python."""


def hidden(function: Any) -> Any:
    """Give a function's code the file name HIDDEN.

    A warning that torch addresses to the caller of ``scheduler.step()`` then names the user's line
    and not ours.
    """
    function.__code__ = function.__code__.replace(co_filename=HIDDEN)
    return function
