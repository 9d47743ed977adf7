"""Context managers: what ``with`` does on the way in and on the way out."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.conditions import Asks, Flag, Question
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    FunctionValue,
    Instance,
    LibraryKind,
    Opaque,
)


def entered(machine: Machine, value: AnyValue) -> AnyValue:
    """What ``with value as name`` binds: the value itself, where nothing says otherwise."""
    found = _of_context(machine, value, "__enter__", [])
    return value if found is None or isinstance(found, Opaque) else found


def left(machine: Machine, value: AnyValue) -> None:
    """What happens at the end of ``with value``."""
    _of_context(machine, value, "__exit__", [NONE, NONE, NONE])


def _of_context(
    machine: Machine, value: AnyValue, name: str, arguments: list[AnyValue]
) -> AnyValue | None:
    """What a method of a context manager of the project returns, if it may step something."""
    method = machine.find_method(value, name) if isinstance(value, Instance) else None
    if not isinstance(method, FunctionValue):
        return None
    if not method.scope.unit.survey.part(method.node).relevant:
        return None
    return machine.call_function(method, Arguments(arguments))


def conditions(
    machine: Machine, managers: list[AnyValue], node: cst.With
) -> AbstractContextManager[None]:
    """The guard that context managers are to what happens inside.

    Under ``accelerator.accumulate(model)`` what was prepared steps once in so many batches.
    """
    if any(isinstance(one, Instance) and one.kind is LibraryKind.ACCUMULATION for one in managers):
        return machine.guard(Flag(Question(Asks.ACCUMULATION), "accumulate()"), node)
    return nullcontext()


_NO_GRADIENTS = ("no_grad", "inference_mode")


def stops_gradients(value: AnyValue) -> bool:
    """Whether a context manager is ``torch.no_grad()`` or its like."""
    return (
        isinstance(value, Opaque) and bool(value.path) and str(value.path).endswith(_NO_GRADIENTS)
    )
