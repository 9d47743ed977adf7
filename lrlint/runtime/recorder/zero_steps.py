"""The optimizer steps that used an LR of exactly 0 in every param group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lrlint.facts import ZeroSteps


@dataclass
class ZeroLRs:
    """Counts them; hears only of steps whose LRs are others than those of the step before."""

    count: int = 0
    """Those of stretches that have ended."""
    first: int | None = None
    """How many steps come before the first of them."""
    last: int = 0
    """How many come before the last of an ended stretch."""
    since: int | None = None
    """Where the stretch under way has begun."""

    def note(self, step: int, lrs: Sequence[float]) -> None:
        """Take in the LRs of a step."""
        if any(lrs) or not lrs:
            if self.since is not None:
                self.count += step - self.since
                self.last, self.since = step - 1, None
        elif self.since is None:
            self.since = step
            self.first = step if self.first is None else self.first

    def fact(self, steps: int) -> ZeroSteps | None:
        """Return them in a training of so many steps; None where there are none."""
        if self.first is None:
            return None
        open_steps = 0 if self.since is None else steps - self.since
        last = self.last if self.since is None else steps - 1
        return ZeroSteps(count=self.count + open_steps, first=self.first, last=last, of=steps)
