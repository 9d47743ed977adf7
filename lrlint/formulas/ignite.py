"""The schedulers of ignite's handlers (0.5): one value for each event that they are attached to.

An event writes the value of the counter and then adds 1 to it, so that construction writes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from lrlint.formulas.replay import Group, Replay


class EventSchedule(Replay):
    """A `ParamScheduler`; a step is an event."""

    def __init__(self, groups: list[Group], param_group_index: int | None = None) -> None:
        self.groups = groups if param_group_index is None else [groups[param_group_index]]
        self.base_lrs = [group["lr"] for group in self.groups]
        self.last_epoch = -1
        self.event_index = 0

    def step(self, value: Any = None) -> None:
        for group, rate in zip(self.groups, self.rates(), strict=True):
            group["lr"] = rate
        self.event_index += 1

    def rates(self) -> list[Any]:
        """Return the value of this event for each group."""
        return [self.value()] * len(self.groups)

    def value(self) -> Any:
        """Return the value of this event."""
        raise NotImplementedError


class _Cyclical(EventSchedule):
    def __init__(
        self,
        groups: list[Group],
        start_value: float,
        end_value: float,
        cycle_size: int,
        cycle_mult: float = 1.0,
        start_value_mult: float = 1.0,
        end_value_mult: float = 1.0,
        warmup_duration: int = 0,
        save_history: bool = False,
        param_group_index: int | None = None,
    ) -> None:
        super().__init__(groups, param_group_index)
        if cycle_size < 2:
            raise ValueError(f"cycle_size must be larger than 1, not {cycle_size}")
        self.start_value, self.end_value = start_value, end_value
        self.cycle_size, self.cycle_mult = cycle_size, cycle_mult
        self.start_value_mult, self.end_value_mult = start_value_mult, end_value_mult
        self.warmup_duration = warmup_duration
        self.total_cycle_size = warmup_duration + cycle_size

    def step(self, value: Any = None) -> None:
        if self.event_index and self.event_index == self.cycle_size:
            self.start_value *= self.start_value_mult
        if self.event_index and self.event_index == self.total_cycle_size:
            self.event_index = 0
            self.cycle_size = int(self.cycle_size * self.cycle_mult)
            self.warmup_duration = int(self.warmup_duration * self.cycle_mult)
            self.total_cycle_size = self.warmup_duration + self.cycle_size
            self.end_value *= self.end_value_mult
        super().step()

    def value(self) -> Any:
        if self.event_index > self.cycle_size:
            progress = (self.event_index - self.cycle_size) / self.warmup_duration
            return self.end_value + (self.start_value - self.end_value) * progress
        return self.of_cycle(self.event_index / self.cycle_size)

    def of_cycle(self, progress: float) -> Any:
        """Return the value at a share of the cycle."""
        raise NotImplementedError


class LinearCyclicalScheduler(_Cyclical):
    """From the start value to the end value and back, or only there if it is monotonic."""

    def __init__(self, *arguments: Any, monotonic: bool = False, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.monotonic = monotonic
        if self.warmup_duration > 0 and not monotonic:
            raise ValueError("warmup_duration needs monotonic=True")

    def of_cycle(self, progress: float) -> Any:
        if self.monotonic:
            return self.start_value + (self.end_value - self.start_value) * progress
        return self.end_value + (self.start_value - self.end_value) * abs(progress - 0.5) * 2


class CosineAnnealingScheduler(_Cyclical):
    """Half a cosine from the start value to the end value in each cycle."""

    def of_cycle(self, progress: float) -> Any:
        half = (self.end_value - self.start_value) / 2
        return self.start_value + half * (1 - math.cos(math.pi * progress))


class PiecewiseLinear(EventSchedule):
    """Lines between milestones, each with its value."""

    def __init__(
        self,
        groups: list[Group],
        milestones_values: Sequence[Sequence[Any]],
        save_history: bool = False,
        param_group_index: int | None = None,
    ) -> None:
        super().__init__(groups, param_group_index)
        self.milestones = [milestone for milestone, _ in milestones_values]
        self.values = [value for _, value in milestones_values]
        if not self.milestones or sorted(self.milestones) != self.milestones:
            raise ValueError("milestones must be increasing integers")
        self.index = 0

    def value(self) -> Any:
        at, milestones, values = self.event_index, self.milestones, self.values
        if at < milestones[0]:
            start, end, low, high = at - 1, at, values[0], values[0]
        elif at >= milestones[-1]:
            start, end, low, high = at, at + 1, values[-1], values[-1]
        else:
            while not milestones[self.index] <= at < milestones[self.index + 1]:
                self.index += 1
            start, end = milestones[self.index], milestones[self.index + 1]
            low, high = values[self.index], values[self.index + 1]
        return low + (high - low) * (at - start) / (end - start)


class LRScheduler(EventSchedule):
    """A scheduler of torch, whose `get_lr()` is written without its `step()`."""

    def __init__(
        self, groups: list[Group], lr_scheduler: Replay, save_history: bool = False
    ) -> None:
        super().__init__(groups)
        self.inner = lr_scheduler

    def step(self, value: Any = None) -> None:
        super().step()
        self.inner.last_epoch += 1

    def rates(self) -> list[Any]:
        if hasattr(self.inner, "T_cur"):
            self._move_restarts(self.inner)
        return self.inner.next_lrs()

    def _move_restarts(self, inner: Any) -> None:
        """Move a `CosineAnnealingWarmRestarts`, which counts in its `step()`."""
        if inner.last_epoch < 0:
            inner.T_i, inner.T_cur, inner.last_epoch = inner.T_0, 0, 0
            return
        inner.T_cur += 1
        if inner.T_cur >= inner.T_i:
            inner.T_cur -= inner.T_i
            inner.T_i *= inner.T_mult
        inner.last_epoch += 1


class ConcatScheduler(EventSchedule):
    """Schedules one after the other, each for its number of events."""

    def __init__(
        self,
        groups: list[Group],
        schedulers: Sequence[Replay],
        durations: Sequence[int],
        save_history: bool = False,
    ) -> None:
        super().__init__(groups)
        if len(schedulers) < 2 or len(schedulers) != len(durations) + 1:
            raise ValueError("there must be one duration less than schedulers")
        self.schedulers, self.durations = list(schedulers), list(durations)
        self.part, self.left = 0, self.durations[0]

    def step(self, value: Any = None) -> None:
        if self.left == 0:
            self.part += 1
            more = self.part < len(self.durations)
            self.left = self.durations[self.part] if more else -1
        self.schedulers[self.part].step()
        self.left -= 1


def create_lr_scheduler_with_warmup(
    groups: list[Group],
    lr_scheduler: Replay,
    warmup_start_value: float,
    warmup_duration: int,
    warmup_end_value: float | None = None,
    save_history: bool = False,
) -> ConcatScheduler:
    """Return a linear warm-up and the schedule after it, of an optimizer with one group."""
    (group,) = groups
    if not isinstance(warmup_duration, int):
        raise TypeError(f"warmup_duration must be an integer, not {warmup_duration}")
    if warmup_duration < 2:
        raise ValueError(f"warmup_duration must be at least 2 events, not {warmup_duration}")
    end = group["lr"] if warmup_end_value is None else warmup_end_value
    marks = [(0, warmup_start_value), (warmup_duration - 1, end)]
    after = lr_scheduler
    if isinstance(lr_scheduler, EventSchedule):
        if lr_scheduler.rates()[0] == end:
            if warmup_duration > 2:
                step = (end - warmup_start_value) / (warmup_duration - 1)
                marks[-1] = (warmup_duration - 2, end - step)
            else:
                marks.pop()
    else:
        if group["lr"] != end:
            marks.append((warmup_duration, group["lr"]))
        lr_scheduler.last_epoch += 1
        after = LRScheduler(groups, lr_scheduler)
    return ConcatScheduler(groups, [PiecewiseLinear(groups, marks), after], [marks[-1][0] + 1])


SCHEDULES: dict[str, Callable[..., EventSchedule]] = {
    "LinearCyclicalScheduler": LinearCyclicalScheduler,
    "CosineAnnealingScheduler": CosineAnnealingScheduler,
    "PiecewiseLinear": PiecewiseLinear,
    "LRScheduler": LRScheduler,
    "ConcatScheduler": ConcatScheduler,
    "create_lr_scheduler_with_warmup": create_lr_scheduler_with_warmup,
}
"""What makes each schedule on param groups, by its name in ``ignite.handlers``."""
