"""Tasks of asyncio: coroutines that take turns."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter import escapes
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.definitions import named_function
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library.registry import models, models_method
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.values import AnyValue, Instance, Opaque, Store
from lrlint.source.nodes import walk


@models(
    "asyncio.as_completed",
    "asyncio.create_task",
    "asyncio.ensure_future",
    "asyncio.gather",
    "asyncio.wait",
)
def _take_turns(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Model ``asyncio.gather(train(), report())``: nobody knows which step comes before which."""
    why = "stepped in tasks that take turns"
    for call in walk(node):
        if not isinstance(call, cst.Call) or call is node:
            continue
        function = named_function(machine, call.func)
        if function is None:
            continue
        escapes.leave_function_open(function, why)
        for argument in call.args:
            if isinstance(argument.value, (cst.Attribute, cst.Name)):
                escapes.leave_value_open(machine.evaluate(argument.value), why)
    return Opaque()


models_method(LibraryKind.TASK_GROUP, "create_task")(
    lambda machine, group, arguments, node: _take_turns(machine, arguments, node)
)


@models("asyncio.TaskGroup")
def _group(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    return Instance(None, Store(), kind=LibraryKind.TASK_GROUP, open=True)
