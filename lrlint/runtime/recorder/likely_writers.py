"""Who has probably written an LR that is not the schedule's."""

from __future__ import annotations

from collections.abc import Sequence

from lrlint.runtime.recorder.foreign_schedulers import foreign_scheduler_of, has_foreign_warmup
from lrlint.runtime.recorder.records import RecordedOptimizer
from lrlint.runtime.recorder.rounding import Rounding

BY_HAND = 'a write to param_group["lr"]'
_LEAP = 1e-4
"""The least change of an LR that is a write, as a share of the highest LR."""


def likely_writer(record: RecordedOptimizer, group: int, growth: float, rounding: Rounding) -> str:
    """Return the likely writer, in words that follow "probably".

    ``growth`` is how much the departure has grown in one step; rounding makes it grow slowly.
    """
    if group >= record.groups_at_build:
        return "add_param_group(), called after the scheduler was built"
    if record.shares_tensor:
        return "one LR tensor shared by several param groups: what one is given, all have"
    replaced = next((one.replaced for one in record.schedulers if one.replaced), "")
    if replaced:
        return _loaded(replaced)
    if rounding.epsilon and growth <= max(_LEAP, 4 * rounding.epsilon) * record.highest_lr:
        return (
            f"rounding: an LR of dtype {rounding.dtype} is too narrow for a schedule that"
            " computes each LR from the last"
        )
    optimizer = record.ref()
    foreign = None if optimizer is None else foreign_scheduler_of(optimizer)
    if foreign is not None:
        return f"{foreign}, another scheduler of the same optimizer"
    return BY_HAND


def begins_overlaid(record: RecordedOptimizer) -> bool:
    """Whether a warm-up of another library may explain the first departure.

    Whether it is one shows before the next scheduler step, when a warm-up removes its factor.
    """
    optimizer = record.ref()
    if record.warmup_asked or optimizer is None:
        return False
    record.warmup_asked = True
    record.overlaid = has_foreign_warmup(optimizer)
    return record.overlaid


def _loaded(replaced: str) -> str:
    return f"load_state_dict(), which has put {replaced}"


def writer_of_resume(loads: Sequence[str], replaced: str) -> str:
    """Return the likely writer at the first step after the given calls of ``load_state_dict``."""
    if replaced:
        return _loaded(replaced)
    return f"{loads[-1]}: the LR and the scheduler's counter do not belong together"
