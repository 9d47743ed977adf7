"""OneCycleLR: up to the maximum and down far below the start, once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lrlint.formulas.arguments import is_number, parameters_of, per_group
from lrlint.formulas.law import Curve, Law, PastHorizon, Problem, refused
from lrlint.formulas.momentum import set_momentum, set_momentum_range, uses_beta1
from lrlint.formulas.replay import Group, Replay


@dataclass(frozen=True)
class _Phase:
    """From one corner of the schedule to the next, which it reaches at step `end`."""

    end: float
    lr: tuple[str, str]
    momentum: tuple[str, str]


def _phases(pct_start: float, total_steps: int, three_phase: bool) -> list[_Phase]:
    up = _Phase(
        float(pct_start * total_steps) - 1,
        ("initial_lr", "max_lr"),
        ("max_momentum", "base_momentum"),
    )
    if not three_phase:
        return [
            up,
            _Phase(total_steps - 1, ("max_lr", "min_lr"), ("base_momentum", "max_momentum")),
        ]
    return [
        up,
        _Phase(
            float(2 * pct_start * total_steps) - 2,
            ("max_lr", "initial_lr"),
            ("base_momentum", "max_momentum"),
        ),
        _Phase(total_steps - 1, ("initial_lr", "min_lr"), ("max_momentum", "max_momentum")),
    ]


def _locate(phases: Sequence[_Phase], t: float, total_steps: int) -> tuple[_Phase, float]:
    """Return the phase of step `t` and the share of it that is over, above 1 at `total_steps`.

    Raises ValueError after that; ZeroDivisionError in a phase without length.
    """
    if t > total_steps:
        raise ValueError(f"step {t} is beyond total_steps={total_steps}")
    start = 0.0
    for phase in phases[:-1]:
        if t <= phase.end:
            return phase, (t - start) / (phase.end - start)
        start = phase.end
    return phases[-1], (t - start) / (phases[-1].end - start)


def _anneal(strategy: str, start: Any, end: Any, share: float) -> Any:
    if strategy == "cos":
        return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1)
    return (end - start) * share + start


def _total_steps(total_steps: Any, epochs: Any, steps_per_epoch: Any) -> int:
    if total_steps is not None:
        return _positive("total_steps", total_steps)
    if epochs is None or steps_per_epoch is None:
        raise ValueError("neither total_steps nor both epochs and steps_per_epoch are given")
    return _positive("epochs", epochs) * _positive("steps_per_epoch", steps_per_epoch)


def _positive(name: str, value: Any) -> int:
    if value <= 0 or not isinstance(value, int):
        raise ValueError(f"{name} must be a positive integer, not {value}")
    return value


class OneCycleLR(Replay):
    """Smith's 1cycle; the optimizer's LR is replaced, its `initial_lr` too."""

    def __init__(
        self,
        groups: list[Group],
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        count, fresh = len(groups), last_epoch == -1
        self.total_steps = _total_steps(total_steps, epochs, steps_per_epoch)
        self.phases = _phases(pct_start, self.total_steps, three_phase)
        if pct_start < 0 or pct_start > 1 or not isinstance(pct_start, float):
            raise ValueError(f"pct_start must be a float between 0 and 1, not {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be 'cos' or 'linear', not {anneal_strategy}")
        self.strategy = anneal_strategy
        max_lrs = per_group("max_lr", max_lr, count)
        if fresh:
            for group, top in zip(groups, max_lrs, strict=True):
                group["initial_lr"] = top / div_factor
                group["max_lr"] = top
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.use_beta1 = uses_beta1(groups)
            max_momentums = per_group("max_momentum", max_momentum, count)
            base_momentums = per_group("base_momentum", base_momentum, count)
            if fresh:
                set_momentum_range(groups, base_momentums, max_momentums, self.use_beta1)
        super().__init__(groups, last_epoch)

    def next_lrs(self) -> list[Any]:
        """Read the corners from the groups, where another scheduler may have changed them."""
        phase, share = _locate(self.phases, self.last_epoch, self.total_steps)
        lrs = []
        for group in self.groups:
            lrs.append(self._between(group, phase.lr, share))
            if self.cycle_momentum:
                momentum = self._between(group, phase.momentum, share)
                set_momentum(group, momentum, self.use_beta1)
        return lrs

    def _between(self, group: Group, keys: tuple[str, str], share: float) -> Any:
        start, end = keys
        return _anneal(self.strategy, group[start], group[end], share)


def _one_cycle(
    base_lrs: Sequence[float],
    max_lr: float | list[float],
    total_steps: int | None,
    epochs: int | None,
    steps_per_epoch: int | None,
    pct_start: float,
    anneal_strategy: str,
    div_factor: float,
    final_div_factor: float,
    three_phase: bool,
    **_: object,
) -> Curve:
    """Return cosine or straight pieces between max/div, max and max/div/final_div.

    There are as many groups as `base_lrs`, whose values do not matter.
    """
    steps = _total_steps(total_steps, epochs, steps_per_epoch)
    phases = _phases(pct_start, steps, three_phase)
    corners = [
        {
            "initial_lr": top / div_factor,
            "max_lr": top,
            "min_lr": top / div_factor / final_div_factor,
        }
        for top in per_group("max_lr", max_lr, len(base_lrs))
    ]

    def curve(t: float) -> list[float]:
        phase, share = _locate(phases, t, steps)
        start, end = phase.lr
        return [_anneal(anneal_strategy, lrs[start], lrs[end], share) for lrs in corners]

    return curve


def _check(
    total_steps: object,
    epochs: object,
    steps_per_epoch: object,
    pct_start: object,
    anneal_strategy: object,
    div_factor: object,
    final_div_factor: object,
    **_: object,
) -> Iterator[Problem]:
    steps: object = None
    if total_steps is not None:
        yield from _not_positive("total_steps", total_steps)
        steps = total_steps
    elif epochs is None or steps_per_epoch is None:
        yield refused("total_steps", "neither total_steps nor epochs and steps_per_epoch given")
    else:
        yield from _not_positive("epochs", epochs)
        yield from _not_positive("steps_per_epoch", steps_per_epoch)
        if isinstance(epochs, int) and isinstance(steps_per_epoch, int):
            steps = epochs * steps_per_epoch
    if is_number(pct_start):
        if pct_start < 0 or pct_start > 1 or not isinstance(pct_start, float):
            yield refused("pct_start", f"pct_start={pct_start!r} is not a float from 0 to 1")
        elif isinstance(steps, int) and steps > 0 and float(pct_start * steps) - 1 == 0:
            yield refused(
                "pct_start",
                f"pct_start={pct_start!r} of {steps} steps is a warm-up of exactly one step, "
                "which divides by zero",
                "ZeroDivisionError",
            )
    if isinstance(anneal_strategy, str) and anneal_strategy not in ("cos", "linear"):
        yield refused("anneal_strategy", f"{anneal_strategy!r} is neither 'cos' nor 'linear'")
    for name, value in (("div_factor", div_factor), ("final_div_factor", final_div_factor)):
        if is_number(value) and value == 0:
            yield refused(name, f"{name}=0 divides by zero", "ZeroDivisionError")


def _not_positive(parameter: str, value: object) -> Iterator[Problem]:
    if is_number(value) and (value <= 0 or not isinstance(value, int)):
        yield refused(parameter, f"{parameter}={value!r} is not a positive integer")


LAWS = (
    Law(
        name="OneCycleLR",
        source="torch.optim.lr_scheduler.OneCycleLR; "
        "Smith & Topin 2018, https://arxiv.org/abs/1708.07120",
        parameters=parameters_of(OneCycleLR),
        replay=OneCycleLR,
        closed_form=_one_cycle,
        check=_check,
        horizon=("total_steps", "epochs", "steps_per_epoch"),
        durations=("total_steps",),
        past_horizon=PastHorizon.RAISES,
        writes_at_construction=True,
        sets_base_lr=True,
        removed=frozenset({"verbose"}),
    ),
)
