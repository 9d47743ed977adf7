"""SWALR: from the current LR to the constant one of stochastic weight averaging."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from lrlint.formulas.arguments import is_number, parameters_of, per_group
from lrlint.formulas.law import Curve, Law, PastHorizon, Problem, refused
from lrlint.formulas.replay import Group, Replay

_STRATEGIES = ("cos", "linear")


class SWALR(Replay):
    """The current LR annealed to `swa_lr` in `anneal_epochs` steps, then held."""

    def __init__(
        self,
        groups: list[Group],
        swa_lr: float,
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        for group, lr in zip(groups, per_group("swa_lr", swa_lr, len(groups)), strict=True):
            group["swa_lr"] = lr
        if anneal_strategy not in _STRATEGIES:
            raise ValueError(f"anneal_strategy must be 'cos' or 'linear', not {anneal_strategy}")
        self.strategy = anneal_strategy
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be an integer >= 0, not {anneal_epochs}")
        self.anneal_epochs = anneal_epochs
        super().__init__(groups, last_epoch)

    def next_lrs(self) -> list[Any]:
        """Recover the start LR from the current one, so that it follows manual writes."""
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before = _share(self.strategy, step - 1, self.anneal_epochs)
        now = _share(self.strategy, step, self.anneal_epochs)
        return [
            group["swa_lr"] * now + _start(group["lr"], group["swa_lr"], before) * (1 - now)
            for group in self.groups
        ]


def _start(lr: Any, swa_lr: Any, share: float) -> Any:
    return swa_lr if share == 1 else (lr - share * swa_lr) / (1 - share)


def _share(strategy: str, step: float, anneal_epochs: int) -> float:
    """Return the share of the way to `swa_lr` that `step` steps make."""
    t = max(0, min(1, step / max(1, anneal_epochs)))
    return (1 - math.cos(math.pi * t)) / 2 if strategy == "cos" else t


def _anneal(
    base_lrs: Sequence[float],
    swa_lr: float | list[float],
    anneal_epochs: int,
    anneal_strategy: str,
) -> Curve:
    """Return `swa * a(t) + b * (1 - a(t))`; b is the LR at the first step of SWALR."""
    swa_lrs = per_group("swa_lr", swa_lr, len(base_lrs))

    def curve(t: float) -> list[float]:
        share = _share(anneal_strategy, t if anneal_epochs else max(1, t), anneal_epochs)
        pairs = zip(base_lrs, swa_lrs, strict=True)
        return [swa * share + base_lr * (1 - share) for base_lr, swa in pairs]

    return curve


def _check(swa_lr: object, anneal_epochs: object, anneal_strategy: object) -> Iterator[Problem]:
    del swa_lr
    if is_number(anneal_epochs) and (not isinstance(anneal_epochs, int) or anneal_epochs < 0):
        yield refused(
            "anneal_epochs", f"anneal_epochs={anneal_epochs!r} is not a whole number >= 0"
        )
    if isinstance(anneal_strategy, str) and anneal_strategy not in _STRATEGIES:
        yield refused("anneal_strategy", f"{anneal_strategy!r} is neither 'cos' nor 'linear'")


def _jumps_at_once(anneal_epochs: object, **_: object) -> bool:
    return is_number(anneal_epochs) and anneal_epochs == 0


LAWS = (
    Law(
        name="SWALR",
        source="torch.optim.swa_utils.SWALR; Izmailov et al. 2018, "
        "https://arxiv.org/abs/1803.05407",
        parameters=parameters_of(SWALR),
        replay=SWALR,
        closed_form=_anneal,
        check=_check,
        horizon=("anneal_epochs",),
        durations=("anneal_epochs",),
        past_horizon=PastHorizon.HOLDS,
        chainable=True,
        writes_at_construction=True,
        writes=_jumps_at_once,
    ),
)
