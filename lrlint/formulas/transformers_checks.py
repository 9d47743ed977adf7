"""Degenerate arguments of the transformers' schedule functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lrlint.formulas.arguments import is_number, is_whole
from lrlint.formulas.law import Problem, refused

WSD_TYPES = ("linear", "cosine", "1-sqrt")


def _nothing(**_: object) -> Iterable[Problem]:
    return ()


def _all_warmup(
    num_warmup_steps: object, num_training_steps: object, **_: object
) -> Iterator[Problem]:
    if is_number(num_warmup_steps) and is_number(num_training_steps):
        if 0 < num_training_steps <= num_warmup_steps:
            yield Problem(
                "num_warmup_steps",
                f"num_warmup_steps={num_warmup_steps!r} leaves nothing of "
                f"num_training_steps={num_training_steps!r} to decay in",
            )
        elif num_training_steps <= 0:
            yield Problem(
                "num_training_steps", f"num_training_steps={num_training_steps!r} is not positive"
            )


def _polynomial(
    num_warmup_steps: object,
    num_training_steps: object,
    lr_end: object,
    power: object,
    default_lr: object,
) -> Iterator[Problem]:
    yield from _all_warmup(num_warmup_steps, num_training_steps)
    if is_number(lr_end) and is_number(default_lr) and not default_lr > lr_end:
        yield refused("lr_end", f"lr_end={lr_end!r} is not below the optimizer's lr={default_lr!r}")
    if not (is_number(num_warmup_steps) and is_number(num_training_steps)):
        return
    if not is_whole(num_training_steps) or num_training_steps < max(0, num_warmup_steps):
        return
    end = int(num_training_steps)
    if num_warmup_steps == num_training_steps:
        yield _zero_division("num_training_steps", "there are no steps to decay in", end)
    elif is_number(power) and power < 0:
        yield _zero_division("power", f"power={power!r} makes the LR infinite at the end", end)


def _zero_division(parameter: str, why: str, step: int) -> Problem:
    if step == 0:
        return refused(parameter, f"{why}, which divides by zero", "ZeroDivisionError")
    return Problem(
        parameter,
        f"{why}: step {step} divides by zero",
        raises="ZeroDivisionError",
        at=step,
    )


def _inverse_sqrt(num_warmup_steps: object, timescale: object, **_: object) -> Iterator[Problem]:
    if not (is_number(timescale) and timescale <= 0 and is_number(num_warmup_steps)):
        return
    if timescale < 0:
        yield Problem("timescale", f"timescale={timescale!r} is negative")
    elif is_whole(num_warmup_steps):
        end = max(0, int(num_warmup_steps))
        yield _zero_division("timescale", "timescale=0", end)


def _min_lr(
    num_warmup_steps: object,
    num_training_steps: object,
    min_lr: object,
    min_lr_rate: object,
    default_lr: object,
    **_: object,
) -> Iterator[Problem]:
    yield from _all_warmup(num_warmup_steps, num_training_steps)
    if min_lr is None and min_lr_rate is None:
        yield refused("min_lr", "neither min_lr nor min_lr_rate is given")
    elif min_lr is not None and is_number(min_lr_rate):
        yield refused("min_lr", "both min_lr and min_lr_rate are given")
    elif is_number(min_lr) and is_number(default_lr) and default_lr == 0:
        yield refused("min_lr", "the optimizer's lr is 0", "ZeroDivisionError")


def _wsd(
    num_warmup_steps: object,
    num_decay_steps: object,
    num_training_steps: object,
    num_stable_steps: object,
    warmup_type: object,
    decay_type: object,
    **_: object,
) -> Iterator[Problem]:
    for name, kind in (("warmup_type", warmup_type), ("decay_type", decay_type)):
        if isinstance(kind, str) and kind not in WSD_TYPES:
            yield refused(name, f"{name}={kind!r} is none of {', '.join(WSD_TYPES)}")
    if num_stable_steps is not None:
        return
    if num_training_steps is None:
        yield refused("num_training_steps", "neither it nor num_stable_steps is given")
    elif (
        is_number(num_training_steps)
        and is_number(num_warmup_steps)
        and is_number(num_decay_steps)
        and num_training_steps < num_warmup_steps + num_decay_steps
    ):
        yield Problem(
            "num_training_steps",
            f"num_training_steps={num_training_steps!r} is less than the warm-up of "
            f"{num_warmup_steps!r} and the decay of {num_decay_steps!r} together",
        )


CHECKS: dict[str, Callable[..., Any]] = {
    "get_constant_schedule": _nothing,
    "get_constant_schedule_with_warmup": _nothing,
    "get_linear_schedule_with_warmup": _all_warmup,
    "get_cosine_schedule_with_warmup": _all_warmup,
    "get_cosine_with_hard_restarts_schedule_with_warmup": _all_warmup,
    "get_polynomial_decay_schedule_with_warmup": _polynomial,
    "get_inverse_sqrt_schedule": _inverse_sqrt,
    "get_cosine_with_min_lr_schedule_with_warmup": _min_lr,
    "get_cosine_with_min_lr_schedule_with_warmup_lr_rate": _min_lr,
    "get_wsd_schedule": _wsd,
}
