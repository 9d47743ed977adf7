"""LambdaLR and MultiplicativeLR: a function of the counter written by the user."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lrlint.formulas.arguments import parameters_of, per_group
from lrlint.formulas.law import Curve, Law, Problem, refused
from lrlint.formulas.replay import Group, Replay, values_of

Factor = Callable[[Any], Any]
"""`lr_lambda`: counter value to multiplier."""


class LambdaLR(Replay):
    """The initial LR times `lr_lambda(t)`, from scratch at every step."""

    def __init__(
        self, groups: list[Group], lr_lambda: Factor | Sequence[Factor], last_epoch: int = -1
    ) -> None:
        self.lr_lambdas: list[Factor] = per_group("lr_lambda", lr_lambda, len(groups))
        super().__init__(groups, last_epoch)

    def next_lrs(self) -> list[Any]:
        pairs = zip(self.lr_lambdas, self.base_lrs, strict=True)
        return [base_lr * factor(self.last_epoch) for factor, base_lr in pairs]


class MultiplicativeLR(Replay):
    """The current LR times `lr_lambda(t)` at every step but the initial one."""

    def __init__(
        self, groups: list[Group], lr_lambda: Factor | Sequence[Factor], last_epoch: int = -1
    ) -> None:
        self.lr_lambdas: list[Factor] = per_group("lr_lambda", lr_lambda, len(groups))
        for factor in self.lr_lambdas:
            if not callable(factor):
                raise TypeError(f"lr_lambda is a {type(factor).__name__}, not a function")
        super().__init__(groups, last_epoch)

    def next_lrs(self) -> list[Any]:
        if self._initial:
            return values_of(self.groups, "lr")
        pairs = zip(self.lr_lambdas, self.groups, strict=True)
        return [group["lr"] * factor(self.last_epoch) for factor, group in pairs]


def scaled(base_lrs: Sequence[float], lr_lambda: Factor | Sequence[Factor]) -> Curve:
    """Return `b * factor(t)`."""
    factors: list[Factor] = per_group("lr_lambda", lr_lambda, len(base_lrs))
    pairs = list(zip(base_lrs, factors, strict=True))
    return lambda t: [base_lr * factor(t) for base_lr, factor in pairs]


def _product(base_lrs: Sequence[float], lr_lambda: Factor | Sequence[Factor]) -> Curve:
    """Return `b * factor(1) * … * factor(t)`; going forwards, each factor is evaluated once."""
    factors: list[Factor] = per_group("lr_lambda", lr_lambda, len(base_lrs))
    reached, lrs = 0, list(base_lrs)

    def curve(t: float) -> list[float]:
        nonlocal reached, lrs
        if t < reached:
            reached, lrs = 0, list(base_lrs)
        while reached < t:
            reached += 1
            lrs = [lr * factor(reached) for lr, factor in zip(lrs, factors, strict=True)]
        return list(lrs)

    return curve


def _check(lr_lambda: object) -> Iterator[Problem]:
    functions = lr_lambda if isinstance(lr_lambda, (list, tuple)) else [lr_lambda]
    for function in functions:
        if function is None or isinstance(function, (int, float, str)):
            yield refused(
                "lr_lambda", f"lr_lambda={function!r} is not a function of the counter", "TypeError"
            )
            return


LAWS = (
    Law(
        name="LambdaLR",
        source="torch.optim.lr_scheduler.LambdaLR",
        parameters=parameters_of(LambdaLR),
        replay=LambdaLR,
        closed_form=scaled,
        check=_check,
        writes_at_construction=True,
        removed=frozenset({"verbose"}),
    ),
    Law(
        name="MultiplicativeLR",
        source="torch.optim.lr_scheduler.MultiplicativeLR",
        parameters=parameters_of(MultiplicativeLR),
        replay=MultiplicativeLR,
        closed_form=_product,
        check=_check,
        chainable=True,
        removed=frozenset({"verbose"}),
    ),
)
