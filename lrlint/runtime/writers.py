"""Who has probably written an LR that is not the schedule's."""

from __future__ import annotations

from collections.abc import Sequence

from lrlint.runtime import strangers
from lrlint.runtime.records import OptimizerRecord
from lrlint.runtime.ring import Rounding

_LEAP = 1e-4
"""What a write changes an LR by at the least, as a share of the highest one."""


def likely(record: OptimizerRecord, group: int, grown: float, rounding: Rounding) -> str:
    """The likely writer, in words that follow "probably".

    ``grown`` is by how much the departure has grown in one step: rounding creeps, a write leaps.
    """
    if group >= record.groups_at_build:
        return "add_param_group(), called after the scheduler was built"
    if record.shared:
        return "one LR tensor shared by several param groups: what one is given, all have"
    if rounding.epsilon and grown <= max(_LEAP, 4 * rounding.epsilon) * record.highest:
        return (
            f"rounding: an LR of dtype {rounding.dtype} is too narrow for a schedule that"
            " computes each LR from the last"
        )
    optimizer = record.ref()
    other = None if optimizer is None else strangers.scheduler_of(optimizer)
    if other is not None:
        return f"{other}, another scheduler of the same optimizer"
    return 'a write to param_group["lr"]'


def of_a_resume(loaded: Sequence[str]) -> str:
    """The likely writer at the first step after the given calls of ``load_state_dict``."""
    return f"{loaded[-1]}: the LR and the scheduler's counter do not belong together"
