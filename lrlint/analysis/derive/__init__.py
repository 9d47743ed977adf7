"""From a trace to the facts that rules judge."""

from __future__ import annotations

from lrlint.analysis.derive.training import derive

__all__ = ["derive"]
