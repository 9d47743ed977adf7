"""Functions that return their arguments, as far as schedules go: compilers, DDP, AMP."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.registry import models, models_last_name
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.values import AnyValue, Instance, ListValue, Opaque, Store


@models("torch.compile", "torch.jit.script", "apex.amp.initialize")
def wrapped(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return the argument, or the tuple of several."""
    values = arguments.positional
    if not values or arguments.open:
        return Opaque()
    return values[0] if len(values) == 1 else ListValue(list(values), kind="tuple")


@models("apex.amp.scale_loss", "apex.amp.master_params")
def _of_apex(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Return what apex wraps: a loss or an optimizer, which it does not step."""
    return Opaque(measured=True)


@models_last_name(
    "prepare_data_loader",
    "setup_dataloaders",
    "setup_optimizers",
    "compile",
    "DistributedOptimizer",
    "DistributedDataParallel",
    "DataParallel",
    "DDP",
)
def _wrapped_by_any(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue | None:
    return wrapped(machine, arguments, node) if arguments.positional else None


@models_last_name("setup")
def _setup(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue | None:
    """Model ``fabric.setup(model, optimizer)``; many other functions are called ``setup``."""
    if any(isinstance(value, (OptimizerValue, SchedulerValue)) for value in arguments.positional):
        return wrapped(machine, arguments, node)
    return None


@models_last_name("GradScaler")
def _scaler(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue | None:
    return Instance(None, Store(), kind=LibraryKind.GRAD_SCALER, open=True)
