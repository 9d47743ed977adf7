"""Who has probably written an LR that is not the schedule's."""

from __future__ import annotations

from collections.abc import Sequence

from lrlint.runtime.recorder.foreign_schedulers import foreign_scheduler_of
from lrlint.runtime.recorder.records import RecordedOptimizer
from lrlint.runtime.recorder.rounding import Rounding

_LEAP = 1e-4
"""The least change of an LR that is a write, as a share of the highest LR."""


def likely_writer(record: RecordedOptimizer, group: int, growth: float, rounding: Rounding) -> str:
    """Return the likely writer, in words that follow "probably".

    ``growth`` is by how much the departure has grown in one step: rounding creeps, a write leaps.
    """
    if group >= record.groups_at_build:
        return "add_param_group(), called after the scheduler was built"
    if record.shares_tensor:
        return "one LR tensor shared by several param groups: what one is given, all have"
    if rounding.epsilon and growth <= max(_LEAP, 4 * rounding.epsilon) * record.highest_lr:
        return (
            f"rounding: an LR of dtype {rounding.dtype} is too narrow for a schedule that"
            " computes each LR from the last"
        )
    optimizer = record.ref()
    foreign = None if optimizer is None else foreign_scheduler_of(optimizer)
    if foreign is not None:
        return f"{foreign}, another scheduler of the same optimizer"
    return 'a write to param_group["lr"]'


def writer_of_resume(loads: Sequence[str]) -> str:
    """Return the likely writer at the first step after the given calls of ``load_state_dict``."""
    return f"{loads[-1]}: the LR and the scheduler's counter do not belong together"
