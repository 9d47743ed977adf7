"""A torch scheduler and its replay, driven side by side."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch
from torch.optim import lr_scheduler, swa_utils
from transformers import optimization

from lrlint.formulas import LAWS, Group, Replay

PLAIN = {name: law for name, law in LAWS.items() if not law.positioned and "." not in name}
"""The laws of schedulers that count their own steps: torch's and transformers'."""
Spec = tuple[str, Mapping[str, Any]]
"""A scheduler: its name and its arguments; in a composition's `schedulers`, a list of specs."""

OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "SGD": torch.optim.SGD,
    "AdamW": torch.optim.AdamW,
    "RMSprop": torch.optim.RMSprop,
    "Adagrad": torch.optim.Adagrad,
}


def optimizer_with(
    lrs: Sequence[float], kind: str = "SGD", dtype: torch.dtype | None = None
) -> torch.optim.Optimizer:
    """Return an optimizer with one group per LR, as tensors where a dtype is given."""
    parameters = [torch.nn.Parameter(torch.zeros(1)) for _ in lrs]
    groups = [
        {"params": [parameter], "lr": lr if dtype is None else torch.tensor(lr, dtype=dtype)}
        for parameter, lr in zip(parameters, lrs, strict=True)
    ]
    return OPTIMIZERS[kind](groups, lr=lrs[0])


def groups_of(optimizer: torch.optim.Optimizer) -> list[Group]:
    """Return copies of the param groups, without the parameters."""
    return [
        {key: _copy(value) for key, value in group.items() if key != "params"}
        for group in optimizer.param_groups
    ]


def _copy(value: Any) -> Any:
    return value.clone() if isinstance(value, torch.Tensor) else value


def torch_callable(name: str) -> Callable[..., Any]:
    """Return the class or function that `LAWS[name]` is about."""
    for module in (lr_scheduler, swa_utils, optimization):
        if hasattr(module, name):
            found: Callable[..., Any] = getattr(module, name)
            return found
    raise LookupError(name)


def build_torch(optimizer: torch.optim.Optimizer, spec: Spec) -> Any:
    """Return the real scheduler; members of a composition first, in list order."""
    name, arguments = spec
    arguments = dict(arguments)
    if "schedulers" in arguments:
        arguments["schedulers"] = [build_torch(optimizer, s) for s in arguments["schedulers"]]
    if name == "ChainedScheduler":
        return lr_scheduler.ChainedScheduler(**arguments, optimizer=optimizer)
    return torch_callable(name)(optimizer=optimizer, **arguments)


def build_replay(groups: list[Group], spec: Spec, default_lr: float | None = None) -> Replay:
    """Return the replay of the same scheduler."""
    name, arguments = spec
    arguments = dict(arguments)
    if "schedulers" in arguments:
        arguments["schedulers"] = [
            build_replay(groups, s, default_lr) for s in arguments["schedulers"]
        ]
    return LAWS[name].start(groups, default_lr=default_lr, **arguments)


def outcome(action: Callable[[], Any]) -> tuple[Any, type[Exception] | None]:
    """Return the result of `action` and the type of exception it raised."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return action(), None
        except Exception as error:
            return None, type(error)


def torch_lrs(spec: Spec, lrs: Sequence[float], steps: int, kind: str = "SGD") -> list[list[float]]:
    """Return the LRs that torch really uses: after construction and after each of `steps` steps."""
    optimizer = optimizer_with(lrs, kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scheduler = build_torch(optimizer, spec)
        seen = [[group["lr"] for group in optimizer.param_groups]]
        for _ in range(steps):
            scheduler.step()
            seen.append([group["lr"] for group in optimizer.param_groups])
    return seen


class Twins:
    """One optimizer in torch and one in bare dicts, with the same schedulers on both."""

    def __init__(
        self, lrs: Sequence[float], kind: str = "SGD", dtype: torch.dtype | None = None
    ) -> None:
        self.optimizer = optimizer_with(lrs, kind, dtype)
        self.groups = groups_of(self.optimizer)
        self.default_lr = self.optimizer.defaults["lr"]
        self.pairs: list[tuple[Any, Replay]] = []

    def build(self, spec: Spec) -> type[Exception] | None:
        """Build both; the type of exception that both raise, if they do."""
        real, error = outcome(lambda: build_torch(self.optimizer, spec))
        replay, own_error = outcome(lambda: build_replay(self.groups, spec, self.default_lr))
        assert own_error is error, f"{spec}: torch raises {error}, the replay {own_error}"
        self.compare(f"building {spec}")
        if error is None:
            self.pairs.append((real, replay))
        return error

    def step(self, index: int = 0, *value: Any) -> type[Exception] | None:
        """Step both; the type of exception that both raise, if they do."""
        real, replay = self.pairs[index]
        _, error = outcome(lambda: real.step(*value))
        _, own_error = outcome(lambda: replay.step(*value))
        assert own_error is error, f"step{value}: torch raises {error}, the replay {own_error}"
        self.compare(f"step{value}")
        if hasattr(real, "last_epoch"):
            assert replay.last_epoch == real.last_epoch
        return error

    def write(self, lrs: Iterable[float]) -> None:
        """What a script does by hand: `param_group["lr"] = lr`."""
        for group, twin, lr in zip(self.optimizer.param_groups, self.groups, lrs, strict=True):
            if isinstance(group["lr"], torch.Tensor):
                group["lr"].fill_(lr)
                twin["lr"].fill_(lr)
            else:
                group["lr"] = twin["lr"] = lr

    def compare(self, when: str) -> None:
        """Every number in every group is the same, to the last bit."""
        for index, (group, twin) in enumerate(
            zip(self.optimizer.param_groups, self.groups, strict=True)
        ):
            for key in group.keys() - {"params"}:
                assert _same(twin.get(key), group[key]), (
                    f"{when}: group {index} has {key}={twin.get(key)!r}, torch {group[key]!r}"
                )


def _same(ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, torch.Tensor):
        same = ours.dtype == theirs.dtype and ours.shape == theirs.shape
        return same and torch.equal(ours.nan_to_num(7.0), theirs.nan_to_num(7.0))
    if isinstance(theirs, tuple):
        return len(ours) == len(theirs) and all(map(_same, ours, theirs))
    return bool(ours == theirs) or (ours != ours and theirs != theirs)


def signature_after_optimizer(name: str) -> list[inspect.Parameter]:
    """Return torch's signature, without the optimizer."""
    parameters = inspect.signature(torch_callable(name)).parameters.values()
    return [parameter for parameter in parameters if parameter.name != "optimizer"]
