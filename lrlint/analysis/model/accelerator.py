"""The settings of an `Accelerator` that decide how often prepared objects step."""

from __future__ import annotations

from dataclasses import dataclass, field

from lrlint.analysis.places.place import SyntaxPlace
from lrlint.symbolic import Expr


@dataclass(eq=False, slots=True)
class Accelerator:
    """How accelerate steps what it prepares."""

    processes: Expr
    """The atom of the number of processes."""
    advances: Expr | None
    """How often one ``step()`` advances a scheduler; None where that is not known."""
    every: Expr | None
    """How many batches make an update under ``accumulate()``; None where that is not known."""
    resets: bool = True
    """Whether the last batch of a loader makes an update, too."""
    holds_back: bool = True
    """Whether a scheduler steps only with its optimizer."""
    splits: bool | None = False
    """Whether the processes share each batch of a loader, instead of the batches."""
    ignored: SyntaxPlace | None = None
    """The place of a ``split_batches`` that accelerate ignores."""
    lengths: list[Expr] = field(default_factory=list)
    """How many batches the prepared loaders have for each process."""
