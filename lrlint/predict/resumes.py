"""Which events of a trace are those of a run that goes on from a checkpoint."""

from __future__ import annotations

from lrlint.analysis.model.records import OptimizerRecord
from lrlint.analysis.model.trace import (
    UNPICKLED,
    Block,
    BuildOptimizer,
    Event,
    Located,
    OptimizerCall,
    OptimizerStep,
    SchedulerCall,
    walk,
)


def resumes(trace: Block, optimizer: OptimizerRecord) -> frozenset[Event]:
    """Return what loads the state of an earlier run.

    What loads a state in a loop that also steps the optimizer is no resume: that may be the state
    of the best epoch so far. A loop that builds the optimizer anew trains several times.
    """
    loads = [item for item in walk(trace) if _loads(item.event)]
    if not loads:
        return frozenset()
    training: set[int] = set()
    several: set[int] = set()
    for item in walk(trace):
        match item.event:
            case OptimizerStep(optimizer=record) if record is optimizer:
                training |= _loops(item)
            case BuildOptimizer(optimizer=record) if record is optimizer:
                several |= _loops(item)
    return frozenset(item.event for item in loads if not _loops(item) & (training - several))


def _loops(item: Located) -> set[int]:
    return {id(loop) for loop in item.loops}


def _loads(event: Event) -> bool:
    return (
        isinstance(event, (OptimizerCall, SchedulerCall))
        and event.method in ("load_state_dict", UNPICKLED)
        and not event.own_state
    )
