"""All facts of one trace."""

from __future__ import annotations

from lrlint.analysis.derive.accelerations import settle_processes
from lrlint.analysis.derive.hand_written import written_schedules
from lrlint.analysis.derive.loop_kinds import Loops
from lrlint.analysis.derive.optimizer_uses import optimizer_uses
from lrlint.analysis.derive.scheduler_arguments import trainer_arguments
from lrlint.analysis.derive.schedules import schedules_of
from lrlint.analysis.derive.state_calls import checkpoints
from lrlint.analysis.model.trace import Block, Prepare, TrainerArguments, walk
from lrlint.facts import Acceleration, Training


def derive(trace: Block) -> Training:
    """Return the facts of everything that a trace builds and steps."""
    located = list(walk(trace))
    accelerations: dict[int, Acceleration] = {}
    if any(isinstance(item.event, Prepare) for item in located):
        accelerations = settle_processes(trace, located)
        located = list(walk(trace))  # what needs several processes may be gone
    loops = Loops(located)
    optimizers = optimizer_uses(trace, located, loops)
    schedules = schedules_of(trace, located, loops, optimizers, accelerations)
    return Training(
        optimizers=tuple(optimizers.values()),
        schedules=tuple(schedules.values()),
        checkpoints=checkpoints(located, loops, optimizers, schedules),
        written=written_schedules(located, loops, optimizers),
        trainers=tuple(
            trainer_arguments(item.event)
            for item in located
            if isinstance(item.event, TrainerArguments)
        ),
    )
