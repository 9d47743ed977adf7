"""How many epochs each optimizer of a run is trained for.

A process may train several models, one after the other or in turn: each has its own epochs.
"""

from __future__ import annotations

from functools import cached_property

from lrlint.runtime.recorder.optimizer_listener import SITES_UNTIL
from lrlint.runtime.recorder.pass_totals import PassTotals
from lrlint.runtime.recorder.recorder import Recorder
from lrlint.runtime.recorder.records import RecordedOptimizer


class Epochs:
    """The epochs of a run so far: passes over a ``DataLoader``, or trips of a loop."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def passes(self, optimizer: RecordedOptimizer) -> PassTotals:
        """Return the passes over loaders that train an optimizer; if it never steps, all passes."""
        return optimizer.passes if optimizer.steps else self._recorder.passes.totals

    def of(self, optimizer: RecordedOptimizer) -> int | None:
        """Return how many epochs an optimizer is trained for, None where that is not known."""
        return self.passes(optimizer).passes or self.in_loops(optimizer)

    def in_loops(self, optimizer: RecordedOptimizer) -> int | None:
        """Return the epochs of a training without a ``DataLoader``: the given ones, or as seen."""
        if self._recorder.epochs is not None or self._recorder.passes.batches:
            return self._recorder.epochs
        count = _count(optimizer)
        return self._common_count if count is None else count

    @cached_property
    def _common_count(self) -> int | None:
        """The epochs of all optimizers whose epochs are known, where they agree.

        A generator that is stepped once per epoch shares the epochs of its discriminator.
        """
        counts = {_count(optimizer) for optimizer in self._recorder.optimizers} - {None}
        return counts.pop() if len(counts) == 1 else None


def _count(optimizer: RecordedOptimizer) -> int | None:
    return optimizer.loop_epochs.count(optimizer.steps, SITES_UNTIL)
