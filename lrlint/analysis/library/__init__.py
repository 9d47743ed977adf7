"""What library functions do, as far as schedules are concerned: one module per library or topic.

A model is a function ``(machine, arguments, node) -> value`` that is registered under the qualified
name of what it models. A name without a model is an unknown call: its arguments may be stepped
there.
"""

from __future__ import annotations

from lrlint.analysis.interpreter import calls
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Library, Machine
from lrlint.analysis.library import (
    builtins,
    classes,
    data,
    decorators,
    files,
    inspection,
    numbers,
    optimizers,
    schedulers,
    settings,
    tensors,
    wrappers,
)
from lrlint.analysis.library.registry import MODELS, UNEVALUATED
from lrlint.analysis.model.values import (
    AnyValue,
    ClassValue,
    External,
    File,
    Instance,
    Kind,
    Opaque,
    OptimizerValue,
)
from lrlint.syntax import nodes as cst


class Libraries(Library):
    """All libraries that have models."""

    def call(self, machine: Machine, name: str, arguments: Arguments, node: cst.Call) -> AnyValue:
        model = MODELS.get(name)
        if model is not None:
            return model(machine, arguments, node)
        for family in (schedulers.construct, optimizers.construct, wrappers.by_last_name):
            value = family(machine, name, arguments, node)
            if value is not None:
                return value
        if name.endswith(("no_grad", "inference_mode")):
            return Opaque(name)
        if tensors.keeps_length(name):
            return tensors.same_length(machine, arguments, node)
        unknown = calls.unknown_call(machine, External(name), arguments, node)
        if isinstance(unknown, Opaque) and name.startswith("torch.cuda."):
            return Opaque(f"{name}()")
        return unknown

    def call_unevaluated(self, machine: Machine, name: str, node: cst.Call) -> AnyValue | None:
        model = UNEVALUATED.get(name)
        return None if model is None else model(machine, node)

    def call_by_last_name(
        self, machine: Machine, path: str, arguments: Arguments, node: cst.Call
    ) -> AnyValue | None:
        return wrappers.by_last_name(machine, path, arguments, node)

    def call_method(
        self, machine: Machine, receiver: AnyValue, name: str, arguments: Arguments, node: cst.Call
    ) -> AnyValue | None:
        match receiver:
            case File():
                return files.method(machine, receiver, name, arguments, node)
            case Instance(kind=Kind.PARSER):
                return settings.parser_method(machine, receiver, name, arguments, node)
            case OptimizerValue(record=record) if name == "add_param_group":
                optimizers.add_group(machine, record, arguments, node)
        return None

    def member(self, value: AnyValue, name: str) -> AnyValue | None:
        return files.member(value, name) if isinstance(value, File) else None

    def divide(self, left: AnyValue, right: AnyValue) -> AnyValue | None:
        return files.joined(left, right) if isinstance(left, File) else None

    def decorate(
        self,
        machine: Machine,
        value: AnyValue,
        decorator: cst.BaseExpression,
        node: cst.FunctionDef,
    ) -> AnyValue:
        return decorators.decorate(machine, value, decorator, node)

    def construct(
        self, machine: Machine, cls: ClassValue, arguments: Arguments, node: cst.Call
    ) -> AnyValue | None:
        return classes.construct(machine, cls, arguments, node)


LIBRARIES = Libraries()

# Registered by being imported.
_ = (builtins, data, inspection, numbers)
