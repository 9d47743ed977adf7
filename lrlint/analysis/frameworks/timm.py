"""timm's schedulers, whose steps take the epoch or the number of updates (timm 1.0).

``step(epoch)`` acts on a schedule in epochs and ``step_update(num_updates)`` on one in updates; the
other call does nothing, and many scripts make both.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

import libcst as cst

from lrlint.analysis.interpreter import choices, truths
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import compute, plain, to_number
from lrlint.analysis.interpreter.schedule_methods import optimizer_of
from lrlint.analysis.library.registry import models, models_method, qualified
from lrlint.analysis.model.conditions import Condition, negate
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import SchedulerRecord, SchedulerValue
from lrlint.analysis.model.trace import IdleStep, OptimizerStep, SchedulerCall, SchedulerStep
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Const,
    External,
    ListValue,
    Opaque,
)
from lrlint.formulas import LAWS
from lrlint.symbolic import Expr

# -- the steps


def _steps(parameter: str, *, in_epochs: bool) -> Callable[..., AnyValue]:
    """Return the model of ``step`` or ``step_update``, by what it counts."""

    def model(
        machine: Machine, scheduler: SchedulerValue, arguments: Arguments, node: cst.Call
    ) -> AnyValue:
        record, law = scheduler.record, LAWS[scheduler.record.law]
        argument = arguments.get(0, parameter)
        text = machine.unit.code(node.args[0].value) if node.args else ""
        if law.takes_metric and argument is not None:
            argument = arguments.get(1, "metric")
        step = SchedulerStep(*machine.where(node), record, argument, text)
        counts_epochs = choices.settle(machine, _counts_epochs(machine, record, node))
        if not isinstance(counts_epochs, bool):
            with machine.guard(counts_epochs if in_epochs else negate(counts_epochs), node):
                machine.emit(step)
        elif counts_epochs is in_epochs or not text:  # without an argument each raises
            machine.emit(step)
        else:
            machine.emit(IdleStep(*machine.where(node), record))
        return NONE

    return model


def _counts_epochs(machine: Machine, record: SchedulerRecord, node: cst.Call) -> bool | Condition:
    """Return whether a scheduler counts epochs, or the condition under which it does."""
    if LAWS[record.law].takes_metric:
        return True
    flag = record.arguments.get("t_in_epochs")
    return truths.truthiness(machine, Opaque() if flag is None else flag, node)


models_method(LibraryKind.TIMM_SCHEDULER, "step")(_steps("epoch", in_epochs=True))
models_method(LibraryKind.TIMM_SCHEDULER, "step_update")(_steps("num_updates", in_epochs=False))


@models_method(
    LibraryKind.TIMM_SCHEDULER, "_get_lr", "_get_values", "get_epoch_values", "get_update_values"
)
def _values(
    machine: Machine, scheduler: SchedulerValue, arguments: Arguments, node: cst.Call
) -> AnyValue:
    machine.emit(SchedulerCall(*machine.where(node), scheduler.record, "get_lr"))
    return ListValue(None, element=Opaque("lr", measured=True))


@models_method(LibraryKind.TIMM_SCHEDULER, "get_cycle_length")
def _get_cycle_length(
    machine: Machine, scheduler: SchedulerValue, arguments: Arguments, node: cst.Call
) -> AnyValue:
    given = scheduler.record.arguments
    cycles = arguments.get(0, "cycles")
    limit = given.get("cycle_limit") if cycles in (None, Expr.const(0)) else cycles
    length = cycle_length(machine, given.get("t_initial"), limit, given.get("cycle_mul"))
    return with_prefix(machine, length, given.get("warmup_prefix"), given.get("warmup_t"))


def cycle_length(
    machine: Machine, t_initial: AnyValue | None, limit: AnyValue | None, mul: AnyValue | None
) -> AnyValue:
    """Return how long all cycles are together."""
    length, cycles, factor = to_number(machine, t_initial), plain(limit), plain(mul)
    if length is None or cycles is None or factor is None:
        return Opaque()
    cycles = max(1, cycles)
    if factor == 1:
        return compute(lambda number: number * cycles, length)
    if length.value is None:
        return Opaque()
    return Expr.const(math.floor(-length.value * (factor**cycles - 1) / (1 - factor)))


def with_prefix(
    machine: Machine, length: AnyValue, prefix: AnyValue | None, warmup: AnyValue | None
) -> AnyValue:
    """Return the length of a schedule that adds its warm-up where ``warmup_prefix`` is true."""
    if not (isinstance(prefix, Const) and isinstance(length, Expr)):
        return Opaque()
    if not prefix.value:
        return length
    more = to_number(machine, warmup)
    return Opaque() if more is None else compute(operator.add, length, more)


# -- the optimizer's step

_SCALER = "timm.utils.scaler"


@models(*qualified(("timm.utils", "timm.utils.cuda"), "NativeScaler", "ApexScaler"))
def _scaler(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return External(_SCALER)


@models(_SCALER)
def _scale(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Step the optimizer in ``loss_scaler(loss, optimizer, …, need_update=True)``."""

    def step(optimizer: AnyValue) -> AnyValue:
        record = optimizer_of(machine, optimizer)
        if record is not None:
            machine.emit(OptimizerStep(*machine.where(node), record, scaled=True))
        return NONE

    optimizer = arguments.get(1, "optimizer") or Opaque()
    needed = arguments.get(6, "need_update")
    update = True if needed is None else truths.truthiness(machine, needed, node)
    update = choices.settle(machine, update)
    if update is True:
        choices.distribute(machine, optimizer, node, step)
    elif update is not False:
        with machine.guard(update, node):
            choices.distribute(machine, optimizer, node, step)
    return NONE
