"""Functions that hand on what they are given: progress bars, compilers, ``accelerator.prepare``."""

from __future__ import annotations

from lrlint.analysis.interpreter import numbers
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.builtins import range_of
from lrlint.analysis.library.registry import models
from lrlint.analysis.model.trace import OptimizerCall, SchedulerCall
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    Instance,
    Kind,
    ListValue,
    Loader,
    Opaque,
    OptimizerRecord,
    OptimizerValue,
    SchedulerValue,
    Store,
    Stream,
)
from lrlint.symbolic import Expr
from lrlint.syntax import nodes as cst


@models("tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.notebook.tqdm", "rich.progress.track")
def _first(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    value = arguments.get(0, "iterable")
    if value is not None:
        return value
    total = numbers.to_number(machine, arguments.keywords.get("total"))
    return Stream(total, lambda _: Opaque()) if total is not None else Opaque()


@models("tqdm.trange", "tqdm.auto.trange")
def _progress_range(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return range_of(machine, arguments, node)


@models("torch.compile", "torch.jit.script", "copy.copy")
def _prepared(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    values = arguments.positional
    if not values or arguments.open:
        return Opaque()
    return values[0] if len(values) == 1 else ListValue(list(values), kind="tuple")


def _registered(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """``accelerator.prepare(…)``, which also puts its arguments into every ``save_state()``."""
    for argument in arguments.positional:
        cases = argument.alternatives if isinstance(argument, Choice) else [(None, argument)]
        for _, value in cases:
            if isinstance(value, (OptimizerValue, SchedulerValue)):
                machine.prepared.append(value.record)
            if isinstance(value, SchedulerValue):
                value.record.prepared = True
    return _prepared(machine, arguments, node)


def _load_state(machine: Machine, node: cst.Call) -> AnyValue:
    """``accelerator.load_state(…)``: the states of all that was prepared come back."""
    for record in machine.prepared:
        if isinstance(record, OptimizerRecord):
            machine.emit(
                OptimizerCall(machine.here(node), tuple(machine.via), record, "load_state_dict")
            )
        else:
            machine.emit(
                SchedulerCall(machine.here(node), tuple(machine.via), record, "load_state_dict")
            )
    return Opaque()


def _accelerator(machine: Machine, arguments: Arguments) -> AnyValue:
    """``Accelerator(…)``: without further ado it lets its optimizers step for every batch."""
    steps = arguments.keywords.get("gradient_accumulation_steps")
    given = steps is not None and steps != Expr.const(1)
    machine.accumulates = (
        arguments.open or given or "gradient_accumulation_plugin" in arguments.keywords
    )
    return Opaque("accelerator")


def _scaler(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return Instance(None, Store(), kind=Kind.GRAD_SCALER, open=True)


# Called on whatever the user has: a progress bar of any library, `accelerator`, `fabric`, amp.
_FIRST = {"tqdm", "track", "ProgressBar", "progress_bar", "log_every", "alive_it", "metered"}
_REGISTERED = {"prepare", "prepare_scheduler", "prepare_optimizer"}
_SAME = {
    "prepare_data_loader",
    "setup_dataloaders",
    "setup_optimizers",
    "compile",
    "DistributedOptimizer",
    "DistributedDataParallel",
    "DataParallel",
    "DDP",
}


def by_last_name(
    machine: Machine, name: str, arguments: Arguments, node: cst.Call
) -> AnyValue | None:
    """A wrapper that is known by its name alone."""
    last = name.rsplit(".", 1)[-1]
    if last in _FIRST and (arguments.positional or "iterable" in arguments.keywords):
        return _first(machine, arguments, node)
    if last in ("trange", "mrange") and arguments.positional:
        return _progress_range(machine, arguments, node)
    if last in _REGISTERED and arguments.positional:
        return _registered(machine, arguments, node)
    if last == "load_state" and machine.prepared:
        return _load_state(machine, node)
    if last in _SAME and arguments.positional:
        return _prepared(machine, arguments, node)
    if last == "initialize" and name.startswith("apex"):
        return _prepared(machine, arguments, node)
    if last == "setup" and any(
        isinstance(value, (OptimizerValue, SchedulerValue)) for value in arguments.positional
    ):
        return _prepared(machine, arguments, node)
    if last == "GradScaler":
        return _scaler(machine, arguments, node)
    if name == "accelerate.Accelerator":
        return _accelerator(machine, arguments)
    if last == "accumulate" and machine.accumulates:
        return Instance(None, Store(), kind=Kind.ACCUMULATION, open=True)
    if last == "range" and name.endswith(("tqdm.range", "prange")):
        return _progress_range(machine, arguments, node)
    if last.endswith(("DataLoader", "DataIter", "Loader")) and last[:1].isupper():
        return Loader(None)
    return None


@models("fastprogress.master_bar")
def _master_bar(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return _first(machine, arguments, node)
