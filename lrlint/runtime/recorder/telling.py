"""Say a line on standard error, whatever the script has done to that stream."""

from __future__ import annotations

import sys


def tell(message: str) -> None:
    """Write a line; a stream that is closed, full or replaced is no reason to stop a training."""
    stream = getattr(sys, "stderr", None)  # a script may delete it
    if stream is None:  # for which `print` takes standard output
        return
    try:
        print(f"lrlint: {message}", file=stream, flush=True)
    except Exception:  # any object may stand in for the stream
        return
