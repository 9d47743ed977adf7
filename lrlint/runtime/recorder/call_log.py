"""Where in the user's code, and in which order, the calls of a run are made."""

from __future__ import annotations

import os

import torch

from lrlint.runtime.recorder.call_sites import CallSite, PlaceFinder, RunPlace
from lrlint.runtime.recorder.records import RecordedCall, RecordedOptimizer

MOST_CALLS = 16
"""Calls of one kind that are kept."""


class CallLog:
    """Numbers the calls of a run and finds their places."""

    def __init__(self) -> None:
        self._finder = PlaceFinder(os.path.dirname(torch.__file__) + os.sep)
        self._order = 0

    def user_place(self) -> RunPlace | None:
        """Return where in the user's code we are; None where no frame is the user's."""
        return self._finder.here()

    def place(self, built: object = None) -> RunPlace:
        """Return where in the user's code we are, or a place that says that it is unknown.

        That is where ``built`` is being built, if it is given.
        """
        return self._finder.here(built) or RunPlace("<unknown>", 1)

    def next_order(self) -> int:
        """Return the number of the next call."""
        self._order += 1
        return self._order

    def keep(self, calls: list[RecordedCall], optimizer: RecordedOptimizer) -> None:
        """Add the call under way to ``calls``, unless there are many already."""
        if len(calls) < MOST_CALLS:
            calls.append(RecordedCall(self.place(), self.next_order(), bool(optimizer.steps)))

    def count(self, sites: dict[RunPlace, CallSite], place: RunPlace, steps: int) -> CallSite:
        """Count a call at ``place``, made when the optimizer has done ``steps`` steps."""
        site = sites.get(place)
        if site is None:
            site = sites[place] = CallSite(place, first_at=steps, order=self.next_order())
        site.calls += 1
        site.last_at = steps
        return site
