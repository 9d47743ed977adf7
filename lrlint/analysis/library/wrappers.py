"""Functions that hand on what they are given: progress bars, compilers, ``accelerator.prepare``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrlint.analysis import numeric
from lrlint.analysis.library.builtins import MODELS as BUILTINS
from lrlint.analysis.library.registry import Model
from lrlint.analysis.trace import OptimizerCall, OptimizerRecord, SchedulerCall
from lrlint.analysis.values import (
    AnyValue,
    Choice,
    Instance,
    ListValue,
    Loader,
    Opaque,
    OptimizerValue,
    SchedulerValue,
    Store,
    Stream,
)
from lrlint.symbolic import Expr
from lrlint.syntax import nodes as syn

if TYPE_CHECKING:
    from lrlint.analysis.calls import Arguments
    from lrlint.analysis.interpreter import Interpreter


def _first(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    value = arguments.get(0, "iterable")
    if value is not None:
        return value
    total = numeric.to_number(at, arguments.keywords.get("total"))
    return Stream(total, lambda _: Opaque()) if total is not None else Opaque()


def _progress_range(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    return BUILTINS["builtins.range"](at, arguments, node)


def _prepared(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    values = arguments.positional
    if not values or arguments.open:
        return Opaque()
    return values[0] if len(values) == 1 else ListValue(list(values), kind="tuple")


def _registered(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    """``accelerator.prepare(…)``, which also puts its arguments into every ``save_state()``."""
    for argument in arguments.positional:
        cases = argument.alternatives if isinstance(argument, Choice) else [(None, argument)]
        for _, value in cases:
            if isinstance(value, (OptimizerValue, SchedulerValue)):
                at.prepared.append(value.record)
            if isinstance(value, SchedulerValue):
                value.record.prepared = True
    return _prepared(at, arguments, node)


def _load_state(at: Interpreter, node: syn.Call) -> AnyValue:
    """``accelerator.load_state(…)``: the states of all that was prepared come back."""
    for record in at.prepared:
        if isinstance(record, OptimizerRecord):
            at.emit(OptimizerCall(at.here(node), tuple(at.via), record, "load_state_dict"))
        else:
            at.emit(SchedulerCall(at.here(node), tuple(at.via), record, "load_state_dict"))
    return Opaque()


def _accelerator(at: Interpreter, arguments: Arguments) -> AnyValue:
    """``Accelerator(…)``: without further ado it lets its optimizers step for every batch."""
    steps = arguments.keywords.get("gradient_accumulation_steps")
    given = steps is not None and steps != Expr.const(1)
    at.accumulates = arguments.open or given or "gradient_accumulation_plugin" in arguments.keywords
    return Opaque("accelerator")


def _scaler(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    return Instance(None, Store(), external="GradScaler", open=True)


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
    at: Interpreter, name: str, arguments: Arguments, node: syn.Call
) -> AnyValue | None:
    """A wrapper that is known by its name alone."""
    last = name.rsplit(".", 1)[-1]
    if last in _FIRST and (arguments.positional or "iterable" in arguments.keywords):
        return _first(at, arguments, node)
    if last in ("trange", "mrange") and arguments.positional:
        return _progress_range(at, arguments, node)
    if last in _REGISTERED and arguments.positional:
        return _registered(at, arguments, node)
    if last == "load_state" and at.prepared:
        return _load_state(at, node)
    if last in _SAME and arguments.positional:
        return _prepared(at, arguments, node)
    if last == "initialize" and name.startswith("apex"):
        return _prepared(at, arguments, node)
    if last == "setup" and any(
        isinstance(value, (OptimizerValue, SchedulerValue)) for value in arguments.positional
    ):
        return _prepared(at, arguments, node)
    if last == "GradScaler":
        return _scaler(at, arguments, node)
    if name == "accelerate.Accelerator":
        return _accelerator(at, arguments)
    if last == "accumulate" and at.accumulates:
        return Instance(None, Store(), external="accumulate", open=True)
    if last == "range" and name.endswith(("tqdm.range", "prange")):
        return _progress_range(at, arguments, node)
    if last.endswith(("DataLoader", "DataIter", "Loader")) and last[:1].isupper():
        return Loader(None)
    return None


def _master_bar(at: Interpreter, arguments: Arguments, node: syn.Call) -> AnyValue:
    return _first(at, arguments, node)


MODELS: dict[str, Model] = {
    "tqdm.tqdm": _first,
    "tqdm.auto.tqdm": _first,
    "tqdm.notebook.tqdm": _first,
    "tqdm.trange": _progress_range,
    "tqdm.auto.trange": _progress_range,
    "rich.progress.track": _first,
    "fastprogress.master_bar": _master_bar,
    "torch.compile": _prepared,
    "torch.jit.script": _prepared,
    "copy.copy": _prepared,
}
