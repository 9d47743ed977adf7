"""accelerate: the objects that it prepares, and the optimizer steps that it holds back."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.registry import models, models_last_name
from lrlint.analysis.library.wrappers import wrapped
from lrlint.analysis.model import values
from lrlint.analysis.model.trace import OptimizerCall, SchedulerCall
from lrlint.analysis.model.values import (
    AnyValue,
    Instance,
    LibraryKind,
    Opaque,
    OptimizerRecord,
    OptimizerValue,
    SchedulerValue,
    Store,
)
from lrlint.symbolic import Expr


@models("accelerate.Accelerator")
def _accelerator(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Note whether it accumulates gradients: by default every batch steps the optimizer."""
    steps = arguments.keywords.get("gradient_accumulation_steps")
    given = steps is not None and steps != Expr.const(1)
    machine.accumulates = (
        arguments.open or given or "gradient_accumulation_plugin" in arguments.keywords
    )
    return Opaque("accelerator")


@models_last_name("prepare", "prepare_scheduler", "prepare_optimizer")
def _prepare(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue | None:
    """Note the arguments, whose states ``save_state()`` and ``load_state()`` include."""
    if not arguments.positional:
        return None
    for argument in arguments.positional:
        for value in values.alternatives(argument):
            if isinstance(value, (OptimizerValue, SchedulerValue)):
                machine.prepared.append(value.record)
            if isinstance(value, SchedulerValue):
                value.record.prepared = True
    return wrapped(machine, arguments, node)


@models_last_name("load_state")
def _load_state(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue | None:
    """Restore the states of everything that was prepared."""
    if not machine.prepared:
        return None
    place, via = machine.where(node)
    for record in machine.prepared:
        if isinstance(record, OptimizerRecord):
            machine.emit(OptimizerCall(place, via, record, "load_state_dict"))
        else:
            machine.emit(SchedulerCall(place, via, record, "load_state_dict"))
    return Opaque()


@models_last_name("accumulate")
def _accumulate(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue | None:
    """Return the context in which an optimizer steps for some of the batches only."""
    return (
        Instance(None, Store(), kind=LibraryKind.ACCUMULATION, open=True)
        if machine.accumulates
        else None
    )
