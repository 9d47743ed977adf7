"""Laws that follow a metric: ReduceLROnPlateau, and the transformers' GreedyLR.

They have no closed form: a replay with the stream of metrics is the only prediction.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from lrlint.formulas.arguments import Parameter, is_number, parameters_of, per_group
from lrlint.formulas.law import Law, Problem, refused
from lrlint.formulas.replay import Group, Replay, values_of, write


class _MetricDriven(Replay):
    """What both classes share: which metric is better, and how the LR falls."""

    mode: str
    threshold: float
    threshold_mode: str
    factor: float
    eps: float
    min_lrs: list[float]

    def _judge_by(self, mode: str, threshold: float, threshold_mode: str) -> None:
        if mode not in {"min", "max"}:
            raise ValueError(f"mode is {mode!r}, neither 'min' nor 'max'")
        if threshold_mode not in {"rel", "abs"}:
            raise ValueError(f"threshold_mode is {threshold_mode!r}, neither 'rel' nor 'abs'")
        self.mode, self.threshold, self.threshold_mode = mode, threshold, threshold_mode

    @property
    def _worst(self) -> float:
        return math.inf if self.mode == "min" else -math.inf

    def _is_better(self, metric: float, best: float) -> bool:
        if self.mode == "min":
            if self.threshold_mode == "rel":
                return metric < best * (1.0 - self.threshold)
            return metric < best - self.threshold
        if self.threshold_mode == "rel":
            return metric > best * (self.threshold + 1.0)
        return metric > best + self.threshold

    def _reduce(self, group: Group, min_lr: float) -> None:
        old = float(group["lr"])
        new = max(old * self.factor, min_lr)
        if old - new > self.eps:
            write(group, "lr", new)

    def _advance(self, epoch: int | None) -> None:
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch


class ReduceLROnPlateau(_MetricDriven):
    """The current LR times `factor` after more than `patience` steps without a better metric."""

    def __init__(
        self,
        groups: list[Group],
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: list[float] | float = 0,
        eps: float = 1e-8,
    ) -> None:
        if factor >= 1.0:
            raise ValueError(f"factor must be below 1, not {factor}")
        self.factor = factor
        self.groups = groups
        self.default_min_lr = None if isinstance(min_lr, (list, tuple)) else min_lr
        self.min_lrs = per_group("min_lr", min_lr, len(groups))
        self.patience = patience
        self.cooldown = cooldown
        self.eps = eps
        self.last_epoch = 0
        values_of(groups, "lr")  # a group without one is a KeyError here, as in torch
        self._judge_by(mode, threshold, threshold_mode)
        self.best = self._worst
        self.cooldown_counter = 0
        self.num_bad_epochs = 0

    def step(self, value: Any = None, epoch: int | None = None) -> None:
        """Take the metric `value`; TypeError without one."""
        metric = float(value)
        self._advance(epoch)
        if self._is_better(metric, self.best):
            self.best = metric
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce_all()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0

    def _reduce_all(self) -> None:
        if len(self.groups) != len(self.min_lrs):
            if self.default_min_lr is None:
                raise RuntimeError("min_lr is a list, and a param group was added since")
            self.min_lrs = [self.default_min_lr] * len(self.groups)
        for group, min_lr in zip(self.groups, self.min_lrs, strict=True):
            self._reduce(group, min_lr)


class GreedyLR(_MetricDriven):
    """Down by `factor` on a plateau, up by it on steady improvement, and now and then a restart.

    `min_lr`, `max_lr` and the counters are per scheduler; `smooth` averages the last
    `window_size` metrics; after `reset_start` reductions at the floor everything starts over.
    """

    def __init__(
        self,
        groups: list[Group],
        mode: str = "min",
        factor: float = 0.95,
        patience: int = 10,
        threshold: float = 1e-6,
        threshold_mode: str = "abs",
        cooldown: int = 0,
        warmup: int = 0,
        min_lr: float | list[float] = 1e-3,
        max_lr: float | list[float] = 1.0,
        eps: float = 1e-8,
        verbose: bool = False,
        smooth: bool = False,
        window_size: int = 50,
        reset_start: int = 500,
    ) -> None:
        if factor >= 1.0:
            raise ValueError(f"factor must be below 1, not {factor}")
        self.groups = groups
        self.factor = factor
        self.patience = patience
        self.cooldown = cooldown
        self.warmup = warmup
        self.eps = eps
        self.smooth = smooth
        self.window_size = window_size
        self.reset_start_original = reset_start
        self.last_epoch = 0
        self.min_lrs = per_group("min_lr", min_lr, len(groups))
        self.max_lrs = per_group("max_lr", max_lr, len(groups))
        self._init_lrs = [group["lr"] for group in groups]
        self._judge_by(mode, threshold, threshold_mode)
        self._forget()

    def _forget(self) -> None:
        self.best = self._worst
        self.num_bad_epochs = 0
        self.num_good_epochs = 0
        self.cooldown_counter = 0
        self.warmup_counter = 0
        self.reset_start = self.reset_start_original
        self._window: list[float] = []
        self._sum = 0.0

    def step(self, value: Any = None, epoch: int | None = None) -> None:
        """Take the metric `value`; TypeError without one."""
        metric = float(value)
        if self.smooth:
            metric = self._averaged(metric)
        self._advance(epoch)
        if self.cooldown_counter > 0 or self.warmup_counter > 0:
            if self.cooldown_counter > 0:
                self.cooldown_counter -= 1
            else:
                self.warmup_counter -= 1
            self.num_bad_epochs = self.num_good_epochs = 0
            return
        if self._is_better(metric, self.best):
            self.best = metric
            self.num_bad_epochs = 0
            self.num_good_epochs += 1
        else:
            self.num_bad_epochs += 1
            self.num_good_epochs = 0
        if self.num_good_epochs > self.patience:
            self._raise_all()
            self.warmup_counter = self.warmup
            self.num_good_epochs = 0
        elif self.num_bad_epochs > self.patience:
            self._reduce_all()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0

    def _averaged(self, metric: float) -> float:
        self._window.append(metric)
        self._sum += metric
        if len(self._window) > self.window_size:
            self._sum -= self._window.pop(0)
        return self._sum / len(self._window)

    def _raise_all(self) -> None:
        for group, max_lr in zip(self.groups, self.max_lrs, strict=False):
            old = float(group["lr"])
            new = min(old / self.factor, max_lr)
            if new - old > self.eps:
                group["lr"] = new
        self.reset_start = self.reset_start_original

    def _reduce_all(self) -> None:
        at_floor = True
        for group, min_lr in zip(self.groups, self.min_lrs, strict=False):
            self._reduce(group, min_lr)
            at_floor = at_floor and group["lr"] <= min_lr
        if at_floor:
            self.reset_start -= 1
            if self.reset_start <= 0:
                for group, lr in zip(self.groups, self._init_lrs, strict=False):
                    group["lr"] = lr
                self._forget()


def _check(
    mode: object, factor: object, patience: object, threshold_mode: object, **_: object
) -> Iterator[Problem]:
    if is_number(factor) and factor >= 1.0:
        yield refused("factor", f"factor={factor!r} is not below 1")
    if isinstance(mode, str) and mode not in {"min", "max"}:
        yield refused("mode", f"{mode!r} is neither 'min' nor 'max'")
    if isinstance(threshold_mode, str) and threshold_mode not in {"rel", "abs"}:
        yield refused("threshold_mode", f"{threshold_mode!r} is neither 'rel' nor 'abs'")
    if is_number(patience) and patience < 0:
        yield Problem(
            "patience", f"patience={patience!r}: the LR changes at every step, better or not"
        )


def _keyword_only(parameters: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
    return tuple(Parameter(p.name, p.default, keyword_only=True) for p in parameters)


PLATEAU = Law(
    name="ReduceLROnPlateau",
    source="torch.optim.lr_scheduler.ReduceLROnPlateau",
    parameters=parameters_of(ReduceLROnPlateau),
    replay=ReduceLROnPlateau,
    check=_check,
    durations=("patience", "cooldown"),
    chainable=True,
    removed=frozenset({"verbose"}),
    takes_metric=True,
)
GREEDY = Law(
    name="GreedyLR",
    source="transformers.optimization.GreedyLR; https://arxiv.org/abs/2512.14527",
    parameters=parameters_of(GreedyLR),
    replay=GreedyLR,
    check=_check,
    durations=("patience", "cooldown", "warmup", "window_size", "reset_start"),
    chainable=True,
    takes_metric=True,
)


def as_function(name: str, law: Law) -> Law:
    """Return the law of the transformers function that builds `law` from keywords only."""
    return Law(
        name=name,
        source=f"transformers.optimization.{name}",
        parameters=_keyword_only(law.parameters),
        replay=law.replay,
        check=law.check,
        durations=law.durations,
        chainable=law.chainable,
        takes_metric=True,
        is_class=False,
    )


LAWS = (
    PLATEAU,
    GREEDY,
    as_function("get_reduce_on_plateau_schedule", PLATEAU),
    as_function("get_greedy_schedule", GREEDY),
)
