"""What the LR should be: each scheduler's recursion, replayed beside torch's own.

An optimizer's shadow holds its param groups as plain dicts; the replays of its schedulers write
them in the order in which the real ones are stepped. Laws that call the user's own functions are
not replayed, since a function may have effects: there the shadow takes over what torch has
written, so that only a later writer is found out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lrlint.formulas import LAWS, Group, Law, Replay

_LRS = ("lr", "initial_lr", "max_lr", "min_lr", "swa_lr")
_KEPT = ("momentum", "betas", "max_momentum", "base_momentum")


def number(value: Any) -> float:
    """A LR as a float; reading a tensor waits for its device."""
    return float(value)


class Shadow:
    """The param groups of one optimizer, as its schedulers alone would have them."""

    def __init__(self, groups: Sequence[Mapping[str, Any]]) -> None:
        self.groups: list[Group] = []
        self._unread: list[Any] | None = None
        self.follow(groups)

    def follow(self, groups: Sequence[Mapping[str, Any]]) -> None:
        """Take over the groups as they are: new ones, or those that a checkpoint has brought."""
        self._unread = None
        del self.groups[len(groups) :]
        for mine, real in zip(self.groups, groups, strict=False):
            mine.update(_copy(real))
        self.groups += [_copy(real) for real in groups[len(self.groups) :]]

    def follow_lrs(self, groups: Sequence[Mapping[str, Any]], tensor: Any) -> None:
        """Take over the LRs that a scheduler's step has written, without waiting for a device."""
        lrs = [group["lr"] for group in groups]
        if len(lrs) == len(self.groups) and any(isinstance(lr, tensor) for lr in lrs):
            self._unread = [lr.clone() if isinstance(lr, tensor) else lr for lr in lrs]
        else:
            self.follow(groups)

    def read(self) -> None:
        """Wait for the device, where LRs were taken over as tensors: ``groups`` holds them then."""
        if self._unread is not None:
            for group, lr in zip(self.groups, self._unread, strict=True):
                group["lr"] = number(lr)
            self._unread = None

    @property
    def lr(self) -> list[Any]:
        """Floats; tensors where they were taken over as such."""
        return self._unread or [group["lr"] for group in self.groups]

    @property
    def initial(self) -> list[float]:
        """What a scheduler that is built now starts from."""
        return [group["initial_lr" if "initial_lr" in group else "lr"] for group in self.groups]


def _copy(group: Mapping[str, Any]) -> Group:
    mine: Group = {key: number(group[key]) for key in _LRS if key in group}
    return mine | {key: group[key] for key in _KEPT if key in group}


_MODULES = frozenset({"torch.optim.lr_scheduler", "torch.optim.swa_utils"})


def law_of(scheduler: object) -> Law | None:
    """The law of a scheduler of torch's own; None for a class of somebody else's."""
    cls = type(scheduler)
    law = LAWS.get(cls.__name__)
    ours = cls.__module__ in _MODULES and law is not None and law.is_class
    return law if ours else None


def start(
    law: Law | None,
    shadow: Shadow,
    arguments: Mapping[str, object],
    children: Sequence[Replay | None],
) -> Replay | None:
    """The replay of a scheduler that has just been built; None where it can only be followed."""
    if law is None or law.takes_metric or any(map(callable, leaves(arguments))):
        return None
    values = dict(arguments)
    if "schedulers" in values:
        if None in children or not children:
            return None
        values["schedulers"] = list(children)
    try:
        return law.start(shadow.groups, **values)
    except Exception:
        return None  # a form of arguments that the replay does not take: follow


def leaves(arguments: Mapping[str, object]) -> list[object]:
    """The values of arguments and of the lists among them; parts of a composition left out."""
    found: list[object] = []
    for name, value in arguments.items():
        if name != "schedulers":
            found += value if isinstance(value, (list, tuple)) else [value]
    return found


def unwrapped(optimizer: Any) -> Any:
    """The optimizer that steps: inside accelerate's wrapper, and others like it."""
    for _ in range(10):
        inner = getattr(optimizer, "optimizer", None)
        if not hasattr(inner, "param_groups"):
            break
        optimizer = inner
    return optimizer
