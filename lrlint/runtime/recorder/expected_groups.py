"""What the LR should be: an optimizer's param groups as its schedulers alone would have them.

The replays of the schedulers write them, in the order in which the real ones are stepped. Where a
scheduler cannot be replayed, what torch has written is taken over, so that only a later writer is
noticed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from lrlint.formulas import Group
from lrlint.runtime.recorder.lr_values import NO_LR, as_number, plain_number

_LRS = ("lr", "initial_lr", "max_lr", "min_lr", "swa_lr")
_KEPT = ("momentum", "betas", "max_momentum", "base_momentum")


class ExpectedGroups:
    """The param groups of one optimizer, as plain dicts with floats for tensors."""

    def __init__(self, groups: Sequence[Mapping[str, Any]]) -> None:
        self.groups: list[Group] = []
        self._unread: list[Any] | None = None
        self.follow(groups)

    def follow(self, groups: Sequence[Mapping[str, Any]]) -> None:
        """Take over the real groups as they are: new ones, or those that a checkpoint set."""
        self._unread = None
        del self.groups[len(groups) :]
        for mine, real in zip(self.groups, groups, strict=False):
            for key in _LRS:
                mine.pop(key, None)
            mine.update(_copy(real))
        self.groups += [_copy(real) for real in groups[len(self.groups) :]]

    def starts_as(self, optimizer: Any) -> bool:
        """Whether the groups have the base LRs that are expected: none that the script has set."""
        real = [as_number(group.get("initial_lr")) for group in optimizer.param_groups]
        return None not in real and real == [group.get("initial_lr") for group in self.groups]

    def follow_lrs(self, groups: Sequence[Mapping[str, Any]]) -> None:
        """Take over the LRs that a scheduler's step has written, without waiting for a device."""
        lrs = [group.get("lr") for group in groups]
        if len(lrs) == len(self.groups) and any(isinstance(lr, Tensor) for lr in lrs):
            self._unread = [lr.detach().clone() if isinstance(lr, Tensor) else lr for lr in lrs]
        else:
            self.follow(groups)

    def read(self) -> None:
        """Wait for the device and put LRs that were taken over as tensors into ``groups``."""
        if self._unread is not None:
            for group, lr in zip(self.groups, self._unread, strict=True):
                group["lr"] = plain_number(lr)
            self._unread = None

    @property
    def lr(self) -> list[Any]:
        """The LRs as floats, or as tensors where they were taken over as such."""
        return self._unread or [group["lr"] for group in self.groups]

    @property
    def initial(self) -> list[float]:
        """The base LRs of a scheduler that is built now."""
        return [group["initial_lr" if "initial_lr" in group else "lr"] for group in self.groups]


def _copy(group: Mapping[str, Any]) -> Group:
    lrs = {key: as_number(group[key]) for key in _LRS if key in group}
    copy: Group = {"lr": NO_LR} | {key: lr for key, lr in lrs.items() if lr is not None}
    return copy | {key: group[key] for key in _KEPT if key in group}
