"""All facts of one trace."""

from __future__ import annotations

from lrlint.analysis.derive.loop_kinds import Loops
from lrlint.analysis.derive.optimizer_uses import optimizer_uses
from lrlint.analysis.derive.schedules import schedules_of
from lrlint.analysis.derive.state_calls import checkpoints
from lrlint.analysis.model.trace import Block, walk
from lrlint.facts import Training


def derive(trace: Block) -> Training:
    """Return the facts of everything that a trace builds and steps."""
    located = list(walk(trace))
    loops = Loops(located)
    optimizers = optimizer_uses(trace, located, loops)
    schedules = schedules_of(trace, located, loops, optimizers)
    return Training(
        optimizers=tuple(optimizers.values()),
        schedules=tuple(schedules.values()),
        checkpoints=checkpoints(located, optimizers, schedules),
    )
