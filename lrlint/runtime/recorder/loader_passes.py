"""The passes over ``DataLoader``s: which are under way, how long, and what is trained in them."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lrlint.runtime.recorder.call_sites import RunPlace
from lrlint.runtime.recorder.pass_totals import PassTotals
from lrlint.runtime.recorder.records import RecordedOptimizer


@dataclass(eq=False)
class _OpenPass:
    number: int
    place: RunPlace | None
    batches: int = 0
    optimizers: dict[int, RecordedOptimizer] = field(default_factory=dict)
    """Those that were stepped in it, by the id of their record."""


class LoaderPasses:
    """Hears of every batch that a loader yields.

    ``place`` tells where in the user's code something is asked for.
    """

    def __init__(self, place: Callable[[], RunPlace | None]) -> None:
        self.totals = PassTotals()
        """The passes that trained any optimizer; each record has its own."""
        self.batches = 0
        """Batches yielded so far."""
        self.active: list[int] = []
        """The iterators whose loops have begun and not ended, the innermost last."""
        self._place = place
        self._by_iterator: dict[int, _OpenPass] = {}
        self._count = 0

    def requested(self, iterator: Any) -> None:
        """Hear of ``next()`` of a loader's iterator: another pass begins, or goes on."""
        key = id(iterator)
        current = self._by_iterator.get(key)
        if current is None:
            self._count += 1
            current = self._by_iterator[key] = _OpenPass(self._count, self._place())
            weakref.finalize(iterator, self.ended, key, current.number).atexit = False
        if not self.active or self.active[-1] != key:
            if key in self.active:
                self.active.remove(key)
            self.active.append(key)

    def yielded(self, iterator: Any) -> None:
        """Count the batch that ``next()`` has returned."""
        current = self._by_iterator.get(id(iterator))
        if current is not None:
            current.batches += 1
            self.batches += 1

    def ended(self, key: int, number: int | None = None) -> None:
        """Close the pass of an iterator that is exhausted or gone."""
        current = self._by_iterator.get(key)
        if current is None or (number is not None and current.number != number):
            return
        del self._by_iterator[key]
        if key in self.active:
            self.active.remove(key)
        if current.optimizers:
            self.totals.add(current.batches, current.place)
        for optimizer in current.optimizers.values():
            optimizer.passes.add(current.batches, current.place)

    def stepped(self, optimizer: RecordedOptimizer) -> None:
        """Count an optimizer step, which uses the batches since the optimizer's last step."""
        batches = self.batches - optimizer.batches
        if self.active:
            current = self._by_iterator[self.active[-1]]
            if id(optimizer) in current.optimizers and batches:
                optimizer.most_batches = max(optimizer.most_batches, batches)
            current.optimizers[id(optimizer)] = optimizer
        optimizer.batches = self.batches

    def finish(self) -> None:
        """Close the passes that a ``break`` has left open."""
        for key in list(self._by_iterator):
            self.ended(key)
