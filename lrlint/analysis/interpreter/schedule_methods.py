"""Methods of optimizers and schedulers, and of others that step what they are given."""

from __future__ import annotations

from contextlib import nullcontext

import libcst as cst

from lrlint.analysis.interpreter import checkpoints, choices, escapes, members
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.journal import leave_numbers_unknown
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.processes import drifts_apart
from lrlint.analysis.model.records import OptimizerRecord, OptimizerValue, SchedulerValue
from lrlint.analysis.model.trace import OptimizerCall, OptimizerStep, SchedulerCall, SchedulerStep
from lrlint.analysis.model.value_queries import alternatives, is_local
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    FunctionValue,
    Instance,
    ListValue,
    Method,
    Opaque,
    Partial,
)
from lrlint.analysis.places.origins import text_of_elements, text_of_origin, text_of_result
from lrlint.analysis.places.place import SyntaxPlace

_ADVANCES = ("step", "dampening", "dampen")
"""Methods that advance a scheduler; the last two are those of pytorch_warmup."""


def call_scheduler(
    machine: Machine, receiver: SchedulerValue, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Record a call of a scheduler's method, and return its value."""
    record = receiver.record
    modelled = machine.library.call_method(machine, receiver, name, arguments, node)
    if modelled is not None:
        return modelled
    if name in _ADVANCES:
        argument = next(iter(arguments.all()), None)
        text = _first_argument(machine, node)
        accelerator = machine.accelerator if record.prepared else None
        held_back = accelerator is not None and accelerator.holds_back
        times = None if accelerator is None else accelerator.advances
        local = is_local(argument) and drifts_apart(machine)
        origins = _origins(machine, node)
        step = SchedulerStep(*machine.where(node), record, argument, text, times, local, origins)
        step.caught = any(one.loops == len(machine.loops) and one.goes_on for one in machine.tries)
        with machine.held_back(record, node) if held_back else nullcontext():
            machine.emit(step)
        return NONE
    inside = machine.scope.owner is not None and any(
        "Scheduler" in base or base.endswith("LR")
        for base in members.external_bases(machine.scope.owner)
    )
    own = _loads_own_state(name, arguments)
    machine.emit(SchedulerCall(*machine.where(node), record, name, inside, own))
    if name in ("get_lr", "get_last_lr"):
        last = record if name == "get_last_lr" else None
        return ListValue(None, element=Opaque("lr", planned=True, last_of=last))
    return Opaque(planned=True, state_of=record if name == "state_dict" else None)


def _first_argument(machine: Machine, node: cst.Call) -> str:
    """Return the first argument of a call as the user writes it, with its keyword."""
    if not node.args:
        return ""
    argument = node.args[0]
    text = machine.unit.code(argument.value)
    return f"{argument.keyword.value}={text}" if argument.keyword else text


def _origins(machine: Machine, node: cst.Call) -> tuple[str, str]:
    """Return how the script computes the first argument: as a name, and elsewhere."""
    if not node.args:
        return "", ""

    def function_of(call: cst.Call) -> SyntaxPlace | None:
        function = machine.evaluate(call.func)
        if not isinstance(function, FunctionValue):
            return None
        return SyntaxPlace(function.scope.unit, function.node)

    place = machine.here(node.args[0].value)
    return text_of_origin(place), text_of_result(place, function_of) or text_of_elements(place)


def _loads_own_state(name: str, arguments: Arguments) -> bool:
    """Whether a method loads a state that was read in the same run."""
    return name == "load_state_dict" and checkpoints.is_own_state(arguments.get(0, "state_dict"))


def call_optimizer(
    machine: Machine, receiver: OptimizerValue, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Record a call of an optimizer's method, and return its value."""
    record = receiver.record
    if name == "step":
        for value in arguments.positional:
            # A closure computes the loss; every step runs it.
            if isinstance(value, FunctionValue):
                _compute_loss(machine, value, record)
        with machine.held_back(record, node):
            machine.emit(OptimizerStep(*machine.where(node), record))
        return Opaque(measured=True)
    if name in ("state_dict", "load_state_dict", "add_param_group"):
        own = _loads_own_state(name, arguments)
        machine.emit(OptimizerCall(*machine.where(node), record, name, own))
    if name.startswith("register_"):
        for value in arguments.all():
            why = f"stepped by a hook of {machine.unit.code(node.func)}(…)"
            escapes.escape(value, why)
            if _may_write_lr(value):
                escapes.leave_open(record, why.replace("stepped", "changed"))
    if name == "add_param_group":
        machine.library.call_method(machine, receiver, name, arguments, node)
    return Opaque(measured=True, state_of=record if name == "state_dict" else None)


def _compute_loss(machine: Machine, closure: FunctionValue, record: OptimizerRecord) -> None:
    """Call the closure that an optimizer gets, which LBFGS calls several times in each step."""
    block, mark, start = machine.block, len(machine.block), len(machine.journal)
    machine.call_function(closure, Arguments())
    escapes.leave_block_open(block[mark:], "stepped by a closure of step()")
    if record.class_name == "LBFGS":
        leave_numbers_unknown(machine, start)


def _may_write_lr(function: AnyValue) -> bool:
    """Whether a hook may write the LR of the optimizer that it receives."""
    if not isinstance(function, FunctionValue):
        return isinstance(function, (Opaque, Instance, Method, Partial))
    return members.uses_groups(function)


def step_of_argument(
    machine: Machine, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue | None:
    """Record ``scaler.step(optimizer)`` of any object; return None where it is another call."""
    if name not in ("step", "step_optimizer", "optimizer_step"):
        return None

    def step(alternative: AnyValue) -> AnyValue:
        record = optimizer_of(machine, alternative)
        if record is not None:
            scaled = "scaler" in machine.unit.code(node.func).lower()
            machine.emit(OptimizerStep(*machine.where(node), record, scaled))
        return Opaque(measured=True)

    for value in arguments.all():
        if any(optimizer_of(machine, inner) is not None for inner in alternatives(value)):
            return choices.distribute(machine, value, node, step)
    return None


def optimizer_of(machine: Machine, value: AnyValue) -> OptimizerRecord | None:
    """Return the optimizer that a value is, which its name or its use may tell."""
    if isinstance(value, OptimizerValue):
        return value.record
    return machine.adopted(value) if isinstance(value, Opaque) else None
