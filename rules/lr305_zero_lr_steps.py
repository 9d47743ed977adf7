"""LR305 zero-lr-steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lrlint.diagnostics import Severity
from lrlint.facts import Cadence, OptimizerUse, Schedule
from lrlint.formulas import LAWS, Curve, NoClosedForm
from lrlint.judgement import wording
from lrlint.judgement.length import (
    WITH_THE_DEFAULTS,
    advances_by_one,
    against,
    ignored_accumulation,
    is_exercise,
    rebuilt_in,
    segment,
)
from lrlint.judgement.units import cadence, driver, is_moved, length_is_explained
from lrlint.rule import Finding, Invalid, Rule
from lrlint.symbolic import Expr, Strength, compare


class ZeroLRSteps(Rule):
    """Some optimizer steps run with an LR of exactly 0, so they change nothing.

    ## What it does

    Reports a warm-up that starts at 0 and is stepped once per epoch, and a decay that reaches 0
    before the training ends: `PolynomialLR` or a `LinearLR` down to 0 whose `total_iters` are
    over, a cosine with `eta_min=0` that is at its minimum in the last epoch.

    Where only a few steps of many are lost, as the first one of a warm-up that is stepped per
    batch, it is advice (shown with `--pedantic`). A cosine whose `eta_min` is left at 0 is LR301's.

    ## Why is this bad

    With an LR of 0 the weights stay as they are. Forward and backward passes cost as much as ever.

    ## Example

    ```python
    scheduler = LambdaLR(optimizer, lambda epoch: min(1.0, epoch / 5))
    for epoch in range(epochs):
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    ## Use instead

    ```python
    scheduler = LambdaLR(optimizer, lambda epoch: min(1.0, (epoch + 1) / 5))
    for epoch in range(epochs):
        train(model, train_loader, optimizer)
        scheduler.step()
    ```

    ## References

    - [torch: PolynomialLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.PolynomialLR.html)
    - The last epoch at an LR of 0 in public: [ReActNet #32](https://github.com/liuzechun/ReActNet/issues/32)
    """

    code, name, severity = "LR305", "zero-lr-steps", Severity.WARNING

    SCRIPT = """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LinearLR, PolynomialLR

        def train(model, train_loader, epochs=100):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = {build}
            for epoch in range(100):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                scheduler.step()
        """
    PER_BATCH = SCRIPT.replace("scheduler.step()", "    scheduler.step()")
    VALID = (
        SCRIPT.format(build="LambdaLR(optimizer, lambda t: min(1.0, (t + 1) / 5))"),
        SCRIPT.format(build="PolynomialLR(optimizer, total_iters=100, power=0.9)"),
        SCRIPT.format(build="LinearLR(optimizer, 1.0, 0.1, total_iters=50)"),
        SCRIPT.format(build="CosineAnnealingLR(optimizer, 100, eta_min=0)"),
        SCRIPT.format(build="CosineAnnealingLR(optimizer, 99, eta_min=1e-4)"),
    )
    INVALID = (
        Invalid(
            SCRIPT.format(build="LambdaLR(optimizer, lambda t: min(1.0, t / 5))"),
            row=6,
            says=("the first epoch runs",),
        ),
        # One step of many: advice.
        Invalid(
            PER_BATCH.format(build="LambdaLR(optimizer, lambda t: min(1.0, t / 500))"),
            row=6,
            says=("the first step runs",),
        ),
        Invalid(
            SCRIPT.format(build="PolynomialLR(optimizer, total_iters=80)"),
            row=6,
            says=("the last 20 of 100 epochs run",),
        ),
        Invalid(
            SCRIPT.format(build="LinearLR(optimizer, 1.0, 0.0, total_iters=90)"),
            row=6,
            says=("the last 10 of 100 epochs run",),
        ),
        Invalid(
            SCRIPT.format(build="CosineAnnealingLR(optimizer, 99, eta_min=0)"),
            row=6,
            says=("the last epoch runs",),
        ),
        # Nothing known but that the decay is over before the training.
        Invalid(
            """
            from torch.optim import SGD
            from torch.optim.lr_scheduler import PolynomialLR

            def train(model, train_loader, epochs):
                optimizer = SGD(model.parameters(), lr=0.1)
                scheduler = PolynomialLR(optimizer, total_iters=epochs * len(train_loader))
                for epoch in range(2 * epochs):
                    for x, y in train_loader:
                        model(x, y).backward()
                        optimizer.step()
                        scheduler.step()
            """,
            row=6,
            says=("the last 50% of the steps run",),
        ),
    )

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        if not _is_undisturbed(schedule):
            return
        found = _counted(schedule) or _at_the_start(schedule) or _beyond(schedule)
        if found is None:
            return
        verb = "runs" if found.singular else "run"
        yield self.finding(
            schedule.place,
            f"{found.which} {verb} with an LR of exactly 0"
            f"{WITH_THE_DEFAULTS if found.by_default else ''}: nothing is learned",
            severity=self.severity if found.many else Severity.ADVICE,
            notes=(("stepped here", driver(schedule).sites[0].place),),
        )


@dataclass(frozen=True)
class _Zeros:
    """The steps whose LR is 0."""

    which: str
    """In words: ``the first epoch``."""
    singular: bool
    many: bool
    """Whether there are so many that it matters."""
    by_default: bool


_MANY = 0.01
"""The share of a training that is worth a warning; a whole epoch is, too."""
_COUNTED = 100_000
"""Steps that are evaluated one by one."""
_COSINE = "CosineAnnealingLR"


def _is_undisturbed(schedule: Schedule) -> bool:
    """Whether the LR is what the schedule alone makes it, and no other finding explains it."""
    one, optimizer = driver(schedule), schedule.optimizer
    if schedule.open_arguments or optimizer is None or optimizer.writes or one.competitors:
        return False
    if not advances_by_one(schedule) or is_moved(one) or is_exercise(schedule) or one.early:
        return False
    if one is not schedule and one.scheduler != "SequentialLR":
        return False
    if cadence(schedule) not in (Cadence.EPOCH, Cadence.BATCH) or rebuilt_in(schedule) is not None:
        return False
    eta_min = schedule.argument("eta_min")
    if eta_min is not None and not eta_min.explicit:
        return False  # LR301
    if cadence(schedule) is Cadence.BATCH and not _with_updates(one, optimizer):
        return False
    return not length_is_explained(schedule) and ignored_accumulation(schedule) is None


def _with_updates(schedule: Schedule, optimizer: OptimizerUse) -> bool:
    """Whether it is stepped as often as its optimizer, so that each LR of it is used."""
    guards = {site.accumulation is None for site in (*schedule.sites, *optimizer.sites)}
    steps, updates = schedule.steps, schedule.optimizer_steps
    return len(guards) == 1 and (
        steps is None or updates is None or not compare(steps, updates).differs
    )


def _unit(schedule: Schedule) -> str:
    """What a step of it is worth: an epoch, where that is more than one update."""
    optimizer, one = schedule.optimizer, driver(schedule)
    single = optimizer is not None and optimizer.stepped and one.batch_loop is None
    return "epoch" if cadence(schedule) is Cadence.EPOCH and not single else "step"


def _counted(schedule: Schedule) -> _Zeros | None:
    """The zeros of a curve all of whose numbers are known."""
    steps, curve = segment(schedule), _curve(schedule)
    count = None if steps is None else steps.value
    if curve is None or steps is None or not isinstance(count, int) or not 1 < count <= _COUNTED:
        return None
    try:
        zeros = [t for t in range(count) if max(map(abs, curve(t))) < _NOTHING]
    except (NoClosedForm, ArithmeticError, TypeError, ValueError):
        return None
    if not zeros or (schedule.scheduler == _COSINE and zeros != [count - 1]):
        return None  # a cosine that goes on for longer: LR201
    unit, number = _unit(schedule), len(zeros)
    where = "last" if zeros[-1] == count - 1 else "first" if zeros[0] == 0 else ""
    together = zeros[-1] - zeros[0] == number - 1
    which = f"{number} of {count} {unit}s"
    if where and together:
        which = f"the {where} {unit}" if number == 1 else f"the {where} {which}"
    expressions = [steps, *(a.number for a in schedule.arguments.values() if a.number is not None)]
    by_default = any(one.strength is not Strength.CONSTANT for one in expressions)
    many = unit == "epoch" or number > _MANY * count
    return _Zeros(which, number == 1, many, by_default)


_NOTHING = 1e-15
"""Of a base LR of 1: the rounding of a closed form."""


def _curve(schedule: Schedule) -> Curve | None:
    """The factors of the base LR, where the arguments are known."""
    law = LAWS.get(schedule.scheduler)
    if law is None or law.closed_form is None or schedule.scheduler not in _ENDS_AT_ZERO:
        return None
    arguments: dict[str, object] = {}
    for name, argument in schedule.arguments.items():
        value = argument.value
        if isinstance(value, Expr):
            value = value.value
        if value is None and name in law.durations:
            return None
        arguments[name] = value
    try:
        return law.curve([1.0], **arguments)
    except (NoClosedForm, ArithmeticError, TypeError, ValueError):
        return None


_ENDS_AT_ZERO = frozenset(
    {
        *(_COSINE, "LinearLR", "PolynomialLR"),
        *("get_linear_schedule_with_warmup", "get_cosine_schedule_with_warmup"),
    }
)


def _at_the_start(schedule: Schedule) -> _Zeros | None:
    """A function of the script that starts at 0."""
    factor = schedule.first_factor
    if factor is None or factor.value != 0:
        return None
    unit = _unit(schedule)
    by_default = factor.as_number() != 0
    return _Zeros(f"the first {unit}", True, unit == "epoch", by_default)


def _beyond(schedule: Schedule) -> _Zeros | None:
    """A decay to 0 that is over before the training is, as far as the expressions tell."""
    steps, horizon = segment(schedule), schedule.horizon
    if steps is None or horizon is None or horizon.length is None:
        return None
    if schedule.scheduler == _COSINE:
        eta_min = schedule.number("eta_min")
        if eta_min is None or eta_min.as_number() != 0:
            return None
        comparison = compare(steps, horizon.length + 1)
        if not comparison.equal:
            return None
        unit = _unit(schedule)
        return _Zeros(f"the last {unit}", True, unit == "epoch", not comparison.certain)
    end = schedule.number("end_factor")
    if schedule.scheduler not in ("PolynomialLR", "LinearLR") or (
        schedule.scheduler == "LinearLR" and (end is None or end.as_number() != 0)
    ):
        return None
    found = against(schedule, horizon, horizon.length, steps)
    if found.fits or not found.longer or found.ratio is None:
        return None
    share = float(1 - 1 / found.ratio)
    which = f"the last {wording.number(round(100 * share))}% of the {_unit(schedule)}s"
    return _Zeros(which, False, share > _MANY, not found.certain)
