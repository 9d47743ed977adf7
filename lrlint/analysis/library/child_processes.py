"""Functions that a script runs in child processes, on copies of what it passes."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.journal import take_back
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.registry import models, models_method
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Const,
    DictValue,
    Instance,
    ListValue,
    Opaque,
    Store,
)


@models(
    "torch.multiprocessing.spawn",
    "torch.multiprocessing.spawn.spawn",
    "torch.multiprocessing.start_processes",
    "torch_xla.distributed.xla_multiprocessing.spawn",
)
def _spawn(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Run ``spawn(fn, args=(), nprocs=1)``: each process calls ``fn(rank, *args)``."""
    _run_in_child(
        machine,
        arguments.get(0, "fn"),
        _passed(arguments.get(1, "args"), None, [Opaque(measured=True)]),
        node,
    )
    return Opaque()


@models("accelerate.notebook_launcher", "accelerate.debug_launcher")
def _launch(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Run ``notebook_launcher(function, args=(), num_processes=None)``."""
    _run_in_child(
        machine,
        arguments.get(0, "function"),
        _passed(arguments.get(1, "args"), None, []),
        node,
    )
    return NONE


@models("multiprocessing.Process", "torch.multiprocessing.Process")
def _process(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Model ``Process(group=None, target=None, name=None, args=(), kwargs={})``."""
    given: dict[object, AnyValue] = {
        "target": arguments.get(1, "target") or NONE,
        "args": arguments.get(3, "args") or NONE,
        "kwargs": arguments.get(4, "kwargs") or NONE,
    }
    return Instance(None, Store(given), kind=LibraryKind.PROCESS, open=True)


@models_method(LibraryKind.PROCESS, "start")
def _start(machine: Machine, process: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    target, given, keywords = (process.store.data[name] for name in ("target", "args", "kwargs"))
    _run_in_child(machine, target, _passed(given, keywords, []), node)
    return NONE


def _passed(given: AnyValue | None, keywords: AnyValue | None, first: list[AnyValue]) -> Arguments:
    """Return the arguments of the call in a child process."""
    passed = Arguments(first)
    match given:
        case None | Const(value=None):
            pass
        case ListValue(items=list() as items):
            passed.positional = [*first, *items]
        case _:
            passed.open = True
    match keywords:
        case None | Const(value=None):
            pass
        case DictValue(store=store) if all(isinstance(key, str) for key in store.data):
            passed.keywords = {str(key): value for key, value in store.data.items()}
        case _:
            passed.open = True
    return passed


def _run_in_child(
    machine: Machine, function: AnyValue | None, passed: Arguments, node: cst.Call
) -> None:
    """Interpret the training of one process; the values of the parent stay as they were."""
    if function is None:
        return
    start = len(machine.journal)
    machine.call(function, passed, node)
    take_back(machine, start)
