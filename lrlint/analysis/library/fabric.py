"""Lightning's Fabric: what it wraps, and the states that it writes and reads in a dict."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter import checkpoints
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.checkpoints import load_state
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.registry import models, models_method
from lrlint.analysis.library.wrappers import wrapped
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.values import NONE, AnyValue, Const, DictValue, Instance, Opaque, Store
from lrlint.symbolic import Expr


@models("lightning.fabric.Fabric", "lightning.Fabric", "lightning_fabric.Fabric")
def _fabric(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return Instance(None, Store(), kind=LibraryKind.FABRIC, open=True)


@models_method(
    LibraryKind.FABRIC,
    *("setup", "setup_module", "setup_optimizers", "setup_dataloaders"),
    *("to_device", "all_reduce", "all_gather"),
)
def _setup(machine: Machine, receiver: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    return wrapped(machine, arguments, node)


@models_method(
    LibraryKind.FABRIC,
    "launch",
    "backward",
    "clip_gradients",
    "print",
    "log",
    "log_dict",
    "barrier",
)
def _without_effect(
    machine: Machine, receiver: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    return Opaque(measured=True)


@models_method(LibraryKind.FABRIC, "save")
def _save(machine: Machine, receiver: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    checkpoints.note_save(machine, "save", arguments.all(), machine.where(node))
    return NONE


@models_method(LibraryKind.FABRIC, "load")
def _load(machine: Machine, receiver: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Load the states of the objects in a dict in place, and put its other values there."""
    state = arguments.get(1, "state")
    if not isinstance(state, DictValue):
        return Opaque()
    for key, value in list(state.store.data.items()):
        match value:
            case OptimizerValue(record=owner) | SchedulerValue(record=owner):
                load_state(machine, owner, node)
            case Expr() | Const():
                machine.write(state.store, key, Opaque(f'{state.path or "state"}["{key}"]'))
    return Opaque()
