"""The passes over ``DataLoader``s: which are under way, how long, and what is trained in them."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from lrlint.runtime.records import Loader, OptimizerRecord, Pass
from lrlint.runtime.sites import RunPlace


class Passes:
    """Hears of every batch that a loader hands out.

    ``place`` tells where in the user's code something is asked for.
    """

    def __init__(self, place: Callable[[], RunPlace | None]) -> None:
        self.loader = Loader()
        self.given = 0
        """Batches handed out so far."""
        self._place = place
        self._by_iterator: dict[int, Pass] = {}
        self.active: list[int] = []
        """The iterators whose loops have begun and not ended, the innermost last."""
        self._count = 0

    def requested(self, iterator: Any) -> None:
        """``next()`` of a loader's iterator: another pass begins, or goes on."""
        key = id(iterator)
        current = self._by_iterator.get(key)
        if current is None:
            self._count += 1
            current = self._by_iterator[key] = Pass(self._count, self._place())
            weakref.finalize(iterator, self.ended, key, current.number).atexit = False
        if not self.active or self.active[-1] != key:
            if key in self.active:
                self.active.remove(key)
            self.active.append(key)

    def handed_out(self, iterator: Any) -> None:
        """``next()`` has returned a batch."""
        current = self._by_iterator.get(id(iterator))
        if current is not None:
            current.batches += 1
            self.given += 1

    def ended(self, key: int, number: int | None = None) -> None:
        """An iterator is exhausted or gone."""
        current = self._by_iterator.get(key)
        if current is None or (number is not None and current.number != number):
            return
        del self._by_iterator[key]
        if key in self.active:
            self.active.remove(key)
        if current.updates:
            self.loader.ended(current.batches, current.place)

    def updated(self, record: OptimizerRecord) -> None:
        """An optimizer has stepped: the batches since its last step were for this one."""
        batches = self.given - record.given
        if self.active:
            current = self._by_iterator[self.active[-1]]
            if current.updates and batches:
                few = batches if record.fewest is None else record.fewest
                record.fewest = min(few, batches)
                record.most = max(record.most, batches)
            current.updates += 1
        record.given = self.given

    def finish(self) -> None:
        """Close the passes that a ``break`` has left open."""
        for key in list(self._by_iterator):
            self.ended(key)
