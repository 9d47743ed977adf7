"""Horizons that make no sense for their schedule, and whether that ever shows (LR207)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lrlint.facts import Argument, Schedule
from lrlint.formulas import Law, Problem
from lrlint.judgement.stepping import driver
from lrlint.rule import Exclusion
from lrlint.symbolic import Expr, compare

HORIZONS = frozenset(
    {"T_max", "T_0", "T_mult", "total_steps", "epochs", "steps_per_epoch", "pct_start"}
    | {"milestones", "step_size", "total_iters", "anneal_epochs"}
    | {"step_size_up", "step_size_down"}
)
_RATE = re.compile(r"""(^|(?<!step)[._"'])(lr|learning_rate|base_lr|gamma)["'\]]*$""")


@dataclass(frozen=True)
class Degenerate:
    """An argument that a law objects to."""

    schedule: Schedule
    problem: Problem
    argument: Argument

    @property
    def later(self) -> bool:
        """Whether it does no harm before the scheduler is stepped."""
        return self.problem.when != "construction"

    @property
    def value(self) -> float | None:
        return None if self.argument.number is None else self.argument.number.value


def degenerate_horizons(law: Law, schedule: Schedule) -> Iterator[Degenerate]:
    """Yield the arguments that give a schedule a length that makes no sense."""
    known = {name: plain_value(argument.value) for name, argument in schedule.arguments.items()}
    for problem in law.problems(**known):
        argument = schedule.argument(problem.parameter)
        if argument is not None and problem.parameter in HORIZONS:
            yield Degenerate(schedule, problem, argument)


def expressions(argument: Argument) -> tuple[Expr, ...]:
    """Return the numbers that an argument is, or that its list holds."""
    if isinstance(argument.value, tuple):
        return tuple(item for item in argument.value if isinstance(item, Expr))
    return (argument.value,) if isinstance(argument.value, Expr) else ()


def plain_value(value: object) -> object:
    """Return a number as a plain number; an unknown one passes every check of a law."""
    if isinstance(value, tuple):
        return [plain_value(item) for item in value]
    return value.value if isinstance(value, Expr) and value.value is not None else value


def is_quotient(argument: Argument) -> bool:
    """Whether it is a float whatever the values are, since Python's ``/`` makes one."""
    number = argument.number
    return (
        number is not None
        and number.value is None
        and not number.is_integer
        and all(atom.is_integer for atom in number.atoms())
    )


def is_the_lr(schedule: Schedule, step_size: Argument) -> bool:
    """Whether a step size is the LR of the optimizer, or is called like a rate."""
    number = step_size.number
    if number is None:
        return step_size.explicit and _RATE.search(step_size.text) is not None
    return bool(number.atoms()) and any(
        lr is not None and number.atoms() & lr.atoms() and compare(number, lr).equal
        for lr in schedule.base_lrs
    )


# -- what LR207 does not report


def _is_ruled_out(case: Degenerate) -> bool:
    return case.schedule.rules_out(*expressions(case.argument))


def _is_never_stepped(case: Degenerate) -> bool:
    whole = driver(case.schedule)
    return case.later and not whole.sites and whole.stepping.escapes is None


def _is_share_of_a_step(case: Degenerate) -> bool:
    """Whether T_max is not a whole number and the recursion of the cosine never reaches 0."""
    if not case.later or case.problem.parameter != "T_max":
        return False
    if case.value is None or case.value < 1:
        return False
    whole = driver(case.schedule)
    steps = None if whole.steps is None else whole.steps.value
    at = case.problem.at if case.problem.raises is not None else None
    return at is None or steps is None or steps < at


def _is_ramp(case: Degenerate) -> bool:
    """Whether it is a ramp that ends between two steps; a `ConstantLR` would keep its factor."""
    if not case.later or case.problem.parameter != "total_iters" or case.value is None:
        return False
    return case.value >= 1 and case.schedule.scheduler != "ConstantLR"


def _is_left_out(case: Degenerate) -> bool:
    """Whether it has no steps by default: ``total_iters=args.warmup_epochs``."""
    is_part = case.later and case.schedule.parent is not None
    return is_part and case.problem.parameter == "total_iters" and case.value == 0


DEGENERATE_EXCLUSIONS = (
    Exclusion(_is_ruled_out, "the script's defaults do not lead here"),
    Exclusion(_is_never_stepped, "its step() is never called", owner="LR103"),
    Exclusion(_is_share_of_a_step, "a fraction of a step makes no difference to a cosine"),
    Exclusion(_is_ramp, "a ramp gets within a step of its end"),
    Exclusion(_is_left_out, "a part of 0 steps is left out"),
)
