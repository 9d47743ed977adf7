"""What the function of a ``LambdaLR`` has returned, computed from the LRs of the run."""

from __future__ import annotations

import math

from lrlint.runtime.facts_of_run.fact_values import number_fact
from lrlint.runtime.recorder.records import RecordedScheduler
from lrlint.symbolic import Expr


def first_factor(record: RecordedScheduler) -> Expr | None:
    """Return the factor of step 0, where it is the same in all groups and the first step used it.

    A warm-up by hand may have come between.
    """
    if record.name != "LambdaLR" or len(record.built_lrs) != len(record.base_lrs):
        return None
    used = record.optimizer.curve.lr
    if record.optimizer_steps_before or not used:
        return None
    if not all(map(math.isclose, used[0], record.built_lrs)):
        return None
    pairs = zip(record.built_lrs, record.base_lrs, strict=True)
    factors = {lr / base for lr, base in pairs if base}
    return number_fact(factors.pop()) if len(factors) == 1 else None


def returns_lrs(record: RecordedScheduler) -> bool:
    """Whether the LRs show that the function returns LRs instead of factors.

    A function that does begins with the base LR itself, falls, and is never above it; one of
    factors would come to 1. ``lambda epoch: 0.1`` for some warm-up, with a base LR of 0.1, is not
    told apart before its end, and so not judged.
    """
    factor, optimizer = first_factor(record), record.optimizer
    if factor is None or len({*record.base_lrs}) != 1 or record.parent is not None:
        return False
    (base,), first, last = {*record.base_lrs}, record.built_lrs[0], optimizer.last_lrs
    return (
        base != 1
        and math.isclose(first, base * base)
        and bool(last)
        and max(last) < first
        and optimizer.highest_lr <= first
    )
