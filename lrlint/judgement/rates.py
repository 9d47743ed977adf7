"""The LR that a schedule is at, and how messages give it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from lrlint.facts import Schedule
from lrlint.formulas import LAWS, Curve, NoClosedForm
from lrlint.judgement import wording
from lrlint.symbolic import Expr

_MANY = 10**6
"""The length that is assumed where only the covered share of a horizon is known."""


def takes_metric(schedule: Schedule) -> bool:
    """Whether its ``step()`` takes a metric, which decides the LR."""
    law = LAWS.get(schedule.scheduler)
    return law is not None and law.takes_metric


def lr_after(schedule: Schedule, share: Fraction) -> list[float] | None:
    """Return the LR of each group after a share of the horizon, whose length need not be known."""
    law = LAWS.get(schedule.scheduler)
    if law is None or not law.horizon:
        return None
    stand_in: dict[str, object] = dict.fromkeys(law.horizon)
    stand_in[law.horizon[0]] = _MANY
    return _lr(schedule, float(share * _MANY), stand_in)


def lr_after_steps(schedule: Schedule, steps: int) -> list[float] | None:
    """Return the LR of each group after a number of steps."""
    return _lr(schedule, steps, {})


_FOLLOWED = 100_000
"""Steps after which the LR is computed for a message; some laws compute each step before."""


def course(schedule: Schedule, steps: Expr) -> str:
    """Return how the LR changes in a number of steps, after "and"; nothing where it is unknown."""
    taken = steps.value
    if not isinstance(taken, int) or not 0 < taken <= _FOLLOWED:
        return ""
    first, last = lr_after_steps(schedule, 0), lr_after_steps(schedule, taken - 1)
    if not first or not last:
        return ""
    return f" and the LR goes from {wording.number(first[0])} to {wording.number(last[0])}"


def lr_at_the_end(
    schedule: Schedule, steps: Expr, ratio: Fraction | None
) -> Sequence[float] | None:
    """Return the LR of the last epoch or step: the recorded one, else that of the law."""
    if schedule.run.last_lrs is not None:
        return schedule.run.last_lrs
    length = schedule.length
    if isinstance(steps.value, int) and length is not None and length.value is not None:
        return lr_after_steps(schedule, steps.value - 1)
    return None if ratio is None else lr_after(schedule, ratio)


def lr_when_built(schedule: Schedule) -> list[float] | None:
    """Return the LR of each group that the constructor sets, whatever the script writes later."""
    if schedule.scheduler == "OneCycleLR":  # whatever its length
        return _of_law(schedule, 0, {"total_steps": 100, "epochs": None, "steps_per_epoch": None})
    if schedule.construction.positioned:
        law = LAWS[schedule.scheduler]
        return _of_law(schedule, 0, dict.fromkeys(law.horizon, 1))
    return _of_law(schedule, 0, {})


def curve_of(schedule: Schedule) -> Curve | None:
    """Return the LR of each group as a function of the steps so far; None where it is not known."""
    if schedule.optimizer and schedule.optimizer.writes:
        return None
    return _curve(schedule, {})


def _lr(schedule: Schedule, t: float, known: Mapping[str, object]) -> list[float] | None:
    if schedule.optimizer and schedule.optimizer.writes:
        return None
    return _of_law(schedule, t, known)


def _of_law(schedule: Schedule, t: float, known: Mapping[str, object]) -> list[float] | None:
    curve = _curve(schedule, known)
    try:
        return None if curve is None else curve(t)
    except _NO_LR:
        return None


def _curve(schedule: Schedule, known: Mapping[str, object]) -> Curve | None:
    law = LAWS.get(schedule.scheduler)
    if law is None or schedule.construction.open_arguments:
        return None
    bases = [None if lr is None else lr.value for lr in schedule.base_lrs]
    if law.sets_base_lr:
        bases = [1.0] * len(bases)
    if not bases or any(base is None for base in bases):
        return None
    arguments = {name: _plain(argument.value) for name, argument in schedule.arguments.items()}
    arguments |= known
    if any(value is _OPEN for value in arguments.values()):
        return None
    try:
        return law.curve([float(base) for base in bases if base is not None], **arguments)
    except _NO_LR:
        return None


_NO_LR = (NoClosedForm, ArithmeticError, TypeError, ValueError, LookupError)
_OPEN = object()


def _plain(value: object) -> object:
    """Return an argument as a plain value, or ``_OPEN``."""
    if isinstance(value, Expr):
        return _OPEN if value.value is None else value.value
    if isinstance(value, tuple):
        items = [_plain(item) for item in value]
        return _OPEN if any(item is _OPEN for item in items) else items
    return value if value is None or isinstance(value, (bool, str)) else _OPEN


def writes_when_built(schedule: Schedule) -> bool:
    """Whether its constructor is known to write the LR."""
    law = LAWS.get(schedule.scheduler)
    if law is None or (schedule.construction.open_arguments and not law.writes_at_construction):
        return False
    arguments = {name: _plain(argument.value) for name, argument in schedule.arguments.items()}
    return law.writes_when_built(**arguments)


def lr_text(lrs: Sequence[float]) -> str:
    """Return LRs as text: ``0.0976``, or ``0.001 and 0.1`` where param groups differ."""
    texts = list(dict.fromkeys(wording.number(lr) for lr in lrs))
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
