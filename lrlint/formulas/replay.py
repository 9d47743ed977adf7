"""The machinery that torch's schedulers share, replayed on bare param-group dicts.

`Replay` mirrors `torch.optim.lr_scheduler.LRScheduler` (torch 2.13) step for step, so that every
subclass computes the same floats in the same order. Its attributes have torch's names: a replay
can continue from a scheduler's `state_dict()`. Tensor LRs work too, by duck typing (`clone`,
`fill_`), in their own dtype.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Group = dict[str, Any]
"""One entry of `optimizer.param_groups`."""


def copied(value: Any) -> Any:
    """Return `value`, or a clone of a tensor, which `write` would change in place."""
    clone = getattr(value, "clone", None)
    return value if clone is None else clone()


def values_of(groups: list[Group], key: str) -> list[Any]:
    """Return `group[key]` of every group, tensors cloned; KeyError where one is missing."""
    return [copied(group[key]) for group in groups]


def write(group: Group, key: str, value: Any) -> None:
    """Set `group[key]`: in place, and so in its own dtype, where it is a tensor."""
    fill = getattr(group[key], "fill_", None)
    if fill is None:
        group[key] = value
    else:
        fill(value.squeeze() if getattr(value, "ndim", 0) else value)


class Replay:
    """One scheduler of `groups`: `step()` writes their `lr` as torch would."""

    groups: list[Group]
    last_epoch: int
    """The scheduler's counter; assignable, as torch's is."""
    base_lrs: list[Any]

    _step_count: int = 0
    _initial: bool = False

    def __init__(self, groups: list[Group], last_epoch: int = -1) -> None:
        """Record the initial LRs and take the initial step, which may write.

        Raises KeyError where `last_epoch` resumes groups that have no `initial_lr`.
        """
        self.groups = groups
        if last_epoch == -1:
            for group in groups:
                group.setdefault("initial_lr", copied(group["lr"]))
        for index, group in enumerate(groups):
            if "initial_lr" not in group:
                raise KeyError(f"param_groups[{index}] has no 'initial_lr' to resume from")
        self.base_lrs = values_of(groups, "initial_lr")
        self.last_epoch = last_epoch
        self.begin()

    @property
    def lrs(self) -> list[Any]:
        """The groups' current LRs."""
        return values_of(self.groups, "lr")

    def begin(self, step: Callable[[], None] | None = None) -> None:
        """Take the step of the constructor, from counter -1 to 0: ``step``, or its own."""
        self._step_count = 0
        self._initial = True
        try:
            (step or self.step)()
        finally:
            self._initial = False

    def step(self, value: Any = None) -> None:
        """Advance the counter by one and write the LRs.

        `value` is the script's argument: the epoch to jump to (deprecated outside warm restarts),
        or the metric of a metric-driven law.
        """
        self._step_count += 1
        self.update(value)

    def update(self, epoch: Any = None) -> None:
        """Move the counter, to `epoch` where given, and write; torch's `_update_lr`."""
        if epoch is None:
            self.last_epoch += 1
            lrs = self.next_lrs()
        else:
            self.last_epoch = epoch
            lrs = self.jump_lrs()
        self.write_lrs(lrs)

    def write_lrs(self, lrs: list[Any]) -> None:
        """Write one LR per group; ValueError where a group was added since construction."""
        for group, lr in zip(self.groups, lrs, strict=True):
            write(group, "lr", lr)

    def next_lrs(self) -> list[Any]:
        """Return the LRs at `last_epoch`, as a plain step computes them; torch's `get_lr`."""
        raise NotImplementedError

    def jump_lrs(self) -> list[Any]:
        """Return the LRs at `last_epoch` after a jump: `_get_closed_form_lr` where torch has it."""
        return self.next_lrs()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue where a torch scheduler's `state_dict()` left off; the groups stay as they are.

        Functions (`lr_lambda`, `scale_fn`) are not part of that state and are kept.
        """
        mine = vars(self)
        mine.update({k: v for k, v in state.items() if k in mine and k not in _NOT_STATE})


_NOT_STATE = frozenset({"groups", "optimizer", "lr_lambdas", "scale_fn", "_schedulers"})
